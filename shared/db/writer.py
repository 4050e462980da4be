"""All writes of one service go through one writer, which commits whatever is waiting in one transaction.

Nobody waits for a timer: while one commit is being made durable the next group gathers. Where several jobs meet,
each runs in a savepoint of its own, so a refused one leaves its neighbours alone; jobs of the same *batch* kind
are handed over together, which is how a hot path pays for one statement instead of sixty-four.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from shared.clock import Clock
from shared.db.engine import Database
from shared.db.transaction import Announcement, Transaction
from shared.tasks import stop

T = TypeVar("T")
I = TypeVar("I")
O = TypeVar("O")

Job = Callable[[Transaction], Awaitable[T]]
Batch = Callable[[Transaction, Sequence[I]], Awaitable[Sequence[O | Exception]]]

GROUP_LIMIT = 256
"""Jobs in one commit: past this the gain is small and everybody waits (measured, docs/decisions/0005)."""


class Outbox(Protocol):
    """Where announcements are kept until they are published."""

    async def keep(self, tx: Transaction, announcements: Sequence[Announcement]) -> Sequence[Any]:
        """Write them down inside ``tx``; gives what :meth:`hand_over` wants."""

    def hand_over(self, kept: Sequence[Any]) -> None:
        """The transaction is durable: publish. Must not block and must not raise."""


@dataclass(slots=True)
class _Waiting:
    future: asyncio.Future[Any]
    job: Job[Any] | None = None
    batch: Batch[Any, Any] | None = None
    item: Any = None


class Writer:
    """The unit of work of a service: the only place that commits."""

    def __init__(self, database: Database, clock: Clock, outbox: Outbox | None = None) -> None:
        self._database = database
        self._clock = clock
        self._outbox = outbox
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()

    async def run(self, job: Job[T]) -> T:
        """Run ``job`` in a transaction and return what it returned once that is durable; its error undoes it."""
        waiting = _Waiting(asyncio.get_running_loop().create_future(), job=job)
        self._queue.put_nowait(waiting)
        result: T = await waiting.future
        return result

    async def run_batched(self, batch: Batch[I, O], item: I) -> O:
        """Give ``item`` to ``batch`` together with everyone else's; an exception in its place is raised here.

        ``batch`` answers one result or exception per item, in order. If it raises, its items are tried singly.
        """
        waiting = _Waiting(asyncio.get_running_loop().create_future(), batch=batch, item=item)
        self._queue.put_nowait(waiting)
        result: O = await waiting.future
        return result

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write while inside; what is waiting at the end is still written."""
        task = asyncio.create_task(self._loop(), name="writer")
        try:
            yield
        finally:
            await self._queue.join()
            await stop(task)

    async def _loop(self) -> None:
        while True:
            group = [await self._queue.get()]
            # Whoever the same turn of the loop woke is a moment behind, and fits in.
            await asyncio.sleep(0)
            while len(group) < GROUP_LIMIT and not self._queue.empty():
                group.append(self._queue.get_nowait())
            # Shielded, so that stopping the service lets the commit under way finish.
            await asyncio.shield(asyncio.ensure_future(self._commit(group)))
            for _ in group:
                self._queue.task_done()

    async def _commit(self, group: list[_Waiting], *, in_savepoints: bool = False) -> None:
        settled: list[tuple[asyncio.Future[Any], Any]] = []
        kept: Sequence[Any] = ()
        runs = _runs(group)
        attempt = _in_savepoint if in_savepoints or len(runs) > 1 else _alone
        try:
            async with self._database.writing() as connection:
                announced: list[Announcement] = []
                for run in runs:
                    tx = Transaction(connection, self._clock)
                    settled += await self._run(tx, run, attempt)
                    announced += tx.announced
                if announced and self._outbox is not None:
                    kept = await self._outbox.keep(Transaction(connection, self._clock), announced)
        except _Undone as undone:
            if len(group) > 1:
                await self._commit(group, in_savepoints=True)
                return
            settled = [(group[0].future, undone.error)]
        except Exception as error:
            # The commit itself failed (disk full, database gone): nobody's work was kept.
            settled = [(waiting.future, error) for waiting in group]
        else:
            if kept and self._outbox is not None:
                self._outbox.hand_over(kept)
        for future, outcome in settled:
            if future.done():
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    async def _run(
        self, tx: Transaction, run: list[_Waiting], attempt: Callable[[Transaction, Job[Any]], Awaitable[Any]]
    ) -> list[tuple[asyncio.Future[Any], Any]]:
        batch = run[0].batch
        if batch is None:
            assert run[0].job is not None
            return [(run[0].future, await attempt(tx, run[0].job))]

        async def together(inner: Transaction) -> Sequence[Any]:
            return await batch(inner, [waiting.item for waiting in run])

        outcome = await attempt(tx, together)
        if not isinstance(outcome, Exception):
            return list(zip((waiting.future for waiting in run), outcome, strict=True))
        if len(run) == 1:
            return [(run[0].future, outcome)]
        results = []
        for waiting in run:
            results += await self._run(tx, [waiting], attempt)
        return results


class _Undone(Exception):
    """A job that had its transaction to itself raised ``error``; nothing was kept."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def _runs(group: list[_Waiting]) -> list[list[_Waiting]]:
    """The group in the order it came, with the items of one batch kind gathered where its first one stood."""
    runs: list[list[_Waiting]] = []
    by_batch: dict[Any, list[_Waiting]] = {}
    for waiting in group:
        if waiting.batch is None:
            runs.append([waiting])
        elif waiting.batch in by_batch:
            by_batch[waiting.batch].append(waiting)
        else:
            by_batch[waiting.batch] = [waiting]
            runs.append(by_batch[waiting.batch])
    return runs


async def _alone(tx: Transaction, job: Job[Any]) -> Any:
    """What ``job`` returned; raises _Undone. Spares the two statements of a savepoint where nothing needs one."""
    try:
        return await job(tx)
    except Exception as error:
        raise _Undone(error) from error


async def _in_savepoint(tx: Transaction, job: Job[Any]) -> Any:
    """What ``job`` returned, or the exception it raised, with everything it wrote and announced undone."""
    before = len(tx.announced)
    try:
        async with tx.connection.savepoint():
            return await job(tx)
    except Exception as error:
        del tx.announced[before:]
        return error
