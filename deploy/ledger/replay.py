"""Records the facts of a ledger in the order in which they depend on each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from deploy.ledger.fact import Fact
from deploy.ledger.facts import (
    Accepted,
    Closed,
    Consultation,
    GoodDeed,
    Issue,
    Line,
    Opinion,
    Rating,
    Reception,
    Referral,
    ReferralReply,
    StudySession,
    Survey,
    Talk,
    Visit,
)
from deploy.ledger.persistence import GivenUp
from deploy.ledger.research import Participant, ResearchReplay, by_topic, in_turn
from deploy.trouble import Trouble

PHASES: tuple[tuple[type[Fact], ...], ...] = (
    (Reception, Survey, Talk, GoodDeed, StudySession, Participant),
    (Issue,),
    (Accepted,),
    (Visit, Referral, Opinion),
    (ReferralReply,),
    (Consultation,),
    (Closed,),
    (Rating,),
)
"""All facts of a phase are recorded before the next begins; within one they do not depend on each other."""


class LedgerFailed(Trouble):
    """A line could not be recorded; what was recorded before it stays, and a second run goes on from there."""


class Sender(Protocol):
    """Posts a fact to a body, once however often it is asked to."""

    async def post(self, path: str, content: dict[str, Any], *, step: str) -> Any:
        """What the body answers. Raises :class:`GivenUp`."""


class Replay:
    """One pass over a ledger. Run again it changes nothing: every request has a key of its own for all time."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._reception_of_issue: dict[str, str] = {}
        self._surveys: dict[str, str] = {}
        self._issues: dict[str, tuple[str, str]] = {}
        """An issue's code in the ledger to its reference and tracking code."""
        self._record_by_kind: dict[type[Fact], Callable[[Any], Awaitable[None]]] = {
            Reception: self._reception,
            Issue: self._issue,
            Survey: self._survey,
            Talk: self._talk,
            GoodDeed: self._good_deed,
            StudySession: self._study_session,
            Opinion: self._opinion,
            Accepted: self._accepted,
            Visit: self._visit,
            Referral: self._referral,
            ReferralReply: self._referral_reply,
            Consultation: self._consultation,
            Closed: self._closed,
            Rating: self._rating,
            **ResearchReplay(self._post).record_by_kind,
        }

    async def record(self, lines: Sequence[Line], on_recorded: Callable[[], None]) -> None:
        """Record every line, calling ``on_recorded`` after each; raises :class:`LedgerFailed`."""
        for kinds in PHASES:
            try:
                async with asyncio.TaskGroup() as group:
                    for line in lines:
                        if isinstance(line.fact, kinds):
                            group.create_task(self._one(line, on_recorded))
            except ExceptionGroup as failures:
                raise failures.exceptions[0] from None
        try:
            await in_turn(by_topic(lines, lambda line: line.fact), lambda line: self._one(line, on_recorded))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _one(self, line: Line, on_recorded: Callable[[], None]) -> None:
        try:
            await self._record_by_kind[type(line.fact)](line.fact)
        except GivenUp as reason:
            raise LedgerFailed(f"line {line.number} could not be recorded: {reason}") from reason
        on_recorded()

    async def _post(self, path: str, fact: Fact, content: dict[str, Any], *, part: str = "") -> Any:
        """Record one step of a fact; ``part`` tells it from the fact's other steps."""
        dated = {"recorded_at": fact.at.isoformat(), **content}
        return await self._sender.post(path, dated, step=f"{fact.name}{part}")

    async def _reception(self, fact: Reception) -> None:
        content = fact.model_dump(include={"station", "community", "channel", "language"})
        made = await self._post("/api/v1/receptions", fact, content)
        if fact.issue is not None:
            self._reception_of_issue[fact.issue] = made["id"]

    async def _issue(self, fact: Issue) -> None:
        content = fact.model_dump(mode="json", exclude={"kind", "code", "at"})
        content["reception"] = self._reception_of_issue.get(fact.code)
        receipt = await self._post("/api/v1/issues", fact, content)
        self._issues[fact.code] = receipt["reference"], receipt["tracking_code"]

    async def _survey(self, fact: Survey) -> None:
        content = fact.model_dump(mode="json", include={"station", "members", "category"})
        made = await self._post("/api/v1/surveys", fact, content)
        self._surveys[fact.code] = made["id"]

    async def _talk(self, fact: Talk) -> None:
        content = fact.model_dump(mode="json", include={"kind", "station", "members", "audience"})
        await self._post("/api/v1/activities", fact, content)

    async def _good_deed(self, fact: GoodDeed) -> None:
        content = fact.model_dump(mode="json", include={"kind", "station", "members"})
        await self._post("/api/v1/activities", fact, content)

    async def _study_session(self, fact: StudySession) -> None:
        content = fact.model_dump(mode="json", include={"kind", "station", "members", "form"})
        await self._post("/api/v1/activities", fact, content)

    async def _opinion(self, fact: Opinion) -> None:
        content = fact.model_dump(mode="json", include={"member", "title", "text"})
        content["issues"] = [self._reference(code) for code in fact.issues]
        await self._post("/api/v1/briefs/on-paper", fact, content)

    async def _accepted(self, fact: Accepted) -> None:
        await self._post(f"/api/v1/orders/{self._reference(fact.issue)}/accept", fact, {"member": fact.member})

    async def _visit(self, fact: Visit) -> None:
        await self._post(f"/api/v1/cases/{self._reference(fact.issue)}/visits", fact, {"member": fact.member})

    async def _referral(self, fact: Referral) -> None:
        path = f"/api/v1/cases/{self._reference(fact.issue)}/referrals"
        await self._post(path, fact, {"department": fact.department})

    async def _referral_reply(self, fact: ReferralReply) -> None:
        path = f"/api/v1/cases/{self._reference(fact.issue)}/referrals/{fact.department}/reply"
        await self._post(path, fact, {})

    async def _consultation(self, fact: Consultation) -> None:
        sitting = fact.model_dump(
            mode="json",
            include={"station", "place", "gathering", "setting", "members", "departments", "residents"},
        )
        sitting["surveys"] = [self._surveys[code] for code in fact.surveys]
        sitting["issues"] = [self._reference(code) for code in fact.issues]
        opened = await self._post("/api/v1/consultations", fact, sitting)
        path = f"/api/v1/consultations/{opened['id']}"
        await self._post(f"{path}/hold", fact, {}, part="/hold")
        commitments = [{"by": one.by, "what": one.what, "due_on": one.due.isoformat()} for one in fact.commitments]
        agreed = "; ".join(one.what for one in fact.commitments) or None
        agreement = {"agreed": agreed, "commitments": commitments}
        closed = await self._post(f"{path}/close", fact, agreement, part="/close")
        for number, (commitment, made) in enumerate(zip(fact.commitments, closed["commitments"], strict=True)):
            if commitment.kept is not None:
                kept = {"recorded_at": _on_day(commitment.kept, fact.at).isoformat()}
                await self._post(f"/api/v1/commitments/{made['id']}/keep", fact, kept, part=f"/keep/{number}")

    async def _closed(self, fact: Closed) -> None:
        content = {"outcome": fact.outcome, "member": fact.member}
        await self._post(f"/api/v1/cases/{self._reference(fact.issue)}/close", fact, content)

    async def _rating(self, fact: Rating) -> None:
        tracking_code = self._issues[fact.issue][1]
        await self._post(f"/api/v1/track/{tracking_code}/rating", fact, {"rating": fact.rating})

    def _reference(self, issue: str) -> str:
        return self._issues[issue][0]


def _on_day(day: date, like: datetime) -> datetime:
    """``day`` at the hour and in the zone of ``like``: a paper record gives the day alone."""
    return datetime.combine(day, like.timetz())
