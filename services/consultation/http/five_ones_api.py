"""The JSON API of the five ones."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from services.consultation.desk import Desk
from services.consultation.five_ones.deciding import decide
from services.consultation.five_ones.lines import Coverage, OwnRecord, TargetsInput, TargetsLine, Uncounted
from services.consultation.http.answering import answered
from services.consultation.http.asking import Key, Looking, Recording, Taking
from shared.web.routers import api_router

Year = Annotated[int, Query(ge=2000, le=2200)]


def build_five_ones_api(desk: Desk, zone: str) -> APIRouter:
    """The router, for a body whose years begin in ``zone`` (IANA name)."""
    router = api_router("/api/v1/five-ones", "five ones")
    book = desk.books.five_ones

    @router.get("/own")
    async def own(member: Taking, year: Year) -> OwnRecord:
        """The member's own record of a year: what is done, what is owed, and the records behind it."""
        return await book.own(member, year)

    @router.get("")
    async def coverage(_: Looking, year: Year) -> Coverage:
        """How far the members have come in a year, as counts; nobody's record is shown to anybody else."""
        return await book.coverage(year)

    @router.get("/targets")
    async def decisions(_: Looking) -> list[TargetsLine]:
        """What the body decided to ask, the newest first; without any, one of each is asked."""
        return await book.decisions()

    @router.post("/targets", status_code=201, response_model=TargetsLine)
    async def ask(actor: Recording, key: Key, decided: TargetsInput) -> JSONResponse:
        """Ask so many of each of every member from a year on."""
        return answered(await desk.do_once(key, 201, lambda tx: decide(tx, actor, decided, zone)))

    @router.get("/uncounted")
    async def uncounted(_: Looking) -> Uncounted:
        """How many years were not counted since something was recorded in them: what was said of them may be old."""
        return await book.uncounted()

    return router
