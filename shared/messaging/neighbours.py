"""The bodies next to this one in the tree: who they are, told at start or by a file, and what they hand to this body.

The file is written by whoever admits children or takes an invitation, before the message server lets anybody through;
it is looked at when somebody asks, so what was joined a moment ago is a neighbour, and nothing is lost with a process.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.contracts.subjects import Address
from shared.errors import DomainError
from shared.messaging.link import Durable, Link
from shared.runtime import Runtime
from shared.settings import NeighbourSettings
from shared.tasks import stop

log = structlog.get_logger(__name__)

LOOK_AGAIN_SECONDS = 1.0
"""How long a first neighbour waits until the body begins to hear it."""

Names: TypeAlias = Mapping[str, Mapping[str, str]]
"""By a body's code and by language."""


class Near(BaseModel):
    """The bodies next to one: its parent, and those directly below that are joined or once were."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    parent: str | None = None
    names: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Of the parent and of every child, by code and language; empty where nobody said a name."""
    further: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Names of bodies further off, to which a neighbour may hand an issue on, as far as they are known."""
    left: tuple[str, ...] = ()
    """Children that are joined no more: what they said is heard to its end, and nothing new is handed to them."""


class NearbyFile:
    """``path`` as it stands now, in place of ``first``, which holds as long as there is no readable file."""

    def __init__(self, path: Path, first: Near) -> None:
        self._path = path
        self._near = first
        self._seen: tuple[int, ...] = ()

    def __call__(self) -> Near:
        """The present neighbours; read anew exactly when the file is another one."""
        try:
            status = self._path.stat()
        except OSError:
            return self._near
        seen = (status.st_ino, status.st_mtime_ns, status.st_size)
        if seen != self._seen:
            try:
                self._near = Near.model_validate_json(self._path.read_bytes())
            except (OSError, ValidationError) as error:
                log.warning("neighbours-unreadable", file=str(self._path), error=repr(error))
            self._seen = seen
        return self._near


def near_bodies(settings: NeighbourSettings) -> Callable[[], Near]:
    """Who is next to the body: as told at start, or as the file says that follows who joins."""
    first = Near(parent=settings.parent, names=settings.neighbour_bodies, further=settings.further_bodies)
    return NearbyFile(settings.neighbours_file, first) if settings.neighbours_file is not None else lambda: first


class NextTo:
    """The bodies next to ``body``; ``near`` says who they are now, since bodies join and leave meanwhile."""

    def __init__(self, body: str, near: Callable[[], Near]) -> None:
        self.body = body
        self._near = near

    @property
    def parent(self) -> str | None:
        """The body above."""
        return self._near().parent

    @property
    def names(self) -> Names:
        """Of the parent and of the children, by code and language."""
        return self._near().names

    @property
    def children(self) -> tuple[str, ...]:
        """The bodies directly below that something can be handed to."""
        near = self._near()
        return tuple(code for code in near.names if code != near.parent and code not in near.left)

    def speaker(self, address: Address) -> str:
        """Who says what came under ``address``, which the body's own server stamped.

        Raises DomainError for anybody but the parent and the children themselves: an event with a stamp came from
        that child, one without from above.
        """
        near = self._near()
        said_by = near.parent if not address.via else address.via[0]
        if said_by is None or address.body != said_by or len(address.via) > 1 or said_by not in near.names:
            raise DomainError("not-a-neighbour-speaks", "This event is of no body next to this one.")
        return said_by


def handed_link(settings: NeighbourSettings, runtime: Runtime, *filters: str) -> Link | None:
    """The connection on which a service hears what is handed to its body, of it what ``filters`` let through.

    Another account than that of the body's own events, and the same consumer: one inbox, one place for what is parked.
    """
    if settings.nats_handover_url is None:
        return None
    durable = Durable(f"HAND_{settings.body}", f"{settings.service}-handover-v1", filters or (">",))
    name = f"{settings.service}-handover@{settings.body}"
    return Link(settings.nats_handover_url, name, [(durable, runtime.consumer)], in_turn=True)


@asynccontextmanager
async def heard(link: Link | None, near: Callable[[], Near]) -> AsyncIterator[None]:
    """While inside, hear on ``link`` what is handed to the body, from the moment on that it has a neighbour."""
    if link is None:
        yield
        return
    task = asyncio.create_task(_heard(link, near), name="handed")
    try:
        yield
    finally:
        await stop(task)


async def _heard(link: Link, near: Callable[[], Near]) -> None:
    while not near().names:  # noqa: ASYNC110 - a file that another process writes calls nobody
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    async with link.running():
        await asyncio.Event().wait()
