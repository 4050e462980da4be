"""What the codes on a page are called, asked of the service that keeps the names; without an answer they stay codes.

``{{ called("station", code) }}`` in any template. The book is read anew once a minute, so a new name is on every
page within that time, and a page never waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
import structlog
from pydantic import TypeAdapter

from shared.tasks import stop
from shared.web.neighbours import neighbour_client

log = structlog.get_logger()

ADDRESS = "/api/v1/roster/names"
READ_AGAIN_SECONDS = 60.0
FIRST_TRY_SECONDS = 1.0
"""At a start the keeper of the names may be up a moment later than whoever asks; the pauses double."""

_IN_ANY_LANGUAGE = "zh-Hans"

Names = Mapping[str, Mapping[str, Mapping[str, str]]]
"""By kind, by code, by language."""

_NAMES: TypeAdapter[dict[str, dict[str, dict[str, str]]]] = TypeAdapter(dict[str, dict[str, dict[str, str]]])


def name_in(names: Mapping[str, str], language: str, code: str) -> str:
    """The name in ``language``, or in Chinese, or in whatever there is; the ``code`` where there is none."""
    return names.get(language) or names.get(_IN_ANY_LANGUAGE) or next(iter(names.values()), code)


class NameBook:
    """The names as last read; one per service."""

    def __init__(self, neighbours: str) -> None:
        self._neighbours = neighbours
        self._names: Names = {}

    def called(self, kind: str, code: str, language: str) -> str:
        """What ``code`` is called: see :func:`name_in`."""
        return name_in(self._names.get(kind, {}).get(code, {}), language, code)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the names fresh while inside."""
        task = asyncio.create_task(self._keep_fresh(), name="names")
        try:
            yield
        finally:
            await stop(task)

    async def _keep_fresh(self) -> None:
        pause = FIRST_TRY_SECONDS
        async with neighbour_client(self._neighbours) as http:
            while True:
                try:
                    answer = await http.get(ADDRESS)
                    self._names = _NAMES.validate_python(answer.raise_for_status().json())
                    pause = READ_AGAIN_SECONDS
                except (httpx.HTTPError, ValueError) as error:  # the keeper is away; pages show codes, or older names
                    log.debug("names-wait", error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(2 * pause, READ_AGAIN_SECONDS)
