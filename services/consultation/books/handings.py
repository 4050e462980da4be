"""Briefs that bodies below handed up, as they are looked up; and what was done between the two bodies."""

from __future__ import annotations

from sqlalchemy import select

from services.consultation.books.paging import newest
from services.consultation.briefing import HandingCourse, HandingLine, HandingStepLine, ReceivedBrief
from services.consultation.domain.handings import HandingState
from services.consultation.handing import records
from services.consultation.handing.records import COLUMNS, HandingRecord, record_of
from services.consultation.tables import BRIEF_HANDINGS
from shared.db.reader import Reader
from shared.web.paging import Page


class ReceivedBook:
    """Received briefs, for staff of the body."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def page(self, state: HandingState | None = None, cursor: str | None = None) -> Page[HandingLine]:
        """Received briefs, newest first. Raises DomainError on ``cursor``."""
        columns = BRIEF_HANDINGS.c
        statement = select(*COLUMNS).where(columns.is_ours.is_(False))
        if state is not None:
            statement = statement.where(columns.state == state.value)
        rows, following = await newest(self._reader, statement, columns.handed_at, columns.handing_id, cursor)
        return Page(items=[line(record_of(row)) for row in rows], next=following)

    async def one(self, handing_id: str) -> ReceivedBrief:
        """One received brief. Raises NotFound."""
        record = await records.get(self._reader, handing_id, is_ours=False)
        handed_on = await records.of_received(self._reader, handing_id)
        own = await course(self._reader, record)
        return ReceivedBrief(
            **own.model_dump(), text=record.text, handed_on=[await course(self._reader, each) for each in handed_on]
        )


def line(record: HandingRecord) -> HandingLine:
    """``record`` as a list shows it."""
    return HandingLine.model_validate(_values(record))


async def course(reader: Reader, record: HandingRecord) -> HandingCourse:
    """``record`` with what both bodies did."""
    steps = await records.course_of(reader, record.handing_id)
    done = [HandingStepLine.model_validate(step, from_attributes=True) for step in steps]
    return HandingCourse.model_validate({**_values(record), "course": done})


def _values(record: HandingRecord) -> dict[str, object]:
    named = {name: getattr(record, name) for name in HandingLine.model_fields if name != "id"}
    return {**named, "id": record.handing_id}
