"""Permissions for what a parent hands down: a child asks for its own ``DOWN_`` stream and for nothing else.

The same ordinary source as on the way up (docs/decisions/0009), the other way round: the child's server asks the
parent's for what follows the last message it holds.
"""

from __future__ import annotations

from typing import TypeAlias

from deploy.nats.names import (
    FLOW_CONTROL_V1,
    FLOW_CONTROL_V2,
    domain_api,
    down_create_subjects,
    down_prefix,
    down_stream,
    downward_subjects,
    parent_api,
)

Conf: TypeAlias = dict[str, object]

REPLIES = "$JSC.R.>"
"""Where a server awaits the answers of another one's JetStream."""


def flow_control(parent: str, child: str) -> list[str]:
    """By which the child's server says that it has taken so much; in both notations, as on the way up."""
    stream = down_stream(child)
    return [FLOW_CONTROL_V1.format(stream=stream), FLOW_CONTROL_V2.format(domain=parent, stream=stream)]


def leaf_publishes(parent: str, child: str) -> list[str]:
    """What the child's leaf may say at its parent beside what it delivers."""
    return [*down_create_subjects(parent_api(parent), child), *flow_control(parent, child)]


def leaf_subscribes(child: str) -> list[str]:
    """What the child's leaf may hear at its parent beside what it is asked."""
    return [f"{down_prefix(child)}.>", REPLIES]


def uplink_exports(parent: str, child: str) -> list[Conf]:
    """What the parent's account UPLINK opens to that child's account, and to its own services."""
    asked = [*down_create_subjects(domain_api(parent), child), *flow_control(parent, child)]
    exports: list[Conf] = [{"service": downward_subjects(parent, child), "accounts": ["LOCAL"]}]
    exports += [{"service": one, "accounts": [f"C_{child}"]} for one in asked]
    exports.append({"stream": f"{down_prefix(child)}.>", "accounts": [f"C_{child}"]})
    return exports


def child_imports(parent: str, child: str) -> list[Conf]:
    """The same, as the child's account takes it."""
    asked = zip(
        down_create_subjects(domain_api(parent), child), down_create_subjects(parent_api(parent), child), strict=True
    )
    imports: list[Conf] = [{"service": {"account": "UPLINK", "subject": one}, "to": said} for one, said in asked]
    imports += [{"service": {"account": "UPLINK", "subject": one}} for one in flow_control(parent, child)]
    imports.append({"stream": {"account": "UPLINK", "subject": f"{down_prefix(child)}.>"}})
    return imports
