"""Which bodies are next to this one, told at start or by a file that follows who joins and leaves.

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

from shared.messaging.link import Link
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
