"""What the neighbours did with an issue, heard from their events and shown on its status line.

Events arrive in groups; each group costs one look-up, one update and one insert.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import bindparam, select

from services.intake.domain import ISSUE, Move, State, Step, Word
from services.intake.tables import ISSUES, TIMELINE
from services.intake.usecases import together
from services.intake.usecases.handed import taken
from services.intake.usecases.window import OpenWindow, Window
from shared.contracts import inner
from shared.contracts.inner import IssueEvent
from shared.db.transaction import Transaction
from shared.errors import NotFound, TooEarly
from shared.messaging.handlers import Received

Counter = Literal["routing_version", "case_version"]


@dataclass(frozen=True, slots=True)
class Fact:
    """What one event means here. ``counter`` is whose count of the issue ``version_of_issue`` is."""

    counter: Counter
    move: Move
    step: Step | None = None
    code: str | None = None
    holder: str | None = None
    """Who has the order after an ASSIGN or ACCEPT."""
    outcome: str | None = None


def _closing(outcome: str) -> Fact:
    return Fact("case_version", Move.CLOSE, Step.CLOSED, outcome, outcome=outcome)


FACTS: Mapping[type[IssueEvent], Callable[[Any], Fact]] = {
    inner.IssueAssigned: lambda event: Fact("routing_version", Move.ASSIGN, Step.ASSIGNED, holder=event.member),
    inner.IssueAccepted: lambda event: Fact("routing_version", Move.ACCEPT, Step.ACCEPTED, holder=event.member),
    inner.IssueDeclined: lambda event: Fact("routing_version", Move.PASS_ON),
    inner.IssueReturned: lambda event: Fact("routing_version", Move.PASS_ON),
    inner.AssignmentTimedOut: lambda event: Fact("routing_version", Move.PASS_ON),
    inner.IssueUnroutable: lambda event: Fact("routing_version", Move.PASS_ON, Step.UNROUTABLE),
    inner.VisitMade: lambda event: Fact("case_version", Move.WORK, Step.VISITED),
    inner.ReferralMade: lambda event: Fact("case_version", Move.WORK, Step.REFERRED, event.department),
    inner.ReferralReplied: lambda event: Fact("case_version", Move.WORK, Step.REPLIED, event.department),
    inner.ConsultationHeld: lambda event: Fact("case_version", Move.WORK, Step.CONSULTED),
    inner.CommitmentMade: lambda event: Fact("case_version", Move.WORK, Step.PROMISED),
    inner.CommitmentSettled: lambda event: Fact("case_version", Move.WORK, Step.KEPT if event.kept else Step.DROPPED),
    inner.IssueClosed: lambda event: _closing(together.PLANNED if event.planned else event.outcome),
}
"""Every event of the neighbours that counts an issue's version is here, or its count would seem to have gaps."""

_TOLD: Mapping[Move, together.SharedStep] = {Move.ACCEPT: "accepted", Move.CLOSE: "closed"}
"""The moves of which residents who joined the issue are told like its own."""

_SEEN = (
    "state",
    "routing_version",
    "case_version",
    "member",
    "outcome",
    "rating",
    "closed_at",
    "joined_to",
    "state_before",
    "word",
    "word_until",
    "version",
)
_UPDATE = (
    ISSUES.update()
    .where(ISSUES.c.reference == bindparam("of_reference"))
    .values({column: bindparam(column) for column in _SEEN})
)


class Hearing:
    """Keeps up with the neighbours. ``window`` says how long a closing may be spoken about."""

    def __init__(self, window: Window) -> None:
        self._window = window

    async def hear(self, tx: Transaction, received: Sequence[Received[IssueEvent]]) -> None:
        """Apply what happened, in order. Raises NotFound for an issue never raised here, TooEarly over a gap."""
        references = {item.event.reference for item in received}
        issues = await _issues(tx, references)
        others = await taken(tx, references - issues.keys())
        steps: list[dict[str, Any]] = []
        changed: dict[str, dict[str, Any]] = {}
        told: list[together.Progress] = []
        window: OpenWindow | None = None
        for item in received:
            event, fact = item.event, FACTS[type(item.event)](item.event)
            issue = issues.get(event.reference)
            if issue is None and event.reference in others:
                continue
            if issue is None:
                raise NotFound("unknown-issue", "There is no such issue.", field="reference")
            if not _is_next(issue[fact.counter], event.version_of_issue):
                continue
            changed[event.reference] = issue
            issue[fact.counter] = event.version_of_issue
            before = State(issue["state"])
            if fact.move is Move.CLOSE and window is None:
                window = await self._window.present(tx)
            steps += self._apply(tx, issue, fact, event, window)
            if (step := _TOLD.get(fact.move)) and before not in (State.WITHDRAWN, State.JOINED):
                told.append(
                    together.Progress(
                        event.reference,
                        step,
                        event.occurred_at,
                        event.on_paper,
                        item.event_id,
                        fact.outcome,
                        issue["word_until"],
                    )
                )
        if changed:
            await tx.execute(_UPDATE, [{**issue, "of_reference": reference} for reference, issue in changed.items()])
        if steps:
            await tx.add(TIMELINE, steps)
        await together.share(tx, told)

    def _apply(
        self, tx: Transaction, issue: dict[str, Any], fact: Fact, event: IssueEvent, window: OpenWindow | None
    ) -> list[dict[str, Any]]:
        before = State(issue["state"])
        issue["state"] = ISSUE.after(before, fact.move).value
        if before is State.WITHDRAWN:
            return []
        if fact.move in (Move.ASSIGN, Move.ACCEPT, Move.PASS_ON):
            issue["member"] = fact.holder
        if before is State.JOINED:
            self._by_itself(tx, issue, fact, event)
        if fact.move is Move.CLOSE:
            issue["outcome"], issue["closed_at"] = fact.outcome, event.occurred_at
            issue["word"] = Word.AWAITED.value
            assert window is not None
            issue["word_until"] = window.after(tx.now if event.on_paper else event.occurred_at)
        if fact.step is None:
            return []
        line = {"reference": event.reference, "at": event.occurred_at, "step": fact.step.value, "code": fact.code}
        return [line]

    def _by_itself(self, tx: Transaction, issue: dict[str, Any], fact: Fact, event: IssueEvent) -> None:
        """News of an issue that was joined meanwhile: where it would stand, or that it was closed before that."""
        if fact.move is not Move.CLOSE:
            issue["state_before"] = ISSUE.after(State(issue["state_before"]), fact.move).value
            return
        issue["version"] += 1
        together.announce_split(tx, event.reference, issue["version"], issue["joined_to"])
        issue["joined_to"], issue["state_before"], issue["rating"] = None, None, None


def _is_next(known: int, version: int) -> bool:
    if version > known + 1:
        raise TooEarly(f"version {version} came after {known}")
    return version == known + 1


async def _issues(tx: Transaction, references: set[str]) -> dict[str, dict[str, Any]]:
    columns = [ISSUES.c[name] for name in _SEEN]
    # Locked on PostgreSQL, where another replica may be writing what the resident does.
    query = select(ISSUES.c.reference, *columns).where(ISSUES.c.reference.in_(references)).with_for_update()
    rows = await tx.all(query)
    return {row.reference: {name: getattr(row, name) for name in _SEEN} for row in rows}
