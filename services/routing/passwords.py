"""Passwords: hashed slowly on purpose, in threads of their own, so that nobody else waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
"""Each takes 19 MiB; more than the machine has cores gains nothing."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
"""Argon2id with OWASP's minimum: 19 MiB, two passes, one lane (Password Storage Cheat Sheet, "Argon2id")."""


class Passwords:
    """Makes hashes and compares with them, a few at a time."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")

    async def hash_all(self, passwords: Sequence[str]) -> list[str]:
        """The hash of each password, in order."""
        loop = asyncio.get_running_loop()
        hashing = [loop.run_in_executor(self._threads, _HASHER.hash, password) for password in passwords]
        return list(await asyncio.gather(*hashing))

    async def fits(self, password_hash: str | None, password: str) -> bool:
        """Whether ``password`` is the one; without a hash it takes as long and never is."""
        loop = asyncio.get_running_loop()
        fits = await loop.run_in_executor(self._threads, self._verify, password_hash, password)
        return fits and password_hash is not None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ends the threads afterwards."""
        try:
            yield
        finally:
            self._threads.shutdown(wait=False)

    def _verify(self, password_hash: str | None, password: str) -> bool:
        try:
            return _HASHER.verify(password_hash or _nobodys(), password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    """What is compared with for a sign-in code that nobody has, so that the answer takes as long."""
    return _HASHER.hash("the password of nobody")
