"""A resident follows an issue: rates the outcome, reopens, withdraws, erases. The tracking code is the right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select

from services.intake.domain import IllegalMove, Move, State, Step, allows, moved
from services.intake.tables import IDEMPOTENCY, ISSUES, REASONS, TIMELINE, VAULT
from shared.contracts import inner, report
from shared.contracts.words import Rating
from shared.db.idempotency import Answer, Key, once
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import Conflict, NotFound
from shared.ids import derived_id, hash_of
from shared.messaging.arrivals import Arrivals

OK = 200
CREATED = 201

_REFUSALS = {
    Move.RATE: Conflict("not-rateable", "An issue is rated once, when it is closed."),
    Move.REOPEN: Conflict("not-closed", "Only a closed issue can be reopened."),
    Move.WITHDRAW: Conflict("already-ended", "This issue has ended already."),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a resident does with an issue, with the reason in the resident's own words."""

    code: str
    reason: str | None = None
    recorded_at: datetime | None = None
    key: Key | None = None


class Following:
    """The resident's moves. Each raises NotFound for an unknown code at once, so that guessing is told nothing."""

    def __init__(self, writer: Writer, reader: Reader, arrivals: Arrivals) -> None:
        self._writer = writer
        self._reader = reader
        self._arrivals = arrivals

    async def rate(self, said: Said, rating: Rating) -> Answer:
        """Rate the outcome. Raises Conflict unless the issue is closed and not rated yet."""
        await self._wait_until_possible(said.code, Move.RATE)

        async def job(tx: Transaction) -> Answer:
            issue = await self._moved(tx, said, Move.RATE, Step.RATED, code=rating, rating=rating)
            at, on_paper, reference, version = _change(tx, said, issue)
            _announce(
                tx,
                inner.FeedbackGiven(
                    occurred_at=at, on_paper=on_paper, reference=reference, version_of_issue=version, rating=rating
                ),
                report.FeedbackGiven(
                    occurred_at=at, on_paper=on_paper, reference=reference, step=version, rating=rating
                ),
            )
            return CREATED, _standing(issue, State.CLOSED, issue.outcome, rating)

        return await self._once(said, job)

    async def reopen(self, said: Said) -> Answer:
        """Say that it is not solved. Raises Conflict unless the issue is closed."""
        await self._wait_until_possible(said.code, Move.REOPEN)

        async def job(tx: Transaction) -> Answer:
            issue = await self._moved(tx, said, Move.REOPEN, Step.REOPENED, outcome=None, rating=None, closed_at=None)
            at, on_paper, reference, version = _change(tx, said, issue)
            _announce(
                tx,
                inner.IssueReopened(occurred_at=at, on_paper=on_paper, reference=reference, version_of_issue=version),
                report.IssueReopened(occurred_at=at, on_paper=on_paper, reference=reference, step=version),
            )
            return OK, _standing(issue, State.IN_PROGRESS, None, None)

        return await self._once(said, job)

    async def withdraw(self, said: Said) -> Answer:
        """Take the issue back. Raises Conflict once it has ended."""

        async def job(tx: Transaction) -> Answer:
            issue = await self._moved(tx, said, Move.WITHDRAW, Step.WITHDRAWN, outcome="withdrawn", member=None)
            at, on_paper, reference, version = _change(tx, said, issue)
            _announce(
                tx,
                inner.IssueWithdrawn(occurred_at=at, on_paper=on_paper, reference=reference, version_of_issue=version),
                report.IssueWithdrawn(occurred_at=at, on_paper=on_paper, reference=reference, step=version),
            )
            return OK, _standing(issue, State.WITHDRAWN, "withdrawn", None)

        return await self._once(said, job)

    async def erase(self, said: Said) -> Answer:
        """Erase what the resident said and how to reach them, for good; doing it again changes nothing."""

        async def job(tx: Transaction) -> Answer:
            issue = await _by_code(tx, said.code)
            erased = await tx.execute(
                VAULT.update()
                .where(VAULT.c.reference == issue.reference, VAULT.c.erased_at.is_(None))
                .values(words=None, name=None, phone=None, email=None, erased_at=tx.now)
            )
            if erased.rowcount:
                await tx.execute(delete(REASONS).where(REASONS.c.reference == issue.reference))
                await _add_step(tx, issue.reference, tx.now, Step.ERASED, None)
                tx.announce(
                    inner.RecordErased(occurred_at=tx.now, reference=issue.reference),
                    event_id=derived_id("intake", issue.reference, "erased"),
                )
            return OK, {"reference": issue.reference, "erased": True}

        return await self._once(said, job)

    async def _once(self, said: Said, job: Callable[[Transaction], Awaitable[Answer]]) -> Answer:
        return await once(self._writer, IDEMPOTENCY, said.key, job)

    async def _moved(
        self, tx: Transaction, said: Said, move: Move, step: Step, *, code: str | None = None, **also: Any
    ) -> Row[Any]:
        """The issue as it was before ``move``, which is made."""
        issue = await _by_code(tx, said.code)
        try:
            state = moved(State(issue.state), move, rated=issue.rating is not None)
        except IllegalMove as illegal:
            raise _REFUSALS[move] from illegal
        changes = {"state": state.value, "version": issue.version + 1} | also
        await tx.execute(ISSUES.update().where(ISSUES.c.reference == issue.reference).values(changes))
        at = said.recorded_at or tx.now
        await _add_step(tx, issue.reference, at, step, code)
        if said.reason:
            reason = {"reference": issue.reference, "about": step.value, "words": said.reason, "given_at": at}
            await tx.execute(REASONS.insert(), reason)
        return issue

    async def _wait_until_possible(self, code: str, move: Move) -> None:
        """The closing may be on its way here while the resident has been told already."""
        query = select(ISSUES.c.state, ISSUES.c.rating).where(ISSUES.c.tracking_hash == hash_of(code))

        def ready(issue: Row[Any] | None) -> bool:
            return issue is None or issue.rating is not None or allows(State(issue.state), move)

        await self._arrivals.wait_for(lambda: self._reader.one(query), ready)


async def _by_code(tx: Transaction, code: str) -> Row[Any]:
    # Locked on PostgreSQL, where an event may change the issue meanwhile.
    issue = await tx.one(select(ISSUES).where(ISSUES.c.tracking_hash == hash_of(code)).with_for_update())
    if issue is None:
        raise unknown_code()
    return issue


def unknown_code() -> NotFound:
    """The refusal of a code that leads nowhere."""
    return NotFound("unknown-tracking-code", "No issue has this tracking code.")


async def _add_step(tx: Transaction, reference: str, at: datetime, step: Step, code: str | None) -> None:
    await tx.execute(TIMELINE.insert(), {"reference": reference, "at": at, "step": step.value, "code": code})


def _change(tx: Transaction, said: Said, before: Row[Any]) -> tuple[datetime, bool, str, int]:
    """When, whether from paper, of which issue, and as which of its versions."""
    return said.recorded_at or tx.now, said.recorded_at is not None, before.reference, before.version + 1


def _announce(tx: Transaction, told: inner.IssueEvent, reported: report.IssueReported) -> None:
    named = ("intake", told.reference, told.version_of_issue)
    tx.announce(told, event_id=derived_id(*named, "inner"))
    tx.announce(reported, event_id=derived_id(*named, "report"))


def _standing(issue: Row[Any], state: State, outcome: str | None, rating: str | None) -> dict[str, Any]:
    return {"reference": issue.reference, "state": state.value, "outcome": outcome, "rating": rating}
