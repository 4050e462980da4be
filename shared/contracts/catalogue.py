"""Every class of event there is, findable by its address."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from shared.contracts import handover, inner, report, research, units
from shared.contracts.event import Event
from shared.contracts.subjects import Address, kind_of


def _events_of(module: ModuleType) -> Iterator[type[Event]]:
    for value in vars(module).values():
        # The classes that only gather common fields have no verb, and never travel.
        if isinstance(value, type) and issubclass(value, Event) and hasattr(value, "verb"):
            yield value


EVENTS: tuple[type[Event], ...] = tuple(
    sorted(
        {event for module in (inner, report, units, research, handover) for event in _events_of(module)},
        key=lambda event: kind_of(event),
    )
)

_BY_KIND = {kind_of(event): event for event in EVENTS}


def class_at(address: Address) -> type[Event] | None:
    """The class of the events at ``address``, or None where this release knows none."""
    return _BY_KIND.get(address.kind)
