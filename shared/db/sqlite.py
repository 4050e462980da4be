"""SQLite under asyncio, with a thread only where there is something to wait for.

aiosqlite sends every call to a thread and waits for its answer: twenty-five times in one commit of a group, a tenth
of a millisecond each while nothing else runs, and a whole one while the interpreter is busy. What only touches
memory is faster done than sent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiosqlite

T = TypeVar("T")

BEGIN_WRITING = "BEGIN IMMEDIATE"
_SHORT_STATEMENTS = ("BEGIN", "INSERT", "UPDATE", "DELETE", "SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")
"""What a use case does to a few rows. BEGIN is among them because a service is the only writer of its file, so that
the lock is free; CREATE INDEX over all rows is not."""
_FEW_ROWS = 256
_CHUNK = 64


# ``_execute``, through which all of aiosqlite's calls pass, has no types.
class _WritingConnection(aiosqlite.Connection):
    """The statements of a writer touch memory; its commit waits for the disk."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if _may_take_long(fn.__name__, args):
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        return fn(*args, **kwargs)


def _may_take_long(call: str, args: tuple[Any, ...]) -> bool:
    if call == "execute":
        return not args[0].startswith(_SHORT_STATEMENTS)
    return call == "commit" or (call == "executemany" and len(args[1]) > _FEW_ROWS)


class _ReadingConnection(aiosqlite.Connection):
    """A reader's queries may be long; what stands around them is not."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if fn.__name__ in ("execute", "fetchall") and (not args or args[0] != "BEGIN"):
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        return fn(*args, **kwargs)


def writing_connection(path: str) -> Callable[[], Awaitable[aiosqlite.Connection]]:
    """Opens connections to ``path`` for the one writer."""
    return lambda: _open(_WritingConnection, path)


def reading_connection(path: str) -> Callable[[], Awaitable[aiosqlite.Connection]]:
    """Opens connections to ``path`` for readers."""
    return lambda: _open(_ReadingConnection, path)


async def _open(kind: type[aiosqlite.Connection], path: str) -> aiosqlite.Connection:
    # Two threads use it, never at once.
    connection = kind(lambda: sqlite3.connect(path, check_same_thread=False), _CHUNK)
    connection._thread.daemon = True  # as SQLAlchemy has it: a connection left open must not hold up the end
    return await connection
