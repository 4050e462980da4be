"""A case in hand: its state, its thread and the count of what was announced of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select

from services.consultation.domain import CaseMove, CaseState
from services.consultation.tables import CASES, ENTRIES
from services.consultation.usecases.acting import Actor, Moment
from services.consultation.usecases.moves import case_after
from shared.db.transaction import Transaction
from shared.errors import NotFound
from shared.ids import new_id

Audience = Literal["resident", "staff"]


@dataclass(slots=True)
class CaseFile:
    """One case, locked until the transaction ends. :meth:`save` writes back what changed."""

    tx: Transaction
    reference: str
    member: str
    state: CaseState
    step: int

    def move(self, move: CaseMove) -> None:
        """Make ``move``. Raises Conflict where the table of moves has none from here."""
        self.state = case_after(self.state, move)

    def next_version(self) -> int:
        """The number of the next event that this service publishes of the issue."""
        self.step += 1
        return self.step

    async def save(self, **changes: Any) -> None:
        """Write the state, the count and any other ``changes`` of columns."""
        values = {"state": self.state.value, "member": self.member, "step": self.step, **changes}
        await self.tx.execute(CASES.update().where(CASES.c.reference == self.reference).values(values))

    async def enter(
        self,
        kind: str,
        moment: Moment,
        *,
        audience: Audience,
        member: str | None = None,
        text: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> str:
        """Add a line to the thread and give its id."""
        row = entry(self.reference, kind, moment, audience=audience, member=member, text=text, details=details)
        await self.tx.execute(ENTRIES.insert(), row)
        return str(row["entry_id"])

    async def note(self, text: str | None, moment: Moment, member: str | None) -> None:
        """Keep what staff wrote beside a fact, for staff only."""
        if text:
            await self.enter("note", moment, audience="staff", member=member, text=text)


def entry(
    reference: str,
    kind: str,
    moment: Moment,
    *,
    audience: Audience,
    member: str | None = None,
    text: str | None = None,
    details: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A line of a thread, as a row."""
    return {
        "entry_id": new_id(),
        "reference": reference,
        "at": moment.at,
        "kind": kind,
        "audience": audience,
        "member": member,
        "text": text,
        "details": details or {},
        "on_paper": moment.on_paper,
    }


async def find_case(tx: Transaction, reference: str) -> CaseFile | None:
    """The case, locked for the rest of the transaction, or None."""
    columns = (CASES.c.member, CASES.c.state, CASES.c.step)
    row = await tx.one(select(*columns).where(CASES.c.reference == reference).with_for_update())
    return CaseFile(tx, reference, row.member, CaseState(row.state), row.step) if row else None


async def take_case(tx: Transaction, actor: Actor, reference: str) -> CaseFile:
    """The case, if it is ``actor``'s to work on. Raises NotFound for somebody else's as for none."""
    case = await find_case(tx, reference)
    if case is None or not (actor.is_officer or case.member == actor.member):
        raise NotFound("case-not-found", "There is no such case.")
    return case
