"""``/reports/showing`` and ``/api/v1/reporting/showing``: what the body shows to everybody, and when it is briefed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.reporting.public.showing import Choice, Chosen, Showings
from shared.errors import DomainError
from shared.i18n import N_
from shared.web.auth import Claims, Role, allow
from shared.web.forms import Form, read_form
from shared.web.pages import render, see_other
from shared.web.routers import api_router
from shared.web.state import translator_of

Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]

DAYS = {"0": N_("Monday"), "1": N_("Tuesday"), "2": N_("Wednesday"), "3": N_("Thursday"), "4": N_("Friday")}


class ShowingForm(BaseModel):
    """The choice as a page's form has it: a box that is not ticked and an empty field are absent."""

    model_config = ConfigDict(extra="forbid")

    based_on: int
    is_public: bool = False
    least: int = Field(ge=3, le=100)
    embedders: str = Field(default="", max_length=4000)
    briefing_day: int | None = Field(default=None, ge=0, le=4)
    briefing_hour: int = Field(ge=0, le=23)

    def choice(self) -> Choice:
        """Raises pydantic's ValidationError on ``embedders``."""
        said = self.model_dump(exclude={"based_on"}) | {"embedders": self.embedders.split()}
        return Choice.model_validate(said)


def _entered(chosen: Chosen) -> Form[ShowingForm]:
    choice = chosen.choice
    values = {
        "based_on": str(chosen.version),
        "least": str(choice.least),
        "embedders": "\n".join(choice.embedders),
        "briefing_day": "" if choice.briefing_day is None else str(choice.briefing_day),
        "briefing_hour": str(choice.briefing_hour),
    } | ({"is_public": "true"} if choice.is_public else {})
    return Form(entered={name: (value,) for name, value in values.items()})


def showing_pages(showings: Showings) -> APIRouter:
    """For officers."""
    router = APIRouter(prefix="/reports/showing", include_in_schema=False)

    @router.get("")
    async def show(request: Request, _: Officer) -> Response:
        return _page(request, _entered(await showings.present()))

    @router.post("")
    async def choose(request: Request, claims: Officer) -> Response:
        form = await read_form(request, ShowingForm)
        if form.value is not None:
            try:
                choice = form.value.choice()
            except ValueError:
                wrong = DomainError(
                    "origin", "One origin to a line, at most twenty, each as https://www.example.cn", field="embedders"
                )
                return _page(request, form.refused(wrong, translator_of(request)), 422)
            try:
                await showings.choose(claims.subject, form.value.based_on, choice)
            except DomainError as error:
                return _page(request, form.refused(error, translator_of(request)), error.status)
            return see_other("/reports/showing", N_("This holds from now on."))
        return _page(request, form, 422)

    return router


def _page(request: Request, form: Form[ShowingForm], status: int = 200) -> Response:
    return render(request, "reporting/showing.html", status, form=form, days=DAYS)


class ChoiceOut(BaseModel):
    """What holds, and its version, which whoever changes it sends back."""

    version: int
    by: str | None
    choice: Choice


class ChoiceIn(BaseModel):
    """``based_on`` is the version that was looked at."""

    model_config = ConfigDict(extra="forbid")

    based_on: int = Field(ge=0)
    choice: Choice


def showing_api(showings: Showings) -> APIRouter:
    """For officers."""
    router = api_router("/api/v1/reporting", "figures", [Depends(allow(Role.OFFICER))])

    @router.get("/showing")
    async def present() -> ChoiceOut:
        """What holds."""
        return _out(await showings.present())

    @router.put("/showing")
    async def choose(asked: ChoiceIn, claims: Officer) -> ChoiceOut:
        """Let another choice hold. 409 where somebody else changed it meanwhile."""
        return _out(await showings.choose(claims.subject, asked.based_on, asked.choice))

    return router


def _out(chosen: Chosen) -> ChoiceOut:
    return ChoiceOut(version=chosen.version, by=chosen.by, choice=chosen.choice)
