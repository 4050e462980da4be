"""What routing's API takes and gives."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from services.routing.roster.difference import Change
from services.routing.roster.document import Roster
from services.routing.usecases.accounts import NewAccount
from shared.web.auth import Role
from shared.web.fields import Code, Language, Text

Password = Annotated[SecretStr, Field(min_length=8, max_length=200)]


class Input(BaseModel):
    """A request body; a field it does not have is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LoginIn(Input):
    """Login and password."""

    login: Annotated[str, Text(64)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=200)]


class TokenOut(BaseModel):
    """A bearer token; ``expires_in`` is in seconds."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int
    role: Role
    member: str | None


class AccountIn(Input):
    """One account."""

    login: Code
    password: Password
    role: Literal["officer", "dispatcher", "clerk", "member"]
    member: Code | None = None
    stations: Annotated[tuple[Code, ...], Field(max_length=500)] = ()
    language: Language | None = None
    reset: bool = False

    def wanted(self) -> NewAccount:
        """As the use case takes it."""
        return NewAccount(
            login=self.login,
            password=self.password.get_secret_value(),
            role=Role(self.role),
            member=self.member,
            stations=self.stations,
            language=self.language,
            reset=self.reset,
        )


class AccountsIn(Input):
    """Accounts to be there afterwards."""

    accounts: Annotated[tuple[AccountIn, ...], Field(min_length=1, max_length=5000)]


class AccountsOut(BaseModel):
    """How many accounts were made, changed, left alone."""

    created: int
    changed: int
    unchanged: int


class ChangeOut(BaseModel):
    """One difference between two rosters."""

    kind: str
    code: str
    change: Literal["added", "changed", "removed"]
    fields: dict[str, dict[str, Any]]


class ImportOut(BaseModel):
    """What differs, and whether it was taken over."""

    changes: Sequence[ChangeOut]
    applied: bool

    @classmethod
    def of(cls, changes: Sequence[Change], *, dry_run: bool) -> ImportOut:
        """``applied`` only where there was something to apply and it was to be applied."""
        listed = [ChangeOut(kind=each.kind, code=each.code, change=each.change, fields=each.fields) for each in changes]
        return cls(changes=listed, applied=bool(changes) and not dry_run)


class RosterOut(BaseModel):
    """The present roster in numbers and codes; all empty before the first import."""

    stations: Sequence[dict[str, Any]] = ()
    townships: Sequence[str] = ()
    communities: Sequence[str] = ()
    departments: Sequence[str] = ()
    categories: Sequence[str] = ()
    members: int = 0

    @classmethod
    def of(cls, roster: Roster | None) -> RosterOut:
        """A summary of ``roster``."""
        if roster is None:
            return cls()
        members = Counter(code for member in roster.members for code in set(member.stations))
        communities: dict[str | None, list[str]] = defaultdict(list)
        for community in roster.communities:
            communities[community.station].append(community.code)
        return cls(
            stations=[
                {
                    **station.model_dump(include={"code", "kind", "township"}),
                    "members": members[station.code],
                    "communities": communities[station.code],
                }
                for station in roster.stations
            ],
            townships=[township.code for township in roster.townships],
            communities=[community.code for community in roster.communities],
            departments=[department.code for department in roster.departments],
            categories=roster.categories,
            members=len(roster.members),
        )


class AddressOut(BaseModel):
    """How a member can be written to, for the service that writes."""

    email: str | None
    language: str
    name: str | None
