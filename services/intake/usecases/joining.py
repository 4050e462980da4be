"""Staff find that two issues are the same matter, or that they are not after all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from services.intake.domain import ISSUE, Move, State
from services.intake.standing import can_be_joined
from services.intake.tables import IDEMPOTENCY, ISSUES
from services.intake.usecases import together
from services.intake.usecases.vault import VaultReader, holders_of, may_open, not_found
from shared.db.idempotency import Answer, Key, once
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import Conflict, DomainError
from shared.messaging.arrivals import Arrivals

OK = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Who joins or splits which issue, and why; whoever may read its words may do it."""

    reader: VaultReader
    reference: str
    reason: str
    key: Key | None = None

    @property
    def act(self) -> together.Act:
        return together.Act(by=self.reader.subject, role=self.reader.role, reason=self.reason)


class Joining:
    """Joining and splitting by staff. An issue that is not theirs to read is as unknown to them as one there is not."""

    def __init__(self, writer: Writer, reader: Reader, arrivals: Arrivals) -> None:
        self._writer = writer
        self._reader = reader
        self._arrivals = arrivals

    async def join(self, asked: Asked, to: str) -> Answer:
        """Join the issue to the one of reference ``to``, or to what that one is joined to; said twice, it is once.

        Raises DomainError on ``to`` for an issue that is unknown, the same, or over; Conflict for a closed one.
        """
        await self._wait_for_order(asked)

        async def job(tx: Transaction) -> Answer:
            known = await together.carriers(tx, {asked.reference, to})
            issue = await self._theirs(tx, asked)
            lead = known.get(to)
            if lead is None:
                raise DomainError("unknown-issue", "There is no such issue.", field="to")
            if lead.reference == issue.reference:
                raise DomainError("same-issue", "An issue cannot be joined to itself.", field="to")
            if issue.joined_to == lead.reference:
                return OK, _joined(issue.reference, lead.reference)
            if not ISSUE.allows(State(issue.state), Move.JOIN):
                raise Conflict("not-joinable", "Only an open issue can be joined to another one.")
            if not can_be_joined(lead, tx.now):
                raise DomainError(
                    "issue-has-ended", "That issue has ended, so it cannot be joined any more.", field="to"
                )
            await together.join(tx, issue, lead, asked.act)
            return OK, _joined(issue.reference, lead.reference)

        return await once(self._writer, IDEMPOTENCY, asked.key, job)

    async def split(self, asked: Asked) -> Answer:
        """Make a joined issue a matter of its own again. Raises Conflict where it is none."""
        await self._wait_for_order(asked)

        async def job(tx: Transaction) -> Answer:
            issue = await self._theirs(tx, asked)
            if State(issue.state) is not State.JOINED:
                raise Conflict("not-joined", "This issue is not joined to another one.")
            state = await together.split(tx, issue, asked.act)
            return OK, {"reference": issue.reference, "state": state.value, "joined_to": None}

        return await once(self._writer, IDEMPOTENCY, asked.key, job)

    async def _theirs(self, tx: Transaction, asked: Asked) -> Row[Any]:
        issue = await tx.one(select(ISSUES).where(ISSUES.c.reference == asked.reference).with_for_update())
        if issue is None or not may_open(asked.reader, issue, await holders_of(tx, issue)):
            raise not_found()
        return issue

    async def _wait_for_order(self, asked: Asked) -> None:
        """A member may do this before the news of the order has come here."""
        if asked.reader.role != "member":
            return

        async def look() -> bool:
            issue = await self._reader.one(select(ISSUES).where(ISSUES.c.reference == asked.reference))
            return issue is None or may_open(asked.reader, issue, await holders_of(self._reader, issue))

        await self._arrivals.wait_for(look, bool)


def _joined(reference: str, lead: str) -> dict[str, Any]:
    return {"reference": reference, "state": State.JOINED.value, "joined_to": lead}
