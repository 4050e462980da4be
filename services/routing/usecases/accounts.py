"""Who may sign in: accounts are made by the body's officer, the first one at start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Table, select

from services.routing.passwords import Passwords
from services.routing.roster.book import RosterBook
from services.routing.roster.reads import Reads
from services.routing.tables import Account
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import DomainError
from shared.web.auth import Role

_ACCOUNTS: Table = Account.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as an officer asks for it; the password is known for this one moment."""

    login: str
    password: str
    role: Role
    member: str | None = None
    stations: tuple[str, ...] = ()
    language: str | None = None
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """How many accounts were made, changed, and left alone."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


class Accounts:
    """Makes accounts."""

    def __init__(self, reader: Reader, writer: Writer, passwords: Passwords, book: RosterBook) -> None:
        self._reader = reader
        self._writer = writer
        self._passwords = passwords
        self._book = book

    async def make(self, wanted: Sequence[NewAccount]) -> Made:
        """Make what is missing and change what differs; an account that is there keeps its password unless
        ``reset``, so that the same request twice is one.

        Raises DomainError naming the entry: ``accounts[3].member``.
        """
        await self._check(wanted)
        known = await self._known(self._reader, [account.login for account in wanted])
        due = [account for account in wanted if account.reset or known.get(account.login) != _right_of(account)]
        hashes = await self._passwords.hash_all([account.password for account in due])
        rows = [_row(account, password_hash) for account, password_hash in zip(due, hashes, strict=True)]
        if rows:
            await self._writer.run(lambda tx: _write(tx, rows))
        created = sum(1 for account in due if account.login not in known)
        return Made(created, len(due) - created, len(wanted) - len(due))

    async def ensure_first_officer(self, login: str, password: str) -> None:
        """The account through which all others are made; one that is there already keeps its password."""
        if not await self._known(self._reader, [login]):
            await self.make([NewAccount(login, password, Role.OFFICER)])

    async def change_password(self, login: str, present: str, new: str) -> None:
        """Replace one's own password. Raises DomainError on ``present`` where that is not it."""
        account = await self._reader.one(select(_ACCOUNTS.c.password_hash).where(_ACCOUNTS.c.login == login))
        if not await self._passwords.fits(account.password_hash if account else None, present):
            raise DomainError("wrong-password", "This is not your present password.", field="present")
        [password_hash] = await self._passwords.hash_all([new])
        await self._writer.run(
            lambda tx: tx.execute(
                _ACCOUNTS.update().where(_ACCOUNTS.c.login == login).values(password_hash=password_hash)
            )
        )

    async def _check(self, wanted: Sequence[NewAccount]) -> None:
        directory = await self._book.present(self._reader)
        members = directory.members if directory else {}
        seen: set[str] = set()
        for index, account in enumerate(wanted):
            if account.login in seen:
                raise DomainError("login-twice", "This login stands here twice.", field=f"accounts[{index}].login")
            seen.add(account.login)
            if (account.role is Role.MEMBER) != (account.member is not None):
                raise DomainError(
                    "member-of-account",
                    "A member's account names the member's code, and no other account does.",
                    field=f"accounts[{index}].member",
                )
            if account.member is not None and account.member not in members:
                raise DomainError(
                    "unknown-member", "There is no such member in the roster.", field=f"accounts[{index}].member"
                )

    async def _known(self, reads: Reads, logins: Sequence[str]) -> dict[str, tuple[Any, ...]]:
        columns = (_ACCOUNTS.c.login, _ACCOUNTS.c.role, _ACCOUNTS.c.member, _ACCOUNTS.c.stations)
        rows = await reads.all(select(*columns).where(_ACCOUNTS.c.login.in_(logins)))
        return {row.login: (row.role, row.member, tuple(row.stations)) for row in rows}


def _right_of(account: NewAccount) -> tuple[Any, ...]:
    return account.role.value, account.member, account.stations


def _row(account: NewAccount, password_hash: str) -> dict[str, Any]:
    row = asdict(account)
    del row["password"], row["reset"]
    return {**row, "role": account.role.value, "stations": list(account.stations), "password_hash": password_hash}


async def _write(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    statement = tx.insert(_ACCOUNTS)
    replaced = {name: statement.excluded[name] for name in rows[0] if name != "login"}
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["login"], set_={**replaced, "active": True}),
        [{**row, "active": True} for row in rows],
    )
