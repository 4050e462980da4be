"""What residents who joined one issue have in common: its progress, its closing, and who carries it when it goes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, select

from services.intake.domain import ISSUE, Move, State, Step, Word, split_move
from services.intake.tables import GROUPINGS, ISSUES, TIMELINE
from shared.contracts import inner, report
from shared.contracts.words import Outcome
from shared.db.transaction import Transaction
from shared.ids import derived_id

PLANNED = "planned"
"""The outcome that events say as an answer with a field beside it, because it came later than they did."""

SharedStep = Literal["accepted", "closed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Something that residents are told of; ``event_id`` is that of the event which said it."""

    reference: str
    step: SharedStep
    at: datetime
    on_paper: bool
    event_id: str
    outcome: str | None = None
    word_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Who joins or splits, and why; nobody where it follows from another change. ``is_news``: tell the resident."""

    by: str | None = None
    role: str | None = None
    reason: str | None = None
    is_news: bool = True


async def joined_to(tx: Transaction, references: Sequence[str]) -> Sequence[Row[Any]]:
    """The issues joined to ``references``, locked, the first raised first."""
    return await tx.all(
        select(ISSUES)
        .where(ISSUES.c.joined_to.in_(references))
        .order_by(ISSUES.c.submitted_at, ISSUES.c.reference)
        .with_for_update()
    )


async def carriers(tx: Transaction, references: Collection[str]) -> dict[str, Row[Any]]:
    """The issues that carry the work of ``references``, locked, by the reference named: each itself, or the one it is
    joined to. An unknown reference has none."""
    named = {row.reference: row for row in await _locked(tx, references)}
    beyond = {row.joined_to for row in named.values() if row.joined_to} - named.keys()
    known = named | {row.reference: row for row in await _locked(tx, beyond)}
    return {reference: known[row.joined_to] if row.joined_to else row for reference, row in named.items()}


async def _locked(tx: Transaction, references: Collection[str]) -> Sequence[Row[Any]]:
    if not references:
        return ()
    query = select(ISSUES).where(ISSUES.c.reference.in_(references)).order_by(ISSUES.c.reference).with_for_update()
    return await tx.all(query)


async def share(tx: Transaction, progress: Sequence[Progress]) -> None:
    """Tell everybody who joined, and ask them what they say of a closing."""
    if not progress:
        return
    by_lead: dict[str, list[str]] = {}
    for row in await joined_to(tx, [each.reference for each in progress]):
        by_lead.setdefault(row.joined_to, []).append(row.reference)
    if not by_lead:
        return
    for each in progress:
        for reference in by_lead.get(each.reference, ()):
            announce_progress(tx, reference, each)
    closings = [
        {"lead": each.reference, "until": each.word_until}
        for each in progress
        if each.step == "closed" and each.reference in by_lead
    ]
    if closings:
        asked = ISSUES.update().where(ISSUES.c.joined_to == bindparam("lead"))
        await tx.execute(asked.values(word=Word.AWAITED.value, rating=None, word_until=bindparam("until")), closings)


def announce_progress(tx: Transaction, reference: str, progress: Progress) -> None:
    """Tell the resident of ``reference`` what happened to the issue it is joined to."""
    is_planned = progress.outcome == PLANNED
    outcome: Outcome | None = "answered" if is_planned else progress.outcome  # type: ignore[assignment]  # from a column
    event = inner.ProgressShared(
        occurred_at=progress.at,
        on_paper=progress.on_paper,
        reference=reference,
        joined_to=progress.reference,
        step=progress.step,
        outcome=outcome,
        planned=is_planned,
    )
    tx.announce(event, event_id=derived_id(progress.event_id, "shared", reference))


async def join(tx: Transaction, issue: Row[Any], lead: Row[Any], act: Act) -> None:
    """Join ``issue``, with all that joined it, to ``lead``; both rows are locked, and the rules were asked."""
    state = State(issue.state)
    before = issue.state_before if state is State.JOINED else issue.state
    changes = {
        "state": ISSUE.after(state, Move.JOIN).value,
        "state_before": before,
        "joined_to": lead.reference,
        "version": issue.version + 1,
        "rating": None,
        "word": Word.AWAITED.value,
        "word_until": lead.word_until,
    }
    await tx.execute(ISSUES.update().where(ISSUES.c.reference == issue.reference).values(changes))
    announce_join(tx, issue.reference, issue.version + 1, lead, is_news=act.is_news)
    await tx.execute(GROUPINGS.insert(), record(tx, issue.reference, lead.reference, "joined", act))
    if act.is_news:
        await _line(tx, issue.reference, Step.JOINED)
    for follower in await joined_to(tx, [issue.reference]):
        await join(tx, follower, lead, Act(is_news=False))


async def split(tx: Transaction, issue: Row[Any], act: Act) -> State:
    """Make ``issue`` a matter of its own again; the state it is in then."""
    move = split_move(State(issue.state_before))
    state = ISSUE.after(State(issue.state), move)
    changes = {
        "state": state.value,
        "state_before": None,
        "joined_to": None,
        "version": issue.version + 1,
        "rating": None,
        "word": Word.AWAITED.value,
        "word_until": None,
    }
    if move is Move.SPLIT:
        changes["member"] = None
    await tx.execute(ISSUES.update().where(ISSUES.c.reference == issue.reference).values(changes))
    announce_split(tx, issue.reference, issue.version + 1, issue.joined_to)
    await tx.execute(GROUPINGS.insert(), record(tx, issue.reference, issue.joined_to, "split", act))
    await _line(tx, issue.reference, Step.SPLIT)
    return state


async def hand_on(tx: Transaction, lead: str) -> None:
    """``lead`` is taken back by its resident, the others still want it: the first of them carries it from now on."""
    followers = await joined_to(tx, [lead])
    if not followers:
        return
    first, *others = followers
    await split(tx, first, Act())
    carrier = await tx.one(select(ISSUES).where(ISSUES.c.reference == first.reference))
    assert carrier is not None
    for other in others:
        await join(tx, other, carrier, Act(is_news=False))


def announce_join(tx: Transaction, reference: str, version: int, lead: Row[Any], *, is_news: bool) -> None:
    """Say that ``reference`` is worked on under ``lead``; of one that is closed, its resident is told that too."""
    told = inner.IssueJoined(
        occurred_at=tx.now, reference=reference, version_of_issue=version, joined_to=lead.reference, is_news=is_news
    )
    reported = report.IssueJoined(occurred_at=tx.now, reference=reference, step=version, joined_to=lead.reference)
    told_id = derived_id("intake", reference, version, "inner")
    tx.announce(told, event_id=told_id)
    tx.announce(reported, event_id=derived_id("intake", reference, version, "report"))
    if lead.state == State.CLOSED:
        closing = Progress(lead.reference, "closed", lead.closed_at, False, told_id, lead.outcome)
        announce_progress(tx, reference, closing)


def announce_split(tx: Transaction, reference: str, version: int, lead: str) -> None:
    """Say that ``reference`` is a matter of its own again."""
    tx.announce(
        inner.IssueSplit(occurred_at=tx.now, reference=reference, version_of_issue=version, joined_to=lead),
        event_id=derived_id("intake", reference, version, "inner"),
    )
    tx.announce(
        report.IssueSplit(occurred_at=tx.now, reference=reference, step=version),
        event_id=derived_id("intake", reference, version, "report"),
    )


def record(tx: Transaction, reference: str, lead: str, what: Literal["joined", "split"], act: Act) -> dict[str, Any]:
    """A row of ``vault_groupings``."""
    return {
        "reference": reference,
        "joined_to": lead,
        "act": what,
        "by": act.by,
        "role": act.role,
        "reason": act.reason,
        "at": tx.now,
    }


async def _line(tx: Transaction, reference: str, step: Step) -> None:
    await tx.execute(TIMELINE.insert(), {"reference": reference, "at": tx.now, "step": step.value, "code": None})
