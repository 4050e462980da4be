"""Change the calendar: each change is dated, names who made it, and is told to the neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.routing.calendar import store
from services.routing.calendar.document import BodyCalendar, DayException, Rules
from shared.contracts import inner
from shared.contracts.terms import DeadlineTerm
from shared.db.transaction import Transaction
from shared.errors import DomainError, NotFound
from shared.ids import derived_id
from shared.workdays import WorkingHours

REACH = timedelta(days=3 * 366)
"""Nobody knows the days off of years to come, and a typing mistake in the year is easily made."""


@dataclass(frozen=True)
class CalendarEditing:
    """Edits the calendar of one body."""

    body: str
    zone: str

    async def set_day(self, tx: Transaction, by: str, day: date, *, works: bool, note: str | None) -> BodyCalendar:
        """Say that the body works on ``day``, or that it does not. Raises DomainError on ``day``."""
        calendar = await store.locked(tx, self.zone)
        today = calendar.work.day_of(tx.now)
        if abs(day - today) > REACH:
            raise DomainError("day-too-far", "Choose a day within three years of today.", field="day")
        was = calendar.days.get(day)
        if was is not None and (was.works, was.note) == (works, note):
            return calendar
        exception = DayException(day, works, note, by, tx.now)
        await store.write_day(tx, exception)
        return await self._changed(tx, by, calendar, calendar.rules, "day", _as_json(was), _as_json(exception))

    async def drop_day(self, tx: Transaction, by: str, day: date) -> BodyCalendar:
        """Let the country's calendar hold again on ``day``. Raises NotFound where it holds already."""
        calendar = await store.locked(tx, self.zone)
        was = calendar.days.get(day)
        if was is None:
            raise NotFound("day-not-found", "On this day the country's calendar holds already.", field="day")
        await store.drop_day(tx, day)
        return await self._changed(tx, by, calendar, calendar.rules, "day", _as_json(was), None)

    async def set_rules(self, tx: Transaction, by: str, rules: Rules) -> BodyCalendar:
        """Say what holds on every day. Raises DomainError on a field of ``terms``: see :func:`check_terms`."""
        check_terms(rules.terms)
        calendar = await store.locked(tx, self.zone)
        if calendar.rules == rules:
            return calendar
        was, became = store.rules_as_json(calendar.rules), store.rules_as_json(rules)
        differing = [name for name in was if was[name] != became[name]]
        return await self._changed(
            tx, by, calendar, rules, "rules", {n: was[n] for n in differing}, {n: became[n] for n in differing}
        )

    async def _changed(
        self,
        tx: Transaction,
        by: str,
        before: BodyCalendar,
        rules: Rules,
        subject: str,
        was: dict[str, Any] | None,
        became: dict[str, Any] | None,
    ) -> BodyCalendar:
        revision = before.revision + 1
        await store.write_rules(tx, rules, revision)
        await store.write_change(tx, revision, by, subject, was, became)
        calendar = await store.load(tx, self.zone)
        tx.announce(told(calendar, tx), event_id=derived_id(self.body, "calendar", revision))
        return calendar


def told(calendar: BodyCalendar, tx: Transaction) -> inner.CalendarPublished:
    """What the neighbours are told: days and lengths, no note and no address."""
    return inner.CalendarPublished(
        occurred_at=tx.now,
        revision=calendar.revision,
        hours=calendar.rules.hours.texts(),
        days_on=tuple(day for day, each in calendar.days.items() if each.works),
        days_off=tuple(day for day, each in calendar.days.items() if not each.works),
        terms=calendar.rules.terms,
    )


def read_hours(texts: Sequence[str]) -> WorkingHours:
    """The hours that somebody wrote. Raises DomainError on ``hours``."""
    try:
        return WorkingHours.parse(texts)
    except ValueError as error:
        raise DomainError(
            "hours-not-valid",
            "Write the shifts of a day in their order, each as 10:00-14:00, without overlaps.",
            field="hours",
        ) from error


def check_terms(terms: Sequence[DeadlineTerm]) -> None:
    """Refuse lengths that cannot be kept: a missing one, a warning that would come before the beginning.

    Raises DomainError whose field is ``terms[<place>].<name>``.
    """
    for place, term in enumerate(terms):
        has_own_dates = term.kind == "commitment"
        if term.days is None and not has_own_dates:
            raise DomainError("term-missing", "Say how many working days it may take.", field=f"terms[{place}].days")
        if term.days is not None and has_own_dates:
            raise DomainError("term-not-needed", "Each commitment has a date of its own.", field=f"terms[{place}].days")
        if term.days is not None and term.warn_days_before is not None and term.warn_days_before >= term.days:
            raise DomainError(
                "warning-too-early",
                "A warning so long before would come before the time begins.",
                field=f"terms[{place}].warn_days_before",
            )


def _as_json(exception: DayException | None) -> dict[str, Any] | None:
    if exception is None:
        return None
    return {"day": exception.day.isoformat(), "works": exception.works, "note": exception.note}
