"""The forms of intake's pages, and what the use cases make of them."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import StringConstraints
from starlette.requests import Request

from services.intake.http.bodies import (
    ContactIn,
    Input,
    IssueIn,
    ReasonText,
    ReceivedIssueIn,
    ReceptionIn,
    Reference,
    Words,
)
from shared.contracts.words import Rating
from shared.errors import Conflict, DomainError
from shared.ids import new_id
from shared.web.fields import Code, Language
from shared.web.idempotency import IdempotencyKey, fingerprint

FormKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
"""Given out with each blank form: the same form sent twice is one issue."""

ALREADY_SENT = Conflict(
    "form-sent-already",
    "This form was sent before with other content. If this is another matter, please send it once more.",
)


class _Reachable(Input):
    """The part of a form that says who may be told."""

    form_key: FormKey
    reply: Literal["anonymous", "contact"] | None = None
    contact: ContactIn | None = None
    consent: Literal["true"] | None = None

    @property
    def anonymous(self) -> bool:
        return self.reply == "anonymous"

    def check(self) -> None:
        """Raises DomainError beside the field that is missing."""
        if self.reply is None:
            raise DomainError("reply-missing", "Please choose one of the two.", field="reply")
        if self.reply == "contact" and self.contact is None:
            raise DomainError(
                "contact-incomplete",
                "Give a phone number or an e-mail address, or no contact at all.",
                field="contact",
            )
        if self.contact is not None and not self.anonymous and self.consent is None:
            raise DomainError(
                "consent-missing", "Without your agreement we may not keep a way to reach you.", field="consent"
            )


class IssueForm(_Reachable):
    """What a resident writes at a station's page."""

    channel: Literal["qr", "web"] = "qr"
    community: Code | None = None
    category: Code | None = None
    words: Words

    def issue(self, station: str, language: Language) -> IssueIn:
        """The same as the API takes it. Raises DomainError."""
        self.check()
        return IssueIn(
            station=station,
            community=self.community,
            category=self.category,
            words=self.words,
            language=language,
            channel=self.channel,
            anonymous=self.anonymous,
            contact=self.contact,
        )


class DeskForm(_Reachable):
    """What a clerk writes down of a visit or a call; without words it is a reception and no issue."""

    station: Code
    community: Code | None = None
    channel: Literal["walk-in", "phone"]
    language: Language
    category: Code | None = None
    words: Words | None = None

    def reception(self) -> ReceptionIn:
        """The same as the API takes it. Raises DomainError."""
        return ReceptionIn(
            station=self.station,
            community=self.community,
            channel=self.channel,
            language=self.language,
            issue=self._issue(),
        )

    def _issue(self) -> ReceivedIssueIn | None:
        if self.words is None:
            if self.contact is not None or self.category is not None:
                raise DomainError("words-missing", "Write down what the resident said.", field="words")
            return None
        self.check()
        return ReceivedIssueIn(category=self.category, words=self.words, anonymous=self.anonymous, contact=self.contact)


class SameForm(Input):
    """Which of the likely same issues it is, or none of them."""

    choice: Annotated[str, StringConstraints(pattern=r"^(raise|[a-z2-7]{24})$")]


class GroupingForm(Input):
    """Why staff join or split."""

    reason: ReasonText


class JoiningForm(GroupingForm):
    """The same, and to which issue."""

    to: Reference


class RatingForm(Input):
    """What the resident thinks of the outcome."""

    rating: Rating
    reason: ReasonText | None = None


class ReopeningForm(Input):
    """Why it is not solved."""

    reason: ReasonText


class NothingForm(Input):
    """A button and nothing to fill in."""


def new_form_key() -> str:
    """The key of a blank form."""
    return new_id()


def scope_of(form_key: str) -> str:
    """What the answer to a form is remembered by."""
    return hashlib.sha256(f"intake\nform\n{form_key}".encode()).hexdigest()


def key_of(request: Request, form_key: str, content: Input) -> IdempotencyKey:
    """The key under which this form's answer is remembered."""
    return IdempotencyKey(
        scope_of(form_key), fingerprint(request.method, request.url.path, content.model_dump_json().encode())
    )
