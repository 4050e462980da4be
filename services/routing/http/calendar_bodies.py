"""What the calendar's API and page take and give."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.routing.calendar.document import BodyCalendar, DayException, Rules
from services.routing.calendar.editing import read_hours
from services.routing.roster.document import Email
from shared.contracts.terms import LONGEST_DAYS, DeadlineTerm
from shared.contracts.words import DeadlineKind
from shared.errors import DomainError
from shared.web.fields import Language, Text
from shared.workdays import known_through

Days = Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
DaysOrNone = Annotated[int, Field(ge=0, le=LONGEST_DAYS)]
Note = Annotated[str, Text(200)]
KINDS: tuple[DeadlineKind, ...] = ("first-contact", "answer", "referral-reply", "commitment")


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DayIn(_Input):
    """Whether the body works on a day, and why that differs."""

    works: bool
    note: Note | None = None


class TermIn(_Input):
    """How long one kind of deadline is, in working days. ``days`` is for all kinds but commitments."""

    kind: DeadlineKind
    days: Days | None = None
    warn_days_before: DaysOrNone | None = None
    escalate_days_after: DaysOrNone = 0


class RulesIn(_Input):
    """What holds on every day; the whole of it is replaced."""

    hours: Annotated[tuple[Annotated[str, Text(20)], ...], Field(min_length=1, max_length=6)]
    terms: Annotated[tuple[TermIn, ...], Field(max_length=len(KINDS))]
    office_email: Email | None = None
    office_language: Language | None = None

    def rules(self) -> Rules:
        """The same, as the calendar keeps it. Raises DomainError on ``hours`` or ``terms``."""
        if sorted(term.kind for term in self.terms) != sorted(KINDS):
            raise DomainError("terms-not-whole", "Name each kind of deadline once.", field="terms")
        by_kind = {term.kind: DeadlineTerm.model_validate(term.model_dump()) for term in self.terms}
        return Rules(
            read_hours(self.hours), tuple(by_kind[kind] for kind in KINDS), self.office_email, self.office_language
        )


class DayOut(BaseModel):
    """A day on which the body works or not, whatever the country does."""

    day: date
    works: bool
    note: str | None
    changed_by: str
    changed_at: datetime

    @classmethod
    def of(cls, exception: DayException) -> DayOut:
        """As it is kept."""
        return cls.model_validate(exception, from_attributes=True)


class CalendarOut(BaseModel):
    """The body's calendar. After ``known_through`` weekdays count as working days, unless ``days`` says otherwise."""

    revision: int
    zone: str
    hours: tuple[str, ...]
    known_through: date
    days: list[DayOut]
    terms: tuple[DeadlineTerm, ...]
    office_email: str | None
    office_language: str | None

    @classmethod
    def of(cls, calendar: BodyCalendar) -> CalendarOut:
        """As it is kept."""
        return cls(
            revision=calendar.revision,
            zone=calendar.zone,
            hours=calendar.rules.hours.texts(),
            known_through=known_through(),
            days=[DayOut.of(each) for each in calendar.days.values()],
            terms=calendar.rules.terms,
            office_email=calendar.rules.office_email,
            office_language=calendar.rules.office_language,
        )


class OfficeAddressOut(BaseModel):
    """Where the office is told of what is late."""

    email: str | None
    language: str | None


# -- the forms of the page -------------------------------------------------------------------------------


class DayForm(_Input):
    """One day."""

    day: date
    works: bool
    note: Note | None = None


class RulesForm(_Input):
    """Hours and lengths, a field for each."""

    hours: Annotated[str, Text(120)]
    first_contact_days: Days
    first_contact_warn: DaysOrNone | None = None
    first_contact_escalate: DaysOrNone = 0
    answer_days: Days
    answer_warn: DaysOrNone | None = None
    answer_escalate: DaysOrNone = 0
    referral_reply_days: Days
    referral_reply_warn: DaysOrNone | None = None
    referral_reply_escalate: DaysOrNone = 0
    commitment_warn: DaysOrNone | None = None
    commitment_escalate: DaysOrNone = 0
    office_email: Email | None = None
    office_language: Language | None = None

    def rules(self) -> Rules:
        """The same, as the calendar keeps it. Raises DomainError on ``hours``."""
        terms = tuple(
            DeadlineTerm(
                kind=kind,
                days=getattr(self, f"{field}_days", None),
                warn_days_before=getattr(self, f"{field}_warn"),
                escalate_days_after=getattr(self, f"{field}_escalate"),
            )
            for kind, field in FIELDS.items()
        )
        hours = read_hours(
            [text for text in self.hours.replace("，", ",").replace("、", ",").split(",") if text.strip()]
        )
        return Rules(hours, terms, self.office_email, self.office_language)


FIELDS: Mapping[DeadlineKind, str] = {kind: kind.replace("-", "_") for kind in KINDS}
_PARTS = {"days": "days", "warn_days_before": "warn", "escalate_days_after": "escalate"}


def field_of_form(field: str) -> str:
    """What the form calls ``terms[1].warn_days_before``: ``answer_warn``; any other field as it is."""
    if not field.startswith("terms["):
        return field
    place, _, part = field.removeprefix("terms[").partition("].")
    return f"{FIELDS[KINDS[int(place)]]}_{_PARTS[part]}"


def entered_by(rules: Rules) -> dict[str, str]:
    """The form as it is filled in before anybody changes it."""
    entered = {"hours": ", ".join(rules.hours.texts())}
    for term in rules.terms:
        name = FIELDS[term.kind]
        values = {"days": term.days, "warn": term.warn_days_before, "escalate": term.escalate_days_after}
        entered |= {f"{name}_{part}": str(value) for part, value in values.items() if value is not None}
    office = {"office_email": rules.office_email, "office_language": rules.office_language}
    return entered | {name: value for name, value in office.items() if value}
