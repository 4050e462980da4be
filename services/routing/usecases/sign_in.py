"""Sign in with login and password, for a token that every service can check alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Table, select

from services.routing.passwords import AT_ONCE, Passwords
from services.routing.roster.book import RosterBook
from services.routing.tables import Account
from services.routing.usecases import throttle
from services.routing.usecases.throttle import Guess
from shared.clock import Clock
from shared.db.reader import Reader
from shared.db.writer import Writer
from shared.errors import Unauthorized
from shared.web.auth import Role, TokenSigner

_ACCOUNTS: Table = Account.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in."""

    token: str
    expires_at: datetime
    role: Role
    member: str | None


class SignIn:
    """Checks passwords and signs tokens."""

    def __init__(
        self,
        *,
        reader: Reader,
        writer: Writer,
        passwords: Passwords,
        signer: TokenSigner,
        clock: Clock,
        book: RosterBook,
        lifetime: timedelta,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._passwords = passwords
        self._signer = signer
        self._clock = clock
        self._book = book
        self.lifetime = lifetime
        # Checked and counted inside: many guesses sent at once are no more than this many beyond the limit.
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def sign_in(self, login: str, password: str, address: str) -> Session:
        """A session for the right password. Raises Unauthorized, the same whatever was wrong, or TooMany."""
        guess = Guess(login, address)
        async with self._turns:
            failed_before = await throttle.check(self._reader, guess, self._clock.now())
            account = await self._reader.one(
                select(_ACCOUNTS).where(_ACCOUNTS.c.login == login, _ACCOUNTS.c.active.is_(True))
            )
            fits = await self._passwords.fits(account.password_hash if account else None, password)
            if account is None or not fits:
                await self._writer.run_batched(throttle.failed, guess)
                raise _wrong()
        if failed_before:
            await self._writer.run(lambda tx: throttle.succeeded(tx, guess))
        return self._session(account, await self._stations_of(account))

    async def _stations_of(self, account: Row[Any]) -> tuple[str, ...]:
        """Where somebody belongs: a clerk by account, a member by the roster. Raises Unauthorized for who left."""
        if account.role != Role.MEMBER:
            return tuple(account.stations)
        directory = await self._book.present(self._reader)
        if directory is None or account.member not in directory.members:
            raise _wrong()
        return directory.members[account.member].stations

    def _session(self, account: Row[Any], stations: tuple[str, ...]) -> Session:
        role = Role(account.role)
        token = self._signer.sign(
            subject=account.login, role=role, member=account.member, stations=stations, lifetime=self.lifetime
        )
        return Session(token, self._clock.now() + self.lifetime, role, account.member)


def _wrong() -> Unauthorized:
    return Unauthorized("wrong-sign-in", "Login or password is wrong.")
