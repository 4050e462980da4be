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
from deploy.nats.cluster import ClusterSite, cluster_section
from deploy.nats.names import (
    FLOW_CONTROL_V1,
    FLOW_CONTROL_V2,
    INNER,
    LEDGER_INBOX,
    bind_subject,
    create_subjects,
    deliver_prefix,
    desk_inbox,
    downward_subjects,
    handed_stream,
    handover_subjects,
    inner_subjects,
    leave_subject,
    ledger_subject,
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
class ChildAccess:
    """What opens the account of a child, as bcrypt hashes; None where nothing does."""

    leaf_hash: str | None = None
    """Of the secret with which its server links."""
    invitation_hash: str | None = None
    """Of the secret with which it may ask, once, to be let in."""


@dataclass(frozen=True)
class LeafTls:
    """Certificate and key of the leaf listener, PEM files."""

    certificate: Path
    key: Path


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
    children: Mapping[str, str | ChildAccess] = field(default_factory=dict)
    """A child's code to its leaf password, or to the hashes of what it was given by an invitation."""
    leaf_host: str | None = None
    """Where the leaf listener listens; ``host`` when None."""
    leaf_tls: LeafTls | None = None
    """With it children come by invitation: the listener is there before the first of them, and a desk admits them."""
    parent_authority: Path | None = None
    """By which the parent's server is known (PEM); None for a link on one machine, without TLS."""
    cluster: ClusterSite | None = None
    """This server's place among the body's servers, where it has several."""


def render(site: ServerSite) -> str:
    """The configuration file as text; it holds the leaf's plain password, so keep it private (0600)."""
    return json.dumps(server_config(site), indent=2) + "\n"


def server_config(site: ServerSite) -> Conf:
    """The configuration as data."""
    accounts: Conf = {
        "SYS": _system_account(site),
        "LOCAL": _local_account(site),
        "UPLINK": _uplink_account(site),
    }
    accounts.update({f"C_{child}": _child_account(child, site) for child in site.children})
    conf: Conf = {
        "server_name": site.body if site.cluster is None else site.cluster.node,
        "listen": f"{site.host}:{site.port}",
        # Monitoring has no authentication of its own.
        "http": f"127.0.0.1:{site.monitor_port}",
        "max_payload": MAX_PAYLOAD,
        # A cable that is unplugged tells nobody: without an answer to two of these a connection is ended, and made
        # anew once the cable is back, instead of when TCP thinks of trying again, which may be two minutes later.
        "ping_interval": "15s",
        "ping_max": 2,
        "log_file": str(site.log),
        "logfile_size_limit": 16 * 1024 * 1024,
        "logfile_max_num": 4,
        # An acknowledged message must survive a power cut: a single server has no replica to ask, and those of a
        # cluster may lose their power together.
        "jetstream": {"store_dir": str(site.store), "domain": site.body, "sync_interval": "always"},
        "leafnodes": _leafnodes(site),
        "accounts": accounts,
        "system_account": "SYS",
    }
    if site.cluster is not None:
        conf["cluster"] = cluster_section(site.body, site.cluster, hash_secret(site.cluster.secret))
    return conf


def _leafnodes(site: ServerSite) -> Conf:
    # Always there: a server takes a new parent or child without a restart, but not another delay.
    leafnodes: Conf = {"reconnect": "2s"}
    if site.children or site.leaf_tls is not None:
        leafnodes |= {
            "listen": f"{site.leaf_host or site.host}:{site.leaf_port}",
            # Children learn neither our inner addresses nor each other's interest.
            "no_advertise": True,
            "isolate_leafnode_interest": True,
        }
    if site.leaf_tls is not None:
        files = {"cert_file": str(site.leaf_tls.certificate), "key_file": str(site.leaf_tls.key)}
        # The handshake first: not even the server's name is said in plain text.
        leafnodes["tls"] = {**files, "min_version": "1.3", "handshake_first": True}
    if site.parent_leaf is not None:
        leafnodes["remotes"] = [_remote(site, site.parent_leaf)]
    return leafnodes


def _remote(site: ServerSite, parent_leaf: str) -> Conf:
    user, password = leaf_user(site.body), site.secrets.leaf
    remote: Conf = {
        "url": f"nats-leaf://{user}:{password}@{parent_leaf}",
        "account": "UPLINK",
        "deny_exports": ["$JS.API.>"],
    }
    if site.parent_authority is not None:
        remote["tls"] = {"ca_file": str(site.parent_authority), "min_version": "1.3", "handshake_first": True}
    return remote


def leaf_user(child: str) -> str:
    """The user name under which a child's server signs in at its parent."""
    return f"leaf_{child}"


def invited_user(child: str) -> str:
    """The user name under which a child asks to be let in."""
    return f"join_{child}"


def _system_account(site: ServerSite) -> Conf:
    if site.leaf_tls is None:
        return {}
    # A reload leaves a linked child linked whose secret has changed: the desk ends that connection.
    kick = ["$SYS.REQ.SERVER.*.KICK"]
    return {"users": [_user("warden", site.secrets.steward, publish=kick, subscribe=["_INBOX.>"])]}


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
        exports += [{"service": one, "accounts": [account]} for one in _asks_above(child)]
    handed = handed_stream(site.body)
    asks = [
        *_consumer_requests(stream, site.body),
        "$JS.API.STREAM.INFO.*",
        ledger_subject(site.body),
        *(["_R_.>"] if site.children else []),  # answers to children
        # The account's own connections, of which the link to the parent is one.
        "$SYS.REQ.ACCOUNT.PING.CONNZ",
    ]
    readers = [("reporting", site.secrets.reporting, asks, [ledger_subject(child) for child in site.children])]
    if site.secrets.handover is not None:
        readers.append(("handover", site.secrets.handover, _consumer_requests(handed, site.body), []))
    return {
        "jetstream": "enabled",
        "users": [
            *(
                _user(name, secret, publish=asked, subscribe=["_INBOX.>", *heard])
                for name, secret, asked, heard in readers
            ),
            _steward("steward_uplink", site),
            *_desk(site),
        ],
        "exports": exports,
        "imports": imports,
    }


def _child_account(child: str, site: ServerSite) -> Conf:
    access = site.children[child]
    if isinstance(access, str):
        access = ChildAccess(leaf_hash=hash_secret(access))
    inbox = f"{desk_inbox(child)}.>"
    users = []
    if access.leaf_hash is not None:
        may_say = [
            f"{deliver_prefix(child)}.>",
            "_R_.>",
            leave_subject(child),
            ledger_subject(child),
            *handing_down.leaf_publishes(site.body, child),
        ]
        may_hear = [*_asked_of(child), inbox, LEDGER_INBOX, *handing_down.leaf_subscribes(child)]
        users.append(_leaf(leaf_user(child), access.leaf_hash, publish=may_say, subscribe=may_hear))
    if access.invitation_hash is not None:
        may_say = [bind_subject(child)]
        users.append(_leaf(invited_user(child), access.invitation_hash, publish=may_say, subscribe=[inbox]))
    return {
        "users": users,
        "exports": [
            *({"service": one, "accounts": ["UPLINK"]} for one in _asked_of(child)),
            {"stream": f"{deliver_prefix(child)}.>", "accounts": ["UPLINK"]},
        ],
        "imports": [
            *({"service": {"account": "UPLINK", "subject": one}} for one in _asks_above(child)),
            *handing_down.child_imports(site.body, child),
        ],
    }


def _leaf(name: str, password_hash: str, *, publish: list[str], subscribe: list[str]) -> Conf:
    return {
        "user": name,
        "password": password_hash,
        # Otherwise a leaf's credentials also open the ordinary client port.
        "allowed_connection_types": ["LEAFNODE"],
        "permissions": {"publish": {"allow": publish}, "subscribe": {"allow": subscribe}},
    }


def _asks_above(child: str) -> list[str]:
    return [bind_subject(child), leave_subject(child), ledger_subject(child)]


def _desk(site: ServerSite) -> list[Conf]:
    if site.leaf_tls is None:
        return []
    return [_user("desk", site.secrets.steward, publish=["_R_.>"], subscribe=["tier.bind.*", "tier.leave.*"])]


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
        "password": hash_secret(password),
        "allowed_connection_types": ["STANDARD"],
        "permissions": {"publish": {"allow": publish}, "subscribe": {"allow": subscribe}},
    }


def hash_secret(password: str) -> str:
    """bcrypt, as the server compares with it."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(_BCRYPT_COST)).decode()
