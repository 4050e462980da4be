"""What a notice says, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notify.domain import Kind
from shared.i18n import CODES, N_, Catalogues, Translator
from shared.i18n.vocabulary import category_name

WORDING = Path(__file__).parent / "wording"
_HTML = "letter.html"

OUTCOME_SENTENCES: Mapping[str, str] = {
    "solved": N_("The member considers your issue solved."),
    "answered": N_("Your issue has been answered."),
    "planned": N_("It has been promised what will be done about your issue, and by when."),
    "referred-up": N_("Your issue was handed on to the body above, which will go on with it."),
    "not-ours": N_("Your issue is not for this body to settle."),
}


OWED: Mapping[str, str] = {
    "first-contact": N_("First contact with the resident"),
    "answer": N_("Answer to the resident"),
    "referral-reply": N_("Reply of a department"),
    "commitment": N_("Commitment"),
}

BRIEF_OUTCOMES: Mapping[str, str] = {
    "adopted": N_("It is adopted."),
    "answered": N_("It is answered."),
    "not-adopted": N_("It is not adopted."),
}


@dataclass(frozen=True, slots=True)
class Commitment:
    """Who undertook to do what, until when."""

    by: str
    what: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Invitation:
    """A consultation as a member is to know of it; ``standing`` is invited, changed or cancelled.

    ``calendar`` is the iCalendar object that goes with the letter, still without organizer and attendee.
    """

    standing: str
    topic: str | None
    place: str
    planned_at: datetime
    planned_until: datetime | None
    contributions_until: datetime | None
    reason: str | None
    calendar: bytes


@dataclass(frozen=True, slots=True)
class Occasion:
    """Everything a letter may mention. ``link`` is where its reader goes on."""

    kind: Kind
    reference: str
    link: str
    facts: Mapping[str, Any]
    answer: str | None = None
    commitments: Sequence[Commitment] = field(default=())
    competent: str | None = None
    """Who is competent, where this body is not."""
    request: str | None = None
    """What a department is asked."""
    invitation: Invitation | None = None
    """What a member is invited to."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject, a plain text, and the same as HTML that says its language and direction."""

    subject: str
    text: str
    html: str
    language: str


class Letters:
    """Writes letters from the templates in ``wording/``: the first line of each is the subject."""

    def __init__(
        self,
        translations: Catalogues,
        *,
        body_names: Mapping[str, str],
        body: str,
        time_zone: str,
        default_language: str,
        called: Callable[[str, str, str], str] = lambda kind, code, language: code,
    ) -> None:
        """``called``: what a code of one kind is called in a language (:class:`shared.web.names.NameBook`)."""
        self._translations = translations
        self._body_names = body_names
        self._body = body
        self._time_zone = time_zone
        self._default_language = default_language
        self._called = called
        self._environments: dict[str, Environment] = {}

    def write(self, occasion: Occasion, language: str | None) -> Letter:
        """The letter in ``language``, or in the body's own where that is unknown."""
        code = language if language in CODES else self._default_language
        assert code is not None
        translator = self._translations.translator(code)
        environment = self._environment(translator)
        ending = "planned" if occasion.facts.get("planned") else occasion.facts.get("outcome") or ""
        outcome = OUTCOME_SENTENCES.get(ending, "")
        written = environment.get_template(f"{occasion.kind.value}.txt").render(
            occasion=occasion,
            owed=translator.gettext(OWED.get(occasion.facts.get("kind", ""), "")),
            outcome=translator.gettext(outcome),
            settled=translator.gettext(BRIEF_OUTCOMES.get(occasion.facts.get("state", ""), "")),
            category=translator.gettext(category_name(occasion.facts.get("category") or "")),
            body_name=self._body_names.get(code) or self._body_names.get(self._default_language) or self._body,
        )
        subject, _, text = written.strip().partition("\n")
        paragraphs = [part.strip() for part in text.strip().split("\n\n") if part.strip()]
        html = environment.get_template(_HTML).render(
            subject=subject, paragraphs=paragraphs, link=occasion.link, language=code, dir=translator.direction
        )
        return Letter(subject.strip(), "\n\n".join(paragraphs) + "\n", html, code)

    def _environment(self, translator: Translator) -> Environment:
        environment = self._environments.get(translator.code)
        if environment is None:
            environment = self._environments[translator.code] = self._built(translator)
        return environment

    def _built(self, translator: Translator) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(WORDING),
            # Plain text goes out as it is; HTML escapes what people wrote.
            autoescape=lambda name: name == _HTML,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            translator.gettext, translator.ngettext, newstyle=True
        )
        environment.filters["community"] = partial(self._name, "community", translator=translator)
        environment.filters["body"] = partial(self._name, "body", translator=translator)
        environment.filters["department"] = partial(self._name, "department", translator=translator)
        environment.filters["latin"] = partial(_isolated, direction=translator.direction)
        environment.filters["day"] = translator.format_date
        environment.filters["moment"] = partial(_moment, translator=translator, zone=self._time_zone)
        return environment

    def _name(self, kind: str, code: str, translator: Translator) -> str:
        """The name of a community, department or body, in whatever script it has, kept apart from the text around it.

        What is no code, such as somebody who undertook something, stays as it is.
        """
        name = self._called(kind, code, translator.code)
        return f"\u2068{name}\u2069" if translator.direction == "rtl" else name


def _isolated(text: object, direction: str) -> str:
    """A code in Latin letters, kept from being torn apart by the Arabic script around it in plain text."""
    return f"\u2066{text}\u2069" if direction == "rtl" else str(text)


def _moment(at: str | datetime, translator: Translator, zone: str) -> str:
    return translator.format_datetime(datetime.fromisoformat(at) if isinstance(at, str) else at, zone)
