"""The bodies next to this one in the tree, and which of them says what was handed to this body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts.subjects import Address
from shared.errors import DomainError
from shared.messaging.link import Durable, Link
from shared.runtime import Runtime
from shared.settings import NeighbourSettings


@dataclass(frozen=True)
class NextTo:
    """``names`` are those of the parent and of the children, by code and language."""

    body: str
    parent: str | None
    names: Mapping[str, Mapping[str, str]]

    @property
    def children(self) -> tuple[str, ...]:
        """The bodies directly below."""
        return tuple(code for code in self.names if code != self.parent)

    def speaker(self, address: Address) -> str:
        """Who says what came under ``address``, which the body's own server stamped.

        Raises DomainError for anybody but the parent and the children themselves: an event with a stamp came from
        that child, one without from above.
        """
        said_by = self.parent if not address.via else address.via[0]
        if said_by is None or address.body != said_by or len(address.via) > 1 or said_by not in self.names:
            raise DomainError("not-a-neighbour-speaks", "This event is of no body next to this one.")
        return said_by


def handed_link(settings: NeighbourSettings, runtime: Runtime, *filters: str) -> Link | None:
    """The connection on which a service hears what is handed to its body, of it what ``filters`` let through.

    Another account than that of the body's own events, and the same consumer: one inbox, one place for what is parked.
    None for a body that has no neighbours.
    """
    if settings.nats_handover_url is None or not settings.neighbour_bodies:
        return None
    durable = Durable(f"HAND_{settings.body}", f"{settings.service}-handover-v1", filters or (">",))
    return Link(
        settings.nats_handover_url, f"{settings.service}-handover@{settings.body}", [(durable, runtime.consumer)]
    )
