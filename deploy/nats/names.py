"""Names of streams, durables and subjects between the tiers, in one place for servers and streams alike."""

from __future__ import annotations

INNER = "INNER"
"""The stream of what stays in the body; it lives in account LOCAL, which has no link, so it need not be
unique in the tree."""

FLOW_CONTROL_V1 = "$JS.FC.{stream}.>"
FLOW_CONTROL_V2 = "$JS.FC.{domain}.*.{stream}.>"


def inner_subjects(body: str) -> str:
    """Events that stay in the body."""
    return f"doorstep.{body}.inner.>"


def report_subjects(body: str) -> str:
    """Events that rise to the parent."""
    return f"doorstep.{body}.report.>"


def uplink_stream(body: str) -> str:
    """What the body reports, its children's reports included; unique in the tree because the flow-control
    subjects of nats-server 2.15 carry no domain."""
    return f"UP_{body}"


def handover_subjects(body: str) -> str:
    """Events that go up to the parent, and no further."""
    return f"doorstep.{body}.handover.>"


def downward_subjects(body: str, child: str) -> str:
    """Events that ``body`` hands down to one child."""
    return f"to.{child}.doorstep.{body}.handover.>"


def down_stream(child: str) -> str:
    """At the parent: what is handed down to one child."""
    return f"DOWN_{child}"


def handed_stream(body: str) -> str:
    """What was handed to the body, from above and from below."""
    return f"HAND_{body}"


def from_stream(child: str) -> str:
    """At the parent: what came from one child."""
    return f"FROM_{child}"


def stamped(child: str) -> str:
    """The prefix that the parent's own server puts before every subject of a child, so that forgery shows."""
    return f"from.{child}"


def deliver_prefix(child: str) -> str:
    """What a child's server sends to the subjects that its parent's server made up below this."""
    return f"deliver.{child}"


def down_prefix(child: str) -> str:
    """What the parent's server sends to a child's goes to the subjects that the child's made up below this."""
    return f"down.{child}"


def parent_api(parent: str) -> str:
    """Prefix under which a child asks its parent's JetStream: under :func:`domain_api` the parent's server would
    take the request for one of its own account and never pass it on."""
    return f"TIER.{parent}.API"


def domain_api(body: str) -> str:
    """Prefix of the JetStream API of a body's server as seen from another body's."""
    return f"$JS.{body}.API"


def create_subjects(child: str) -> list[str]:
    """By which the parent's server asks the child's for all that follows the last it holds itself."""
    return _asking(domain_api(child), uplink_stream(child))


def down_create_subjects(api: str, child: str) -> list[str]:
    """By which a child's server asks its parent's, whose JetStream goes by ``api``, for what was handed down."""
    return _asking(api, down_stream(child))


def _asking(api: str, stream: str) -> list[str]:
    asked = f"{api}.CONSUMER.CREATE.{stream}"
    return [asked, f"{asked}.>"]


def bind_subject(child: str) -> str:
    """On which an invited child asks its parent's desk to be let in."""
    return f"tier.bind.{child}"


def leave_subject(child: str) -> str:
    """On which a child tells its parent's desk that it leaves."""
    return f"tier.leave.{child}"


def desk_inbox(child: str) -> str:
    """Below it a child hears what its parent's desk answers."""
    return f"_DESK_.{child}"


def ledger_subject(child: str) -> str:
    """On which a child asks its parent what it holds of the child's chains; asked from the child, answered above."""
    return f"ledger.{child}"


LEDGER_INBOX = "_INBOX.ledger.>"
"""Where the answers arrive: the one inbox that crosses the link."""
