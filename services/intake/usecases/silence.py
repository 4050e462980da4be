"""Who said nothing in time has said that: recorded once, by a clock that survives whatever stops the service."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, literal_column, select

from services.intake.domain import Step, Word, WordMove
from services.intake.domain.word import WORD
from services.intake.tables import ISSUES, TIMELINE
from services.intake.usecases.follow import announce_word
from shared.db.reader import Reader
from shared.db.transaction import Transaction

AT_ONCE = 100
"""Silences in one transaction."""

_AWAITED = (ISSUES.c.word == literal_column("'awaited'"), ISSUES.c.word_until.is_not(None))
"""Said as the index ``issues_awaited`` says it: a bound value would not be known to match."""


class Silence:
    """The resident's word, where it is that nothing was said."""

    async def next_at(self, reader: Reader) -> datetime | None:
        """When the next window ends."""
        found: datetime | None = await reader.scalar(select(func.min(ISSUES.c.word_until)).where(*_AWAITED))
        return found

    async def settle(self, tx: Transaction) -> int:
        """Record up to :data:`AT_ONCE` silences that are due; how many there were.

        Taking and recording are one transaction, so a stop between any two lines leaves the silence due.
        """
        due = (
            select(ISSUES)
            .where(*_AWAITED, ISSUES.c.word_until < tx.now)
            .order_by(ISSUES.c.word_until)
            .limit(AT_ONCE)
            # Another replica takes others at the same moment.
            .with_for_update(skip_locked=True)
        )
        rows = await tx.all(due)
        if not rows:
            return 0
        silent = WORD.after(Word.AWAITED, WordMove.FALL_SILENT)
        of_these = ISSUES.c.reference.in_([row.reference for row in rows])
        await tx.execute(ISSUES.update().where(of_these).values(word=silent.value, version=ISSUES.c.version + 1))
        for row in rows:
            announce_word(tx, row, row.version + 1, row.word_until, False, "silent")
        lines = [
            {"reference": row.reference, "at": row.word_until, "step": Step.SILENT.value, "code": None} for row in rows
        ]
        await tx.execute(TIMELINE.insert(), lines)
        return len(rows)
