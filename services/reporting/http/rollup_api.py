"""``/api/v1/figures/tree``: a body's figures with those of every body below it, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.reporting.domain import Period
from services.reporting.http.api import STAFF, asked_period
from services.reporting.rollup import Branch, Rollup, Rollups
from shared.web.auth import allow
from shared.web.fields import Code
from shared.web.routers import api_router


class BranchOut(BaseModel):
    """A body of the tree. ``own`` are the figures of itself, ``sum`` those with all that is below it.

    ``path`` is the way down to it, itself last; ``as_of`` when the newest thing that it reported occurred; ``silent``
    whether nothing was heard of it for longer than the set time; ``waiting`` its events that are known to be on their
    way, null while nobody can say.
    """

    body: str
    tier: str | None
    path: Sequence[str]
    own: dict[str, Any]
    sum: dict[str, Any]
    as_of: datetime | None
    silent: bool
    waiting: int | None

    @classmethod
    def of(cls, branch: Branch) -> BranchOut:
        """The same for the wire."""
        return cls(
            body=branch.body,
            tier=branch.tier,
            path=branch.path,
            own=branch.own.document(),
            sum=branch.sum.document(),
            as_of=branch.newest_at,
            silent=branch.silent,
            waiting=branch.waiting,
        )


class MissingOut(BaseModel):
    """Why the sums may not be all there is: ``events`` of ``body``, null where nobody knows how many."""

    body: str
    why: Literal["silent", "waiting", "kept"]
    events: int | None


class TreeOut(BaseModel):
    """The asked body first. ``agrees``: what residents raised, body by body, comes to what is counted at once."""

    bodies: Sequence[BranchOut]
    parts: int
    whole: int
    agrees: bool
    missing: Sequence[MissingOut]

    @classmethod
    def of(cls, rollup: Rollup) -> TreeOut:
        """The same for the wire."""
        return cls(
            bodies=[BranchOut.of(branch) for branch in rollup.branches],
            parts=rollup.parts,
            whole=rollup.whole,
            agrees=rollup.agrees,
            missing=[MissingOut(body=each.body, why=each.why, events=each.events) for each in rollup.missing],
        )


def rollup_api(rollups: Rollups) -> APIRouter:
    """Reads for all staff."""
    router = api_router("/api/v1/figures", "figures", [Depends(allow(*STAFF))])

    @router.get("/tree")
    async def tree(body: Code, period: Annotated[Period, Depends(asked_period)], as_of: date | None = None) -> TreeOut:
        """The figures of this body, or of one below it, with those of every body below that one, and their sums; with
        ``as_of`` as they were known at the end of that day."""
        return TreeOut.of(await rollups.of(body, replace(period, as_of=as_of)))

    return router
