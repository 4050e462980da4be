"""What intake's API gives of the vault, to those who may read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from services.intake.queries import Reading
from services.intake.usecases.vault import Given, Opened


class ContactOut(BaseModel):
    """How to answer."""

    name: str | None
    phone: str | None
    email: str | None


class GivenOut(BaseModel):
    """Why the resident rated or reopened, in the resident's words."""

    about: str
    words: str
    given_at: datetime

    @classmethod
    def all(cls, reasons: Sequence[Given]) -> list[GivenOut]:
        """``reasons`` as the API says them."""
        return [cls(about=each.about, words=each.words, given_at=each.given_at) for each in reasons]


class JoinedWordsOut(BaseModel):
    """What another resident said of the same matter."""

    reference: str
    words: str | None
    language: str
    reasons: list[GivenOut]
    erased: bool


class VaultOut(BaseModel):
    """What a resident said. That it was read is on record."""

    reference: str
    words: str | None
    language: str
    contact: ContactOut | None
    reasons: list[GivenOut]
    erased: bool
    joined: list[JoinedWordsOut] = Field(default=[], description="Others who raised the same; each reading is logged")
    joined_to: str | None = Field(default=None, description="The issue that this one is worked on under")

    @classmethod
    def of(cls, opened: Opened) -> VaultOut:
        """``opened`` as the API says it."""
        reachable = opened.name or opened.phone or opened.email
        return cls(
            reference=opened.reference,
            words=opened.words,
            language=opened.language,
            contact=ContactOut(name=opened.name, phone=opened.phone, email=opened.email) if reachable else None,
            reasons=GivenOut.all(opened.reasons),
            erased=opened.erased,
            joined=[
                JoinedWordsOut(
                    reference=each.reference,
                    words=each.words,
                    language=each.language,
                    reasons=GivenOut.all(each.reasons),
                    erased=each.erased,
                )
                for each in opened.joined
            ],
            joined_to=opened.joined_to,
        )


class ReplyAddressOut(BaseModel):
    """Where the resident can be told, and what to show there."""

    email: str | None
    phone: str | None
    language: str
    tracking_url: str


class ReadingOut(BaseModel):
    """Somebody read what a resident said."""

    reader: str
    role: str
    member: str | None
    purpose: str
    read_at: datetime

    @classmethod
    def of(cls, reading: Reading) -> ReadingOut:
        """``reading`` as the API says it."""
        return cls(
            reader=reading.reader,
            role=reading.role,
            member=reading.member,
            purpose=reading.purpose,
            read_at=reading.read_at,
        )
