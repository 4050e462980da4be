"""The body's working time as routing told it last, kept beside the deadlines that are reckoned by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Executable, Row, select

from services.consultation.tables import BODY_CALENDAR
from shared.contracts import inner
from shared.contracts.terms import DEFAULT_TERMS, DeadlineTerm
from shared.contracts.words import DeadlineKind
from shared.db.transaction import Transaction
from shared.errors import TooEarly
from shared.messaging.handlers import Received
from shared.workdays import EIGHT_HOURS, WorkCalendar, WorkingHours

ONLY_ROW = 1


class Reads(Protocol):
    """Something that runs a SELECT: a transaction, or the reader."""

    async def one(self, statement: Executable) -> Row[Any] | None:
        """The only row."""

    async def scalar(self, statement: Executable) -> Any:
        """The first column of the first row."""


@dataclass(frozen=True)
class WorkingTime:
    """When the body works, and how long each kind of deadline is. ``edition`` counts the changes of either."""

    edition: int
    calendar: WorkCalendar
    terms: Mapping[DeadlineKind, DeadlineTerm]


async def present(reads: Reads) -> WorkingTime:
    """The working time that holds now. Raises TooEarly in the moment before :func:`settle` has run."""
    row = await reads.one(select(BODY_CALENDAR))
    if row is None:
        raise TooEarly("the working time of this body is not known yet")
    exceptions = {
        date.fromisoformat(day): works for days, works in ((row.days_on, True), (row.days_off, False)) for day in days
    }
    told = {term["kind"]: DeadlineTerm.model_validate(term) for term in row.terms}
    return WorkingTime(
        edition=row.edition,
        calendar=WorkCalendar(row.zone, WorkingHours.parse(row.hours), exceptions),
        terms={term.kind: told.get(term.kind, term) for term in DEFAULT_TERMS},
    )


class CalendarBook:
    """Hands out the present :class:`WorkingTime` to pages, read again only when it changed."""

    def __init__(self) -> None:
        self._known: WorkingTime | None = None

    async def present(self, reads: Reads) -> WorkingTime:
        """See :func:`present`."""
        edition = await reads.scalar(select(BODY_CALENDAR.c.edition))
        if self._known is None or self._known.edition != edition:
            self._known = await present(reads)
        return self._known


async def settle(tx: Transaction, zone: str) -> bool:
    """Say at start in which zone the body lives, and what holds until routing tells of its calendar.

    Gives whether this is the first start ever, or the first with working time.
    """
    is_first = await tx.scalar(select(BODY_CALENDAR.c.id)) is None
    first = {"id": ONLY_ROW, "edition": 1, "revision": 0, "zone": zone, "days_on": [], "days_off": []}
    first |= {"hours": list(EIGHT_HOURS.texts()), "terms": _terms(DEFAULT_TERMS)}
    await tx.execute(tx.insert(BODY_CALENDAR).values(first).on_conflict_do_nothing())
    moved = BODY_CALENDAR.update().where(BODY_CALENDAR.c.zone != zone)
    await tx.execute(moved.values(zone=zone, edition=BODY_CALENDAR.c.edition + 1))
    return is_first


async def hear_calendar(tx: Transaction, received: Received[inner.CalendarPublished]) -> None:
    """The calendar as it now is; an older revision than the known one changes nothing."""
    event = received.event
    columns = BODY_CALENDAR.c
    known = await tx.scalar(select(columns.revision).with_for_update())
    if known is None:
        raise TooEarly("the working time of this body is not known yet")
    if event.revision <= known:
        return
    await tx.execute(
        BODY_CALENDAR.update().values(
            edition=columns.edition + 1,
            revision=event.revision,
            hours=list(event.hours),
            days_on=[day.isoformat() for day in event.days_on],
            days_off=[day.isoformat() for day in event.days_off],
            terms=_terms(event.terms),
        )
    )


def _terms(terms: Sequence[DeadlineTerm]) -> list[dict[str, Any]]:
    return [term.model_dump() for term in terms]
