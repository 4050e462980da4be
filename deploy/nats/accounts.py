"""The accounts of one body's nats-server, and what each user in them may say and hear.

Two accounts with no way round between them: LOCAL holds everything of the body and has no link; UPLINK is
bound to the parent. One gate leads from LOCAL to UPLINK: the subjects ``doorstep.<body>.report.>`` and those of
handovers, as service exports, so that whoever publishes in LOCAL receives the acknowledgement of the stream in UPLINK.
For each child there is an account ``C_<child>`` that holds nothing but that child's leaf connection.
"""

from __future__ import annotations

from typing import TypeAlias

import bcrypt

from deploy.nats import handing_down
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
from deploy.nats.site import ChildAccess, ServerSite

Conf: TypeAlias = dict[str, object]

_BCRYPT_COST = 4
"""Low on purpose: the secrets are 256 random bits, which no cost factor protects better, and every
connection of every service pays for it."""


def accounts(site: ServerSite) -> Conf:
    """All of them, by name."""
    own: Conf = {
        "SYS": _system_account(site),
        "LOCAL": _local_account(site),
        "UPLINK": _uplink_account(site),
    }
    return own | {f"C_{child}": _child_account(child, site) for child in site.children}


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
