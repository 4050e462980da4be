"""A resident follows an issue: speaks about its closing, reopens, withdraws, erases. The tracking code is the right.

A resident who joined another's issue follows that one: its closing is rated and confirmed by each for themselves, and
reopened by any of them for all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from services.intake.domain import ISSUE, Move, Standing, State, Step, Word, WordMove, said_by_rating
from services.intake.domain.word import WORD
from services.intake.standing import said_word, standing_of
from services.intake.tables import GROUPINGS, IDEMPOTENCY, ISSUES, REASONS, TIMELINE, VAULT
from services.intake.usecases import together
from shared.contracts import inner, report
from shared.contracts.words import Rating, ResidentWord
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
    Move.CONFIRM: Conflict("not-confirmable", "Only the answer to a closed issue can be confirmed, and once."),
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


@dataclass(frozen=True, slots=True)
class Held:
    """An issue, locked, with the one it is joined to, if it is; ``at`` is when the resident speaks."""

    issue: Row[Any]
    lead: Row[Any] | None
    at: datetime
    on_paper: bool

    @property
    def reference(self) -> str:
        return str(self.issue.reference)

    @property
    def version(self) -> int:
        """The number of the change about to be made."""
        return int(self.issue.version) + 1

    @property
    def closing(self) -> Row[Any]:
        """The issue whose closing is spoken about."""
        return self.lead or self.issue

    @property
    def standing(self) -> Standing:
        return standing_of(self.issue, self.lead, self.at)

    def word_after(self, move: WordMove) -> Word:
        """The resident's word after ``move``; unchanged where the window is over."""
        word = Word(self.issue.word)
        return WORD.after(word, move) if self.standing.in_time else word


