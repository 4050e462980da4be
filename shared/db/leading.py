"""Which of a service's processes does what only one may do: publish, read its stream, keep its clocks, send its mail.

On SQLite there is one process, and it does. On PostgreSQL the processes of one database elect one by a lock that the
database itself holds for a connection: when that connection ends, however it ended, the next in line has it at once
(docs/decisions/0024).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, Protocol

import structlog
from sqlalchemy import make_url

from shared.db.locks import LEADER, VANISHED_HOST_NOTICED
from shared.tasks import stop

log = structlog.get_logger(__name__)

Duty = Callable[[], AbstractAsyncContextManager[None]]
"""What the leader does; entered when it begins to lead, left when it ends."""

CHANNEL = "doorstep_written"
CONNECT_SECONDS = 5.0
IN_LINE_SECONDS = 30.0
"""How long one statement stands in line: while it does the database may clear nothing away, so none may last days."""
ASKED_EVERY_SECONDS = 5.0
"""How often the leader makes sure that its connection, and so its lock, is still there."""
ANSWERED_WITHIN_SECONDS = 5.0
AGAIN_AFTER_SECONDS = 1.0


class Leading(Protocol):
    """One process's part in it."""

    @property
    def is_alone(self) -> bool:
        """Whether no other process can ever write this database."""

    @property
    def leads(self) -> bool:
        """Whether this process does now. Another may have begun meanwhile; it never stays so for long."""

    def tell(self) -> None:
        """Something was committed here that the leader has to see to. Never blocks; nothing where this one leads."""

    def taking_turns(self, duty: Duty, told: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """Inside, ``duty`` is entered whenever this process leads, and ``told`` called when another has told something.

        Entered once it is known whether this process leads now, and if so, with its duty entered. Raises what the first
        try raised: a database that is not there, a duty that cannot begin. Later ones are tried again for ever.
        """


def open_leading(url: str) -> Leading:
    """For the database at ``url``; connected when first used."""
    return Alone() if make_url(url).get_backend_name() == "sqlite" else Elected(url)


class Alone:
    """The one process of a SQLite file."""

    is_alone = True
    leads = True

    def tell(self) -> None:
        """There is nobody."""

    @asynccontextmanager
    async def taking_turns(self, duty: Duty, told: Callable[[], None]) -> AsyncIterator[None]:
        async with duty():
            yield


class Elected:
    """One of several processes on a PostgreSQL database."""

    is_alone = False

    def __init__(self, url: str) -> None:
        self._to_connect = _for_driver(url)
        self._leads = False
        self._leaving = False
        self._over = asyncio.Event()
        """That this process leads, for whatever reason."""
        self._to_tell = asyncio.Event()

    @property
    def leads(self) -> bool:
        return self._leads

    def tell(self) -> None:
        if not self._leads:
            self._to_tell.set()

    @asynccontextmanager
    async def taking_turns(self, duty: Duty, told: Callable[[], None]) -> AsyncIterator[None]:
        decided: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._leaving = False
        standing = asyncio.create_task(self._stand(duty, told, decided), name="leading")
        telling = asyncio.create_task(self._keep_telling(), name="telling the leader")
        try:
            await decided
            yield
        finally:
            self._leaving = True
            self._over.set()
            if self._leads:
                # It leaves its duties in its own time; a cancellation would come in between.
                await asyncio.wait([standing])
            await stop(standing)
            await stop(telling)

    async def _stand(self, duty: Duty, told: Callable[[], None], decided: asyncio.Future[None]) -> None:
        while not self._leaving:
            try:
                await self._stand_once(duty, told, decided)
            except Exception as error:
                if not decided.done():
                    decided.set_exception(error)
                    return
                log.warning("stands-again", error=repr(error), seconds=AGAIN_AFTER_SECONDS)
                await asyncio.sleep(AGAIN_AFTER_SECONDS)

    async def _stand_once(self, duty: Duty, told: Callable[[], None], decided: asyncio.Future[None]) -> None:
        """Lead until this process leaves, or the connection is lost, which raises ConnectionError."""
        async with self._connected() as connection:
            self._over.clear()
            connection.add_termination_listener(lambda _: self._over.set())
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", *LEADER):
                _settle(decided)
                await _wait_in_line(connection)
            # Heard before anything is looked for: what is told from now on is looked for once more.
            await connection.add_listener(CHANNEL, lambda *_: told())
            log.info("leads")
            self._leads = True
            try:
                async with duty():
                    _settle(decided)
                    await self._while_held(connection)
            finally:
                self._leads = False
                log.info("leads-no-longer")
                self._to_tell.set()  # what was committed while we took ourselves for the leader still

    async def _while_held(self, connection: Any) -> None:
        while not self._leaving:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), ASKED_EVERY_SECONDS)
            if connection.is_closed():
                raise ConnectionError("the connection that held the lock has ended")
            await connection.execute("SELECT 1", timeout=ANSWERED_WITHIN_SECONDS)

    async def _keep_telling(self) -> None:
        while True:
            await self._to_tell.wait()
            try:
                async with self._connected() as connection:
                    while True:
                        await self._to_tell.wait()
                        self._to_tell.clear()
                        await connection.execute(f"NOTIFY {CHANNEL}", timeout=ANSWERED_WITHIN_SECONDS)
            except Exception as error:
                log.info("tells-again", error=repr(error), seconds=AGAIN_AFTER_SECONDS)
                self._to_tell.set()
            await asyncio.sleep(AGAIN_AFTER_SECONDS)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        import asyncpg

        connection = await asyncpg.connect(
            **self._to_connect,
            timeout=CONNECT_SECONDS,
            server_settings={"application_name": "doorstep leading"} | VANISHED_HOST_NOTICED,
        )
        try:
            yield connection
        finally:
            # The lock goes with the connection: said while the other end listens, or else just hung up.
            try:
                with suppress(Exception):
                    await connection.close(timeout=ANSWERED_WITHIN_SECONDS)
            finally:
                connection.terminate()


def _for_driver(url: str) -> dict[str, Any]:
    """What SQLAlchemy would give the driver for ``url``, ``?ssl=`` and all, without what is SQLAlchemy's own."""
    parsed = make_url(url)
    _, told = parsed.get_dialect()().create_connect_args(parsed)
    return {name: value for name, value in told.items() if not name.startswith("prepared_statement_")}


def _settle(decided: asyncio.Future[None]) -> None:
    if not decided.done():
        decided.set_result(None)


async def _wait_in_line(connection: Any) -> None:
    from asyncpg import LockNotAvailableError

    await connection.execute(f"SET lock_timeout = '{IN_LINE_SECONDS:.0f}s'")
    while True:
        with suppress(LockNotAvailableError):
            await connection.fetchval("SELECT pg_advisory_lock($1, $2)", *LEADER)
            return
