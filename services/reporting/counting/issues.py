"""What residents raised, how it stood at the end of a period, and what they said of it: from the facts themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, case, exists, func, literal, select

from services.reporting.bodies import KnownBody
from services.reporting.counting.within import held, known, number_of, within
from services.reporting.domain import PLANNED, Period, Step
from services.reporting.projection import live_projection

WITHDRAWN = "withdrawn"
OF_ISSUE = ("reference", "submitted_at", "community", "category", "channel")


class Raised:
    """The issues that residents of ``body`` raised in ``period``, as common table expressions of one statement."""

    def __init__(self, body: KnownBody, period: Period) -> None:
        self._body = body
        self._period = period
        tables = live_projection().tables
        self._issues, self._steps = tables["issues"], tables["issue_steps"]
        self.all = self._raised()
        """Each as its resident raised it."""
        self.collected = self._collected()
        """Without what stood joined to another one at the end of the period."""
        self.closed = self._closed()
        """Of the collected, those closed at the end of the period, and how (``says``)."""
        self.ratings = self._ratings()
        """Of all, those that their residents rated, each with the latest rating (``says``)."""
        self.responded = self._responded()
        """Of the collected, those that somebody had taken up by the end of the period, and nobody withdrawn."""

    def columns(self) -> dict[str, Any]:
        """A scalar subquery for each count that the register's figures are made of."""
        closed, ratings = self.closed, self.ratings
        withdrawn = closed.c.says == WITHDRAWN
        return {
            "residents_received": held("receptions", "held_at", self._body, self._period),
            "opinions_collected": number_of(self.collected),
            "opinions_solved": number_of(closed, closed.c.says == "solved"),
            "opinions_answered": number_of(closed, closed.c.says.in_(("answered", PLANNED))),
            "closed": number_of(closed, ~withdrawn),
            "withdrawn": number_of(closed, withdrawn),
            "responded": number_of(self.responded),
            "raised": number_of(self.all),
            "satisfied": number_of(ratings, ratings.c.says == "satisfied"),
            "rated": number_of(ratings),
        }

    def _by_the_end(self) -> tuple[ColumnElement[bool], ...]:
        steps, body, period = self._steps, self._body, self._period
        return (
            steps.c.body == body.code,
            steps.c.occurred_at < period.ends_at(body.time_zone),
            known(steps, body, period),
        )

    def _raised(self) -> CTE:
        issues = self._issues
        return (
            select(*(issues.c[name] for name in OF_ISSUE))
            .where(*within(issues, "submitted_at", self._body, self._period))
            .cte("raised")
        )

    def _collected(self) -> CTE:
        """Joining and splitting alternate and their publisher counts them, so the later of the two tells, in whatever
        order the reports of them arrived.
        """
        steps, raised = self._steps, self.all
        joining = func.max(case((steps.c.step == Step.JOINED, steps.c.number), else_=0))
        splitting = func.max(case((steps.c.step == Step.SPLIT, steps.c.number), else_=0))
        joined = (
            select(steps.c.reference)
            .join(raised, raised.c.reference == steps.c.reference)
            .where(steps.c.step.in_([Step.JOINED, Step.SPLIT]), *self._by_the_end())
            .group_by(steps.c.reference)
            .having(joining > splitting)
        )
        return select(raised).where(raised.c.reference.not_in(joined)).cte("collected")

    def _closed(self) -> CTE:
        """Closing needs an open issue and reopening a closed one, so the two alternate: counting them tells the state,
        whatever order the reports of them arrived in, and whatever dates a paper record bears. The outcome is that
        of the last closing by its publisher's count. A withdrawn issue was ended by its resident.
        """
        steps, collected = self._steps, self.collected
        closing, reopening = steps.c.step == Step.CLOSED, steps.c.step == Step.REOPENED
        by_the_end: Select[Any] = (
            select(
                steps.c.reference,
                func.max(case((closing, steps.c.number))).label("number"),
                func.count(case((steps.c.step == Step.WITHDRAWN, 1))).label("withdrawals"),
            )
            .join(collected, collected.c.reference == steps.c.reference)
            .where(*self._by_the_end())
            .group_by(steps.c.reference)
            .having(
                (func.count(case((closing, 1))) > func.count(case((reopening, 1))))
                | (func.count(case((steps.c.step == Step.WITHDRAWN, 1))) > 0)
            )
        )
        ended = by_the_end.cte("ended")
        return (
            select(
                ended.c.reference, case((ended.c.withdrawals > 0, literal(WITHDRAWN)), else_=steps.c.says).label("says")
            )
            .outerjoin(
                steps,
                (steps.c.body == self._body.code)
                & (steps.c.reference == ended.c.reference)
                & (steps.c.step == Step.CLOSED)
                & (steps.c.number == ended.c.number),
            )
            .cte("closed")
        )

    def _ratings(self) -> CTE:
        steps, raised = self._steps, self.all
        is_rating = (steps.c.body == self._body.code) & (steps.c.step == Step.RATED)
        latest = (
            select(steps.c.reference, func.max(steps.c.number).label("number"))
            .join(raised, raised.c.reference == steps.c.reference)
            .where(is_rating, known(steps, self._body, self._period))
            .group_by(steps.c.reference)
            .cte("latest")
        )
        return (
            select(steps.c.reference, steps.c.says)
            .join(latest, (latest.c.reference == steps.c.reference) & (latest.c.number == steps.c.number))
            .where(is_rating)
            .cte("ratings")
        )

    def _responded(self) -> CTE:
        collected, steps = self.collected, self._steps
        taken_up = exists().where(
            steps.c.reference == collected.c.reference,
            steps.c.step.in_([Step.ACCEPTED, Step.CLOSED]),
            *self._by_the_end(),
        )
        withdrawn = select(self.closed.c.reference).where(self.closed.c.says == WITHDRAWN)
        return select(collected.c.reference).where(taken_up, collected.c.reference.not_in(withdrawn)).cte("responded")
