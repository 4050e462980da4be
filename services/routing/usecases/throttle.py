"""Guessing passwords gets slower with every wrong guess: for one login, and for one address."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, select

from services.routing.roster.reads import Reads
from services.routing.tables import SignInFailures
from shared.db.transaction import Transaction
from shared.errors import TooMany
from shared.ids import hash_of

FREE_FOR_LOGIN = 5
FREE_FOR_ADDRESS = 30
"""More, because a whole office may share one address."""
FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)

_FAILURES: Table = SignInFailures.__table__  # type: ignore[attr-defined]


def delay_after(failures: int, free: int) -> timedelta:
    """How long to wait after that many failures: nothing at first, then doubling up to a quarter of an hour."""
    if failures < free:
        return timedelta(0)
    doublings = min(failures - free, 10)  # ten pass the longest delay
    return min(LONGEST_DELAY, FIRST_DELAY * (1 << doublings))


@dataclass(frozen=True, slots=True)
class Guess:
    """One attempt to sign in: which login, from which address."""

    login: str
    address: str

    def counted_under(self) -> list[tuple[str, int]]:
        """Under which its failures are counted, and how many are free. Hashes: a mistyped login may be a password."""
        return [
            (hash_of(f"login\n{self.login}"), FREE_FOR_LOGIN),
            (hash_of(f"address\n{self.address}"), FREE_FOR_ADDRESS),
        ]


async def check(reads: Reads, guess: Guess, now: datetime) -> bool:
    """Raises TooMany while one must wait; gives whether this login failed before."""
    keys = guess.counted_under()
    rows = await reads.all(select(_FAILURES).where(_FAILURES.c.key.in_([key for key, _ in keys])))
    known = {row.key: row for row in rows}
    waits = [known[key].last_at + delay_after(known[key].failures, free) - now for key, free in keys if key in known]
    longest = max(waits, default=timedelta(0))
    if longest > timedelta(0):
        raise TooMany(
            "too-many-sign-ins",
            "Too many wrong sign-ins. Please wait {retry_after} seconds.",
            retry_after=math.ceil(longest.total_seconds()),
        )
    return keys[0][0] in known


async def failed(tx: Transaction, guesses: Sequence[Guess]) -> Sequence[None]:
    """Count wrong guesses, and forget those that are a day old."""
    await tx.execute(delete(_FAILURES).where(_FAILURES.c.last_at < tx.now - FORGOTTEN_AFTER))
    statement = tx.insert(_FAILURES)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"failures": _FAILURES.c.failures + 1, "last_at": statement.excluded.last_at}
        ),
        [{"key": key, "failures": 1, "last_at": tx.now} for guess in guesses for key, _ in guess.counted_under()],
    )
    return [None] * len(guesses)


async def succeeded(tx: Transaction, guess: Guess) -> None:
    """The right password was given: this login starts afresh."""
    await tx.execute(delete(_FAILURES).where(_FAILURES.c.key == guess.counted_under()[0][0]))
