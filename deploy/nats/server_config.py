"""Renders the configuration of one body's nats-server.

Two accounts with no way round between them: LOCAL holds everything of the body and has no link; UPLINK is
bound to the parent. One gate leads from LOCAL to UPLINK: the subjects ``doorstep.<body>.report.>`` and those of
handovers, as service exports, so that whoever publishes in LOCAL receives the acknowledgement of the stream in UPLINK.
For each child there is an account ``C_<child>`` that holds nothing but that child's leaf connection.

The server reads JSON as well as its own notation, so the configuration is built as plain data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import bcrypt

from deploy.nats import handing_down
from deploy.nats.names import (
    FLOW_CONTROL_V1,
    FLOW_CONTROL_V2,
    INNER,
    create_subjects,
    deliver_prefix,
    downward_subjects,
    handed_stream,
    handover_subjects,
    inner_subjects,
    report_subjects,
    uplink_stream,
)

Conf: TypeAlias = dict[str, object]

MAX_PAYLOAD = 256 * 1024
"""Bytes; equal on every tier, or one large message would block a child's whole way up."""
_BCRYPT_COST = 4
"""Low on purpose: the secrets are 256 random bits, which no cost factor protects better, and every
connection of every service pays for it."""


@dataclass(frozen=True)
class ServerSecrets:
    """Plain passwords of a body's own users; ``leaf`` is what the body shows to its parent."""

    services: str
    reporting: str
    steward: str
    leaf: str
    handover: str | None = None
    """Of routing, which reads what was handed to the body; without one it cannot."""


@dataclass(frozen=True)
class ServerSite:
    """What the configuration of one server is made of."""

    body: str
    host: str
    port: int
    monitor_port: int
    leaf_port: int
    store: Path
    log: Path
    secrets: ServerSecrets
    parent: str | None = None
    parent_leaf: str | None = None
    """``host:port`` of the parent's leaf listener; None while the body has not joined a parent."""
    children: Mapping[str, str] = field(default_factory=dict)
    """A child's code to its leaf password."""


def render(site: ServerSite) -> str:
    """The configuration file as text; it holds the leaf's plain password, so keep it private (0600)."""
    return json.dumps(server_config(site), indent=2) + "\n"


def server_config(site: ServerSite) -> Conf:
    """The configuration as data."""
    accounts: Conf = {
        "SYS": {},
        "LOCAL": _local_account(site),
        "UPLINK": _uplink_account(site),
    }
    accounts.update({f"C_{child}": _child_account(child, site) for child in site.children})
    return {
        "server_name": site.body,
        "listen": f"{site.host}:{site.port}",
        # Monitoring has no authentication of its own.
        "http": f"127.0.0.1:{site.monitor_port}",
        "max_payload": MAX_PAYLOAD,
        "log_file": str(site.log),
        "logfile_size_limit": 16 * 1024 * 1024,
        "logfile_max_num": 4,
        # An acknowledged message must survive a power cut: a single server has no replica to ask.
        "jetstream": {"store_dir": str(site.store), "domain": site.body, "sync_interval": "always"},
        "leafnodes": _leafnodes(site),
        "accounts": accounts,
        "system_account": "SYS",
    }


def _leafnodes(site: ServerSite) -> Conf:
    leafnodes: Conf = {}
    if site.children:
        leafnodes |= {
            "listen": f"{site.host}:{site.leaf_port}",
            # Children learn neither our inner addresses nor each other's interest.
            "no_advertise": True,
            "isolate_leafnode_interest": True,
        }
    if site.parent_leaf is not None:
        user, password = leaf_user(site.body), site.secrets.leaf
        leafnodes |= {
            "reconnect": "2s",
            "remotes": [
                {
                    "url": f"nats-leaf://{user}:{password}@{site.parent_leaf}",
                    "account": "UPLINK",
                    "deny_exports": ["$JS.API.>"],
                }
            ],
        }
    return leafnodes


def leaf_user(child: str) -> str:
    """The user name under which a child's server signs in at its parent."""
    return f"leaf_{child}"


def _local_account(site: ServerSite) -> Conf:
    said_outside = _said_outside(site)
    return {
        "jetstream": "enabled",
        "users": [
            _user(
                "services",
                site.secrets.services,
                publish=[
                    inner_subjects(site.body),
                    *said_outside,
                    *_consumer_requests(INNER, site.body),
                ],
                subscribe=["_INBOX.>"],
            ),
            _steward("steward_local", site),
        ],
        "imports": [{"service": {"account": "UPLINK", "subject": one}} for one in said_outside],
    }


