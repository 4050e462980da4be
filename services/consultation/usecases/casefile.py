"""A case in hand: its state, its thread and the count of what was announced of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, CompoundSelect, select, union

from services.consultation.domain import CaseMove, CaseState
from services.consultation.tables import CASE_MEMBERS, CASES, ENTRIES
from services.consultation.usecases.acting import HEARSAY, Actor, Author, Moment
from services.consultation.usecases.moves import case_after
from shared.db.transaction import Transaction
from shared.errors import Conflict, NotFound
from shared.ids import new_id

WORK_OF_THE_CASE = (CaseMove.WORK, CaseMove.NOTE, CaseMove.PRESS, CaseMove.CLOSE)
"""What its members do; what neighbours report has happened, wherever the case is worked on."""

Audience = Literal["resident", "staff", "office"]


@dataclass(slots=True)
class CaseFile:
    """One case, locked until the transaction ends. :meth:`save` writes back what changed."""

    tx: Transaction
    reference: str
    member: str
    """Who has the order."""
    state: CaseState
    step: int
    version: int
    author: Author = HEARSAY
    """Who signs what is entered, unless it is said otherwise."""
    joined_to: str | None = None
    """The issue under which it is worked on, if it is the same matter."""
    moved: bool = False

    def move(self, move: CaseMove) -> None:
        """Make ``move``. Raises Conflict where the table of moves has none from here, or the work is done elsewhere."""
        if self.joined_to is not None and move in WORK_OF_THE_CASE:
            raise Conflict(
                "case-joined", "This is worked on together with issue {reference} now.", reference=self.joined_to
            )
        after = case_after(self.state, move)
        self.moved = self.moved or after is not self.state
        self.state = after

    def expect(self, version: int | None) -> None:
        """Raises Conflict where somebody changed the case since ``version`` of it was read; None asks for nothing."""
        if version is not None and version != self.version:
            raise Conflict(
                "changed-meanwhile",
                "Somebody changed this case meanwhile. Look at it again before you change it.",
                field="version",
            )

    def next_version(self) -> int:
        """The number of the next event that this service publishes of the issue."""
        self.step += 1
        return self.step

    async def save(self, **changes: Any) -> None:
        """Write the state, the count and any other ``changes`` of columns; what changes makes a new version."""
        if changes or self.moved:
            self.version += 1
        values = {"state": self.state.value, "member": self.member, "step": self.step, "version": self.version}
        await self.tx.execute(CASES.update().where(CASES.c.reference == self.reference).values({**values, **changes}))

    async def enter(
        self,
        kind: str,
        moment: Moment,
        *,
        audience: Audience,
        member: str | None = None,
        text: str | None = None,
        details: dict[str, Any] | None = None,
        author: Author | None = None,
    ) -> str:
        """Add a line to the thread and give its id."""
        row = entry(
            self.reference,
            kind,
            moment,
            audience=audience,
            member=member,
            text=text,
            details=details,
            author=author or self.author,
        )
        await self.tx.execute(ENTRIES.insert(), row)
        return str(row["entry_id"])

    async def note(self, text: str | None, moment: Moment, member: str | None, *, audience: Audience = "staff") -> None:
        """Keep what staff wrote beside a fact, for staff or for the office only."""
        if text:
            await self.enter("note", moment, audience=audience, member=member, text=text)

    async def record(
        self,
        kind: str,
        moment: Moment,
        *,
        member: str | None,
        text: str | None,
        audience: Audience,
        details: dict[str, Any] | None = None,
    ) -> str:
        """Enter a fact that the resident may know, and words that only ``audience`` may read; gives the fact's id."""
        is_public = audience == "resident"
        fact = await self.enter(
            kind, moment, audience="resident", member=member, text=text if is_public else None, details=details
        )
        if not is_public:
            await self.note(text, moment, member, audience=audience)
        return fact


def entry(
    reference: str,
    kind: str,
    moment: Moment,
    *,
    audience: Audience,
    member: str | None = None,
    text: str | None = None,
    details: dict[str, Any] | None = None,
    author: Author = HEARSAY,
) -> dict[str, Any]:
    """A line of a thread, as a row."""
    return {
        "entry_id": new_id(),
        "reference": reference,
        "at": moment.at,
        "kind": kind,
        "audience": audience,
        "member": member,
        "author_role": author.role,
        "author": author.code,
        "text": text,
        "details": details or {},
        "on_paper": moment.on_paper,
    }


def worked_on_by(reference: ColumnElement[str], member: str | None) -> ColumnElement[bool]:
    """The condition that ``member`` has the order of the case ``reference``, or was invited to it."""
    invited = select(CASE_MEMBERS.c.reference).where(CASE_MEMBERS.c.member == member)
    return reference.in_(union(select(CASES.c.reference).where(CASES.c.member == member), invited))


def cases_of(member: str | None) -> CompoundSelect[Any]:
    """The row ids of the cases that ``member`` works on: lists in their order are quick by these, not by references."""
    invited = select(CASES.c.id).join(CASE_MEMBERS, CASE_MEMBERS.c.reference == CASES.c.reference)
    return union(select(CASES.c.id).where(CASES.c.member == member), invited.where(CASE_MEMBERS.c.member == member))


async def find_case(tx: Transaction, reference: str, author: Author = HEARSAY) -> CaseFile | None:
    """The case, locked for the rest of the transaction, or None. What is entered is signed by ``author``."""
    columns = (CASES.c.member, CASES.c.state, CASES.c.step, CASES.c.version, CASES.c.joined_to)
    row = await tx.one(select(*columns).where(CASES.c.reference == reference).with_for_update())
    if row is None:
        return None
    return CaseFile(
        tx, reference, row.member, CaseState(row.state), row.step, row.version, author, joined_to=row.joined_to
    )


async def take_case(tx: Transaction, actor: Actor, reference: str) -> CaseFile:
    """The case, if it is ``actor``'s to work on. Raises NotFound for somebody else's as for none."""
    case = await find_case(tx, reference, actor.author)
    if case is None or not (actor.is_officer or case.member == actor.member or await _is_invited(tx, actor, reference)):
        raise NotFound("case-not-found", "There is no such case.")
    return case


async def _is_invited(tx: Transaction, actor: Actor, reference: str) -> bool:
    if actor.member is None:
        return False
    columns = CASE_MEMBERS.c
    invited = select(columns.member).where(columns.reference == reference, columns.member == actor.member)
    return await tx.scalar(invited) is not None
