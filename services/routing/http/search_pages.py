"""``/office/search`` and ``GET /api/v1/routing/search``: issues by what is known of them, to each by right."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.routing.domain.order import OrderState
from services.routing.entry import Routing
from services.routing.orders import OrderRecord
from services.routing.queries import OrderPage
from services.routing.search.finding import Search, Sought
from shared.errors import DomainError
from shared.web.auth import Claims, Role, allow
from shared.web.fields import Code
from shared.web.forms import blank
from shared.web.pages import render
from shared.web.paging import Page
from shared.web.routers import api_router
from shared.web.state import translator_of

Staff = Annotated[Claims, Depends(allow(Role.OFFICER, Role.DISPATCHER, Role.CLERK, Role.MEMBER))]
Cursor = Annotated[str | None, Query(max_length=500)]
Beginning = Annotated[str, Query(pattern=r"^\s*[0-9A-Za-z][0-9A-Za-z-]{0,39}\s*$")]


class FoundOut(BaseModel):
    """An issue as a list shows it."""

    reference: str
    state: OrderState
    station: str
    community: str
    township: str | None
    category: str | None
    channel: str
    submitted_at: datetime
    member: str | None

    @classmethod
    def of(cls, order: OrderRecord) -> FoundOut:
        """``order`` without what only its own page tells."""
        return cls.model_validate({name: getattr(order, name) for name in cls.model_fields})


def build_search_api(search: Search) -> APIRouter:
    """For programs of all staff."""
    router = api_router("/api/v1/routing", "orders")

    @router.get("/search")
    async def find(
        claims: Staff,
        reference: Beginning | None = None,
        state: OrderState | None = None,
        community: Code | None = None,
        township: Code | None = None,
        station: Code | None = None,
        category: Code | None = None,
        member: Code | None = None,
        department: Code | None = None,
        from_on: Annotated[date | None, Query(alias="from")] = None,
        to_on: Annotated[date | None, Query(alias="to")] = None,
        cursor: Cursor = None,
    ) -> Page[FoundOut]:
        """The newest first, 50 to a page. ``reference`` may be only its beginning."""
        sought = Sought(
            reference, state, community, township, station, category, member, department, from_on=from_on, to_on=to_on
        )
        found = await search.find(sought, claims, cursor)
        return Page(items=[FoundOut.of(order) for order in found.items], next=found.next)

    return router


class Asked(BaseModel):
    """The query of the page; an empty field counts as absent."""

    reference: Annotated[str, Field(max_length=40)] = ""
    state: Annotated[str, Field(max_length=20)] = ""
    community: Annotated[str, Field(max_length=64)] = ""
    station: Annotated[str, Field(max_length=64)] = ""
    category: Annotated[str, Field(max_length=64)] = ""
    member: Annotated[str, Field(max_length=64)] = ""
    department: Annotated[str, Field(max_length=64)] = ""
    from_: Annotated[str, Field(alias="from", max_length=10)] = ""
    to: Annotated[str, Field(max_length=10)] = ""

    def entered(self) -> dict[str, str]:
        """What was filled in, by the names of the fields."""
        return {name: value.strip() for name, value in self.model_dump(by_alias=True).items() if value.strip()}

    def sought(self) -> Sought:
        """What to look for. Raises DomainError on ``state``, ``from`` or ``to``."""
        given = self.entered()
        if given.get("state") not in {None, *OrderState}:
            raise DomainError("unknown-state", "Choose a state of the list.", field="state")
        days = {name: _day(name, given.pop(name, None)) for name in ("from", "to")}
        state = OrderState(given.pop("state")) if "state" in given else None
        return Sought(**given, state=state, from_on=days["from"], to_on=days["to"])


def _day(name: str, written: str | None) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError as error:
        raise DomainError("date-not-valid", "This must be a date.", field=name) from error


def build_search_pages(routing: Routing, search: Search) -> APIRouter:
    """For people of all staff."""
    router = APIRouter(prefix="/office/search", include_in_schema=False)

    @router.get("")
    async def find(
        request: Request, asked: Annotated[Asked, Query()], claims: Staff, cursor: Cursor = None
    ) -> Response:
        """Without a question only the form."""
        entered = asked.entered()
        form, found, status = blank(**entered), OrderPage((), None), 200
        try:
            if entered:
                found = await search.find(asked.sought(), claims, cursor)
        except DomainError as error:
            form, status = form.refused(error, translator_of(request)), 422
        directory = await routing.directory()
        return render(
            request,
            "routing/search.html",
            status,
            form=form,
            found=found,
            is_asked=bool(entered) and status == 200,
            states=[each for each in OrderState if each not in (OrderState.DECLINED, OrderState.TIMED_OUT)],
            roster=directory.roster if directory else None,
            sees_all=claims.role in (Role.OFFICER, Role.DISPATCHER),
            is_clerk=claims.role is Role.CLERK,
            further=urlencode({**entered, "cursor": found.next}) if found.next else None,
        )

    return router