def _said_outside(site: ServerSite) -> list[str]:
    """What services say in LOCAL that is stored in UPLINK: the gate between the two accounts."""
    return [
        report_subjects(site.body),
        handover_subjects(site.body),
        *(downward_subjects(site.body, child) for child in site.children),
    ]


def _uplink_account(site: ServerSite) -> Conf:
    stream = uplink_stream(site.body)
    risen = (report_subjects(site.body), handover_subjects(site.body))
    exports: list[Conf] = [{"service": one, "accounts": ["LOCAL"]} for one in risen]
    imports: list[Conf] = []
    for child in site.children:
        account = f"C_{child}"
        imports += [{"service": {"account": account, "subject": one}} for one in _asked_of(child)]
        imports.append({"stream": {"account": account, "subject": f"{deliver_prefix(child)}.>"}})
        exports += handing_down.uplink_exports(site.body, child)
    handed = handed_stream(site.body)
    readers = [("reporting", site.secrets.reporting, [*_consumer_requests(stream, site.body), "$JS.API.STREAM.INFO.*"])]
    if site.secrets.handover is not None:
        readers.append(("handover", site.secrets.handover, _consumer_requests(handed, site.body)))
    return {
        "jetstream": "enabled",
        "users": [
            *(_user(name, secret, publish=asked, subscribe=["_INBOX.>"]) for name, secret, asked in readers),
            _steward("steward_uplink", site),
        ],
        "exports": exports,
        "imports": imports,
    }


def _child_account(child: str, site: ServerSite) -> Conf:
    return {
        "users": [
            {
                "user": leaf_user(child),
                "password": _hash(site.children[child]),
                # Otherwise a leaf's credentials also open the ordinary client port.
                "allowed_connection_types": ["LEAFNODE"],
                "permissions": {
                    "publish": {
                        "allow": [
                            f"{deliver_prefix(child)}.>",
                            "_R_.>",
                            *handing_down.leaf_publishes(site.body, child),
                        ]
                    },
                    "subscribe": {"allow": [*_asked_of(child), *handing_down.leaf_subscribes(child)]},
                },
            }
        ],
        "imports": handing_down.child_imports(site.body, child),
        "exports": [
            *({"service": one, "accounts": ["UPLINK"]} for one in _asked_of(child)),
            {"stream": f"{deliver_prefix(child)}.>", "accounts": ["UPLINK"]},
        ],
    }


def _asked_of(child: str) -> list[str]:
    """Subjects on which a parent's server may speak to the child's.

    Both notations of flow control: without the one the server uses, sourcing stops silently once a
    thousand messages are unconfirmed.
    """
    stream = uplink_stream(child)
    return [
        *create_subjects(child),
        FLOW_CONTROL_V1.format(stream=stream),
        FLOW_CONTROL_V2.format(domain=child, stream=stream),
    ]


def _consumer_requests(stream: str, domain: str) -> list[str]:
    """What a reader of ``stream`` may ask of JetStream: its consumers, not the stream's own fate."""
    api = "$JS.API"
    return [
        f"{api}.INFO",
        f"{api}.STREAM.NAMES",
        f"{api}.STREAM.INFO.{stream}",
        f"{api}.STREAM.MSG.GET.{stream}",
        f"{api}.DIRECT.GET.{stream}",
        f"{api}.DIRECT.GET.{stream}.>",
        f"{api}.CONSUMER.NAMES.{stream}",
        f"{api}.CONSUMER.LIST.{stream}",
        f"{api}.CONSUMER.CREATE.{stream}",
        f"{api}.CONSUMER.CREATE.{stream}.>",
        f"{api}.CONSUMER.DURABLE.CREATE.{stream}.*",
        f"{api}.CONSUMER.INFO.{stream}.*",
        f"{api}.CONSUMER.DELETE.{stream}.*",
        f"{api}.CONSUMER.MSG.NEXT.{stream}.*",
        f"$JS.ACK.{stream}.>",
        f"$JS.ACK.{domain}.*.{stream}.>",
        FLOW_CONTROL_V1.format(stream=stream),
        FLOW_CONTROL_V2.format(domain=domain, stream=stream),
    ]


def _steward(name: str, site: ServerSite) -> Conf:
    """The user that declares streams and durables; no service signs in as it."""
    return _user(name, site.secrets.steward, publish=["$JS.API.>"], subscribe=["_INBOX.>"])


def _user(name: str, password: str, *, publish: list[str], subscribe: list[str]) -> Conf:
    return {
        "user": name,
        "password": _hash(password),
        "allowed_connection_types": ["STANDARD"],
        "permissions": {"publish": {"allow": publish}, "subscribe": {"allow": subscribe}},
    }


def _hash(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(_BCRYPT_COST)).decode()
