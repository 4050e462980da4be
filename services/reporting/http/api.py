"""``/api/v1/figures`` and ``/api/v1/reporting``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from services.reporting.corrections import Compared, compared
from services.reporting.doings import Doings
from services.reporting.domain import Period, PeriodEndsBeforeItBegins
from services.reporting.lag import Lag
from services.reporting.lateness import Lateness
from services.reporting.queries import RaisedBy, Reports
from services.reporting.rebuilding.rebuilds import Rebuilds
from shared.errors import DomainError
from shared.web.auth import Role, allow
from shared.web.fields import Code
from shared.web.routers import api_router

STAFF = (Role.OFFICER, Role.DISPATCHER, Role.CLERK, Role.MEMBER)


def period_of(from_on: date, to_on: date, as_of: date | None = None) -> Period:
    """The period from one day to another. Raises DomainError on field ``to``."""
    try:
        return Period(from_on, to_on, as_of)
    except PeriodEndsBeforeItBegins as error:
        raise DomainError("period-ends-early", "The last day must not be before the first.", field="to") from error


def asked_period(from_: Annotated[date, Query(alias="from")], to: date) -> Period:
    """The period in a query string, both ends required and inside."""
    return period_of(from_, to)


class RaisedOut(BaseModel):
    """Issues of one category and who raised them."""

    category: str | None
    issues: int
    residents: int


class ResidentsOut(BaseModel):
    """``joined`` is the difference: residents whose issue is worked on together with another's."""

    issues: int
    residents: int
    joined: int
    categories: list[RaisedOut]

    @classmethod
    def of(cls, counted: Sequence[RaisedBy]) -> ResidentsOut:
        """The sum of what was ``counted``, and its parts."""
        issues, residents = sum(each.issues for each in counted), sum(each.residents for each in counted)
        parts = [RaisedOut(category=each.category, issues=each.issues, residents=each.residents) for each in counted]
        return cls(issues=issues, residents=residents, joined=residents - issues, categories=parts)


class DoneOut(BaseModel):
    """``held`` counts each activity once, ``members`` every member once for each, ``audience`` who listened."""

    kind: str
    held: int
    members: int
    audience: int


def compared_out(both: Compared, as_of: date) -> dict[str, Any]:
    """Figures as they stood, with those of now and what differs."""
    corrections = [
        {"figure": each.figure, "then": each.then, "now": each.now, "difference": each.difference}
        for each in both.corrections
    ]
    more = {"as_of": as_of.isoformat(), "now": both.now.document(), "corrections": corrections}
    return both.then.document() | more


class ActivitiesOut(BaseModel):
    """Activities by kind, and opinion briefs by what happened to them in the period."""

    kinds: list[DoneOut]
    briefs: dict[str, int]


def figures_api(
    reports: Reports, doings: Doings, lateness: Lateness, rebuilds: Rebuilds, lag: Callable[[], Awaitable[Lag]]
) -> APIRouter:
    """Reads for all staff; rebuilding is the officer's."""
    router = api_router("/api/v1", "figures")
    staff = [Depends(allow(*STAFF))]
    officer = [Depends(allow(Role.OFFICER))]

    @router.get("/figures", dependencies=staff)
    async def figures(
        body: Code, period: Annotated[Period, Depends(asked_period)], as_of: date | None = None
    ) -> dict[str, Any]:
        """The figures of this body, or of one below it, over whole days of its own calendar.

        ``rates`` says of each percentage what it is a share of, and how many are on neither side. With ``as_of`` they
        are the figures as they were known at the end of that day, with ``now`` as they are known now, and
        ``corrections``: what differs between the two.
        """
        known = await reports.body(body)
        if as_of is None:
            return (await reports.counted(known, period)).document()
        return compared_out(await compared(reports, known, replace(period, as_of=as_of)), as_of)

    @router.get("/figures/residents", dependencies=staff)
    async def residents(body: Code, period: Annotated[Period, Depends(asked_period)]) -> ResidentsOut:
        """Issues, and the residents who raised them, counted apart: several residents may raise one matter."""
        return ResidentsOut.of(await reports.residents(await reports.body(body), period))

    @router.get("/figures/activities", dependencies=staff)
    async def activities(body: Code, period: Annotated[Period, Depends(asked_period)]) -> ActivitiesOut:
        """What members did besides the issues: each once for its station, and once for each member who took part."""
        known = await reports.body(body)
        return ActivitiesOut(
            kinds=[DoneOut(**asdict(each)) for each in await doings.activities(known, period)],
            briefs=await doings.briefs(known, period),
        )

    @router.get("/figures/deadlines", dependencies=staff)
    async def deadlines(body: Code, period: Annotated[Period, Depends(asked_period)]) -> dict[str, int]:
        """How many deadlines of each kind passed in the period without what was due."""
        return await lateness.missed(await reports.body(body), period)

    @router.get("/reporting/lag", dependencies=staff)
    async def how_far_behind() -> dict[str, Any]:
        """``pending`` events are not in the figures yet; ``reported`` here in all; ``risen`` from each child."""
        return asdict(await lag())

    @router.post("/reporting/rebuild", status_code=202, dependencies=officer)
    async def rebuild() -> dict[str, str]:
        """Make the figures anew from the stream, in the background; asked twice, one is made."""
        return {"id": await rebuilds.start()}

    @router.get("/reporting/rebuild/{rebuild_id}", dependencies=officer)
    async def how_far(rebuild_id: str) -> dict[str, Any]:
        """``state`` (running, done, failed), and how many of the stream's events are read."""
        return asdict(await rebuilds.progress(rebuild_id))

    return router