class Following:
    """The resident's moves. Each raises NotFound for an unknown code at once, so that guessing is told nothing."""

    def __init__(self, writer: Writer, reader: Reader, arrivals: Arrivals, window_days: int) -> None:
        """``window_days``: how many working days a closing may be disputed, for the refusal to say."""
        self._writer = writer
        self._reader = reader
        self._arrivals = arrivals
        self._window_days = window_days

    async def rate(self, said: Said, rating: Rating) -> Answer:
        """Rate the outcome. Raises Conflict unless the issue is closed and not rated yet."""
        await self._wait_until_possible(said.code, Move.RATE)

        async def job(tx: Transaction) -> Answer:
            held = await self._held(tx, said)
            move = said_by_rating(rating)
            word = held.word_after(move) if move else Word(held.issue.word)
            await self._make(tx, said, held, Move.RATE, Step.RATED, code=rating, rating=rating, word=word.value)
            joined_to = held.issue.joined_to
            at, on_paper, reference, version = held.at, held.on_paper, held.reference, held.version
            _announce(
                tx,
                inner.FeedbackGiven(
                    occurred_at=at,
                    on_paper=on_paper,
                    reference=reference,
                    version_of_issue=version,
                    rating=rating,
                    word=said_word(word),
                    joined_to=joined_to,
                ),
                report.FeedbackGiven(
                    occurred_at=at, on_paper=on_paper, reference=reference, step=version, rating=rating
                ),
            )
            return CREATED, _standing(held, State(held.closing.state), held.closing.outcome, rating, word)

        return await self._once(said, job)

    async def confirm(self, said: Said) -> Answer:
        """Say that it is as the answer says. Raises Conflict unless it is closed and the window is open."""
        await self._wait_until_possible(said.code, Move.CONFIRM)

        async def job(tx: Transaction) -> Answer:
            held = await self._held(tx, said)
            self._check_window(held, Move.CONFIRM)
            word = held.word_after(WordMove.CONFIRM)
            await self._make(tx, said, held, Move.CONFIRM, Step.CONFIRMED, word=word.value)
            announce_word(tx, held.issue, held.version, held.at, held.on_paper, "confirmed")
            return OK, _standing(held, State(held.closing.state), held.closing.outcome, held.issue.rating, word)

        return await self._once(said, job)

    async def reopen(self, said: Said) -> Answer:
        """Say that it is not solved. Raises Conflict unless the issue is closed and the window is open.

        Joined issues are opened with the one they are joined to, and everybody is asked anew when it is closed again.
        """
        await self._wait_until_possible(said.code, Move.REOPEN)

        async def job(tx: Transaction) -> Answer:
            held = await self._held(tx, said)
            self._check_window(held, Move.REOPEN)
            self._check(held, Move.REOPEN)
            await self._keep_reason(tx, said, held, Step.REOPENED)
            reopened = held.closing
            changes = {"outcome": None, "closed_at": None, "state": ISSUE.after(State.CLOSED, Move.REOPEN).value}
            asked_anew = {"rating": None, "word": Word.AWAITED.value, "word_until": None}
            of_lead, of_others = ISSUES.c.reference == reopened.reference, ISSUES.c.joined_to == reopened.reference
            await tx.execute(
                update(ISSUES).where(of_lead).values(changes | asked_anew | {"version": reopened.version + 1})
            )
            await tx.execute(update(ISSUES).where(of_others).values(asked_anew))
            spoke = ISSUES.c.reference == held.reference
            await tx.execute(update(ISSUES).where(spoke).values(word=Word.DISPUTED.value))
            await _add_step(tx, reopened.reference, held.at, Step.REOPENED, None)
            at, on_paper, reference, version = held.at, held.on_paper, reopened.reference, reopened.version + 1
            _announce(
                tx,
                inner.IssueReopened(occurred_at=at, on_paper=on_paper, reference=reference, version_of_issue=version),
                report.IssueReopened(occurred_at=at, on_paper=on_paper, reference=reference, step=version),
            )
            return OK, _standing(held, State.IN_PROGRESS, None, None, Word.DISPUTED)

        return await self._once(said, job)

    async def withdraw(self, said: Said) -> Answer:
        """Take the issue back. Raises Conflict once it has ended. Those who joined it go on without its resident."""

        async def job(tx: Transaction) -> Answer:
            held = await self._held(tx, said)
            gone = {"outcome": "withdrawn", "member": None, "joined_to": None, "state_before": None, "word_until": None}
            await self._make(tx, said, held, Move.WITHDRAW, Step.WITHDRAWN, **gone)
            at, on_paper, reference, version = held.at, held.on_paper, held.reference, held.version
            _announce(
                tx,
                inner.IssueWithdrawn(occurred_at=at, on_paper=on_paper, reference=reference, version_of_issue=version),
                report.IssueWithdrawn(occurred_at=at, on_paper=on_paper, reference=reference, step=version),
            )
            await together.hand_on(tx, reference)
            return OK, _standing(held, State.WITHDRAWN, "withdrawn", None, Word.AWAITED)

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
                of_issue = GROUPINGS.c.reference == issue.reference
                await tx.execute(update(GROUPINGS).where(of_issue).values(reason=None))
                await _add_step(tx, issue.reference, tx.now, Step.ERASED, None)
                tx.announce(
                    inner.RecordErased(occurred_at=tx.now, reference=issue.reference),
                    event_id=derived_id("intake", issue.reference, "erased"),
                )
            return OK, {"reference": issue.reference, "erased": True}

        return await self._once(said, job)

    async def _once(self, said: Said, job: Callable[[Transaction], Awaitable[Answer]]) -> Answer:
        return await once(self._writer, IDEMPOTENCY, said.key, job)

    async def _held(self, tx: Transaction, said: Said) -> Held:
        issue = await _by_code(tx, said.code)
        lead = None
        if issue.joined_to is not None:
            lead = await tx.one(select(ISSUES).where(ISSUES.c.reference == issue.joined_to).with_for_update())
        return Held(issue, lead, said.recorded_at or tx.now, said.recorded_at is not None)

    def _check(self, held: Held, move: Move) -> None:
        if not held.standing.allows(move):
            raise _REFUSALS[move]

    def _check_window(self, held: Held, move: Move) -> None:
        if held.standing.is_closed and not held.standing.in_time:
            raise Conflict(
                "window-over",
                "This can be said for {days} working days after the answer, and they are over. "
                "If it is still not solved, please raise it anew.",
                days=self._window_days,
            )
        self._check(held, move)

    async def _make(
        self, tx: Transaction, said: Said, held: Held, move: Move, step: Step, *, code: str | None = None, **also: Any
    ) -> None:
        """Make ``move`` of the resident's own issue. Raises Conflict."""
        self._check(held, move)
        changes = {"state": held.standing.after(move).value, "version": held.version} | also
        await tx.execute(update(ISSUES).where(ISSUES.c.reference == held.reference).values(changes))
        await _add_step(tx, held.reference, held.at, step, code)
        await self._keep_reason(tx, said, held, step)

    async def _keep_reason(self, tx: Transaction, said: Said, held: Held, step: Step) -> None:
        if said.reason:
            reason = {"reference": held.reference, "about": step.value, "words": said.reason, "given_at": held.at}
            await tx.execute(REASONS.insert(), reason)

    async def _wait_until_possible(self, code: str, move: Move) -> None:
        """The closing may be on its way here while the resident has been told already."""
        lead = ISSUES.alias("lead")
        query = (
            select(ISSUES.c.rating, ISSUES.c.state, lead.c.state.label("followed"))
            .outerjoin(lead, lead.c.reference == ISSUES.c.joined_to)
            .where(ISSUES.c.tracking_hash == hash_of(code))
        )

        def ready(issue: Row[Any] | None) -> bool:
            if issue is None or issue.rating is not None:
                return True
            followed = State(issue.followed) if issue.followed else None
            return Standing(State(issue.state), rated=False, followed=followed).allows(move)

        await self._arrivals.wait_for(lambda: self._reader.one(query), ready)


def announce_word(
    tx: Transaction, issue: Row[Any], version: int, at: datetime, on_paper: bool, word: ResidentWord
) -> None:
    """Say what the resident of ``issue`` says of the closing, as the change ``version`` of the issue."""
    tx.announce(
        inner.WordGiven(
            occurred_at=at,
            on_paper=on_paper,
            reference=issue.reference,
            version_of_issue=version,
            word=word,
            joined_to=issue.joined_to,
        ),
        event_id=derived_id("intake", issue.reference, version, "inner"),
    )


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


def _announce(tx: Transaction, told: inner.IssueEvent, reported: report.IssueReported) -> None:
    named = ("intake", told.reference, told.version_of_issue)
    tx.announce(told, event_id=derived_id(*named, "inner"))
    tx.announce(reported, event_id=derived_id(*named, "report"))


def _standing(held: Held, state: State, outcome: str | None, rating: str | None, word: Word) -> dict[str, Any]:
    return {
        "reference": held.reference,
        "state": state.value,
        "outcome": outcome,
        "rating": rating,
        "word": said_word(word),
    }
