"""Commitments as they are looked up: a member's, an issue's, a consultation's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.engine import Row

from services.consultation.books.paging import PAGE
from services.consultation.domain import CommitmentState, is_overdue
from services.consultation.registers import CommitmentLine, ProgressLine, PublicCommitment, PublicProgress
from services.consultation.tables import COMMITMENT_ISSUES, COMMITMENTS, PROGRESS
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.commitments import following
from shared.clock import Clock, local_date
from shared.db.reader import Reader
from shared.errors import NotFound
from shared.web.paging import Page, decode_cursor, encode_cursor

MOST_OF_ONE = 100
"""Commitments of one issue or consultation, and lines of progress of one commitment, shown at once."""


class CommitmentBook:
    """Commitments at a body whose days begin in ``zone`` (IANA name)."""

    def __init__(self, reader: Reader, clock: Clock, zone: str) -> None:
        self._reader = reader
        self._clock = clock
        self._zone = zone

    def today(self) -> date:
        """The body's own day."""
        return local_date(self._clock.now(), self._zone)

    async def page(
        self,
        actor: Actor,
        state: str = "open",
        cursor: str | None = None,
        *,
        overdue: bool = False,
        mine: bool = False,
    ) -> Page[CommitmentLine]:
        """Commitments in one state, the first due first: those a member follows, or all for staff.

        ``overdue`` leaves only those whose day is past, ``mine`` only those the member undertook. Raises DomainError
        on ``cursor``.
        """
        due, ident = COMMITMENTS.c.due_on, COMMITMENTS.c.commitment_id
        statement = select(COMMITMENTS).where(COMMITMENTS.c.state == state).order_by(due, ident).limit(PAGE + 1)
        if overdue:
            statement = statement.where(due < self.today())
        if mine:
            statement = statement.where(COMMITMENTS.c.member == actor.member)
        elif not actor.sees_all:
            statement = statement.where(following(actor.member))
        if cursor:
            shown = decode_cursor(cursor, str)[0]
            last = select(due).where(ident == shown).scalar_subquery()
            statement = statement.where((due > last) | ((due == last) & (ident > shown)))
        rows = await self._reader.all(statement)
        following_page = encode_cursor(rows[PAGE - 1].commitment_id) if len(rows) > PAGE else None
        return Page(items=await self._lines(rows[:PAGE]), next=following_page)

    async def one(self, actor: Actor, commitment_id: str) -> CommitmentLine:
        """One commitment. Raises NotFound for one that ``actor`` does not follow."""
        statement = select(COMMITMENTS).where(COMMITMENTS.c.commitment_id == commitment_id)
        if not actor.sees_all:
            statement = statement.where(following(actor.member))
        row = await self._reader.one(statement)
        if row is None:
            raise NotFound("commitment-not-found", "There is no such commitment.")
        return (await self._lines([row]))[0]

    async def of_issue(self, reference: str) -> list[CommitmentLine]:
        """What was undertaken for an issue, the first due first."""
        ids = select(COMMITMENT_ISSUES.c.commitment_id).where(COMMITMENT_ISSUES.c.reference == reference)
        return await self._some(COMMITMENTS.c.commitment_id.in_(ids))

    async def of_consultation(self, consultation_id: str) -> list[CommitmentLine]:
        """What was undertaken in a consultation, the first due first."""
        return await self._some(COMMITMENTS.c.consultation_id == consultation_id)

    async def overdue(self, references: Sequence[str]) -> Mapping[str, int]:
        """How many overdue commitments each of these issues has, for those that have any."""
        # In two steps, each by its own index: joined, SQLite begins with everything that is overdue in the body.
        links = select(COMMITMENT_ISSUES).where(COMMITMENT_ISSUES.c.reference.in_(references))
        made = await self._reader.all(links)
        late = select(COMMITMENTS.c.commitment_id).where(
            COMMITMENTS.c.commitment_id.in_({link.commitment_id for link in made}),
            COMMITMENTS.c.state == CommitmentState.OPEN.value,
            COMMITMENTS.c.due_on < self.today(),
        )
        overdue = {row[0] for row in await self._reader.all(late)} if made else set()
        return Counter(link.reference for link in made if link.commitment_id in overdue)

    async def told(self, reference: str) -> list[PublicCommitment]:
        """What was undertaken for an issue, as its resident is told."""
        return [_public(line) for line in await self.of_issue(reference)]

    async def _some(self, which: ColumnElement[bool]) -> list[CommitmentLine]:
        statement: Select[Any] = select(COMMITMENTS).where(which)
        ordered = statement.order_by(COMMITMENTS.c.due_on, COMMITMENTS.c.commitment_id).limit(MOST_OF_ONE)
        return await self._lines(await self._reader.all(ordered))

    async def _lines(self, rows: Sequence[Row[Any]]) -> list[CommitmentLine]:
        ids = [row.commitment_id for row in rows]
        issues: defaultdict[str, list[str]] = defaultdict(list)
        progress: defaultdict[str, list[ProgressLine]] = defaultdict(list)
        if ids:
            links = select(COMMITMENT_ISSUES).where(COMMITMENT_ISSUES.c.commitment_id.in_(ids))
            for link in await self._reader.all(links.order_by(COMMITMENT_ISSUES.c.reference)):
                issues[link.commitment_id].append(link.reference)
            steps = select(PROGRESS).where(PROGRESS.c.commitment_id.in_(ids))
            for step in await self._reader.all(steps.order_by(PROGRESS.c.at, PROGRESS.c.progress_id)):
                line = ProgressLine.model_validate({**step._mapping, "id": step.progress_id})
                progress[step.commitment_id].append(line)
        today = self.today()
        return [
            CommitmentLine.model_validate(
                {
                    **row._mapping,
                    "id": row.commitment_id,
                    "overdue": is_overdue(CommitmentState(row.state), row.due_on, today),
                    "issues": issues[row.commitment_id],
                    "progress": progress[row.commitment_id][-MOST_OF_ONE:],
                }
            )
            for row in rows
        ]


def _public(line: CommitmentLine) -> PublicCommitment:
    told = line.model_dump(include=set(PublicCommitment.model_fields) - {"progress"})
    steps = [PublicProgress(at=step.at, text=step.text) for step in line.progress if step.audience == "resident"]
    return PublicCommitment(**told, progress=steps)
