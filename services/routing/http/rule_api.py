"""The JSON API of the rule, and of what it would decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.routing import reasons
from services.routing.domain.rule import Criterion
from services.routing.entry import Routing
from services.routing.rule.document import CriterionEntry, RuleDocument
from services.routing.rule.store import RuleVersion
from services.routing.rulekeeping import Decision, Supposed
from shared.contracts.words import Channel
from shared.web.auth import Claims, Role, allow
from shared.web.fields import Code, Language
from shared.web.paging import Page, decode_cursor, encode_cursor
from shared.web.routers import api_router

Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]
Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]


class RuleIn(RuleDocument):
    """A rule to hold from now on; ``based_on`` is the version that the sender saw."""

    based_on: Annotated[int, Field(ge=0)]

    def document(self) -> RuleDocument:
        """The rule alone."""
        return RuleDocument.model_validate(self.model_dump(exclude={"based_on"}))


class RuleOut(BaseModel):
    """A version of the rule: who made it and when. Version 0 is the usual rule, which nobody made."""

    version: int
    changed_at: datetime | None
    changed_by: str | None
    criteria: Sequence[CriterionEntry]
    answer_within_working_hours: float
    return_within_working_days: int

    @classmethod
    def of(cls, version: RuleVersion) -> RuleOut:
        """``version`` as the API shows it."""
        document = version.document
        return cls(
            version=version.version,
            changed_at=version.changed_at,
            changed_by=version.changed_by,
            criteria=document.criteria,
            answer_within_working_hours=document.answer_within_working_hours,
            return_within_working_days=document.return_within_working_days,
        )


class DecisionOut(BaseModel):
    """Who would get it: ``member`` (None: the dispatcher), ``why``, ``next``, and the first in ``line``.

    ``criteria`` are in the order in which members were compared for this matter.
    """

    member: str | None
    next: str | None
    on: date
    rule: int
    criteria: Sequence[Criterion]
    why: Mapping[str, Any]
    line: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, decision: Decision) -> DecisionOut:
        """``decision`` as the API shows it."""
        following = decision.why.get("next")
        return cls(
            member=decision.why.get("member"),
            next=following["member"] if following else None,
            on=decision.on,
            rule=decision.rule,
            criteria=decision.criteria,
            why=decision.why,
            line=[reasons.facts(standing) for standing in decision.line],
        )


class SupposedIn(BaseModel):
    """The issue that is supposed; ``on`` is a day of the body, today where it is left out."""

    community: Code | None = None
    station: Code | None = None
    category: Code | None = None
    language: Language = "zh-Hans"
    channel: Channel = "web"
    on: date | None = None

    def supposed(self) -> Supposed:
        """As the use case takes it."""
        return Supposed(**self.model_dump())


def build_rule_api(routing: Routing) -> APIRouter:
    """The router; everything it needs comes with ``routing``."""
    router = api_router("/api/v1", "routing")
    rules = routing.rules

    @router.get("/rule")
    async def show_rule(_: Dispatching) -> RuleOut:
        """The rule that holds now."""
        return RuleOut.of((await rules.present()).written)

    @router.put("/rule")
    async def change_rule(sent: RuleIn, claims: Officer) -> RuleOut:
        """Make this the rule: a new version, unless it is the present one. 409 where ``based_on`` is outdated."""
        return RuleOut.of(await rules.change(claims.subject, sent.based_on, sent.document()))

    @router.get("/rule/versions")
    async def list_versions(_: Dispatching, cursor: Cursor = None) -> Page[RuleOut]:
        """Every version that an officer made, the newest first."""
        before = int(decode_cursor(cursor, int)[0] or 0) if cursor else None
        found = await rules.versions(before)
        following = encode_cursor(found[-1].version) if found and found[-1].version > 1 else None
        return Page[RuleOut](items=[RuleOut.of(each) for each in found], next=following)

    @router.get("/what-if")
    async def what_if(sent: Annotated[SupposedIn, Query()], _: Dispatching) -> DecisionOut:
        """Who would get such an issue, why, and who came next. Changes nothing."""
        return DecisionOut.of(await rules.what_if(sent.supposed()))

    return router
