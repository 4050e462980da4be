"""Sign-in codes, as the sample run makes and shows them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

StaffRole = Literal["officer", "dispatcher", "clerk", "member"]


class Account(BaseModel):
    """A sign-in code. ``member`` is a code of the roster, for accounts of members only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    login: str
    password: str
    role: StaffRole
    member: str | None = None

    @classmethod
    def none(cls) -> Account:
        """Nobody: where a configuration is read by something that signs in nowhere."""
        return cls(login="", password="", role="officer")
