"""Who acts, in whose name, and when it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.errors import DomainError, Forbidden


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, and whether that was entered later from a paper record."""

    at: datetime
    on_paper: bool


@dataclass(frozen=True, slots=True)
class Author:
    """Whose word an entry is: ``role`` is member, staff, department, resident, or service for what events brought."""

    role: Literal["member", "staff", "department", "resident", "service"]
    code: str | None = None
    """The code of a member or department, the account of staff."""


RESIDENT = Author("resident")
HEARSAY = Author("service")
"""What a neighbour service said; whoever did it is known there."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody signed in: a member with a code of the roster, or staff of the body, who has none."""

    member: str | None
    is_officer: bool
    account: str | None = None
    """The id of the account, so that what staff did can be told apart."""

    @property
    def author(self) -> Author:
        """As what somebody writes is signed."""
        return Author("member", self.member) if self.member is not None else Author("staff", self.account)

    @property
    def sees_all(self) -> bool:
        """Staff of the body see every case; a member sees the own."""
        return self.member is None

    def moment(self, now: datetime, recorded_at: datetime | None) -> Moment:
        """Now, or the date of a paper record: Forbidden but for an officer, DomainError where it lies in the future."""
        if recorded_at is None:
            return Moment(now, False)
        if not self.is_officer:
            raise Forbidden("own-date-needs-officer", "Only an officer of the body enters records with their own date.")
        if recorded_at > now:
            raise DomainError("recorded-in-future", "A record cannot be dated in the future.", field="recorded_at")
        return Moment(recorded_at, True)

    def in_the_name_of(self, named: str | None, otherwise: str) -> str:
        """The member who did it: the one an officer names, or else ``otherwise``; a member names nobody else."""
        if self.is_officer:
            return named or otherwise
        if self.member is None or named not in (None, self.member):
            raise Forbidden("not-your-name", "You can record only what you did yourself.", field="member")
        return self.member

    def took_part(self, members: tuple[str, ...]) -> None:
        """Raises Forbidden where a member records something that only others did."""
        if not self.is_officer and self.member not in members:
            raise Forbidden("not-your-name", "You can record only what you did yourself.", field="members")
