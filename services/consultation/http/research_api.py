"""The JSON API of the research programme."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.consultation.desk import Desk
from services.consultation.domain.topics import CHOSEN, TopicMove
from services.consultation.http.answering import answered
from services.consultation.http.asking import Cursor, Key, Looking, PhotoId, RecordId, Recording, TopicId
from services.consultation.http.case_api import JPEG, PHOTO_BODY
from services.consultation.outputs import Made
from services.consultation.photos import developed
from services.consultation.research import recording, taking_part, topics
from services.consultation.research.inputs import (
    AssigningInput,
    DocumentInput,
    FieldSurveyInput,
    FindInput,
    LeavingInput,
    ParticipantInput,
    ResultInput,
    TopicInput,
    TopicStepInput,
    UseInput,
    WithdrawingInput,
)
from services.consultation.research.lines import (
    ParticipantLine,
    ParticipantMade,
    RecordLine,
    TopicLine,
    TopicMoved,
    TopicWhole,
)
from services.consultation.research.photographs import Photographed, add_pictures
from services.consultation.research.registers import Register
from services.consultation.research.withdrawing import withdraw
from services.consultation.usecases.acting import Actor
from shared.contracts.words import ParticipantKind, ResearchRecord, TopicState
from shared.db.transaction import Transaction
from shared.web.paging import Page
from shared.web.routers import api_router

NOTHING = TopicStepInput()
NOW = LeavingInput()
Recorder = Callable[[Transaction, Actor, Any], Awaitable[Made]]

ADDRESSES: Mapping[str, ResearchRecord] = {
    "participants": "participation",
    "field-surveys": "field-survey",
    "finds": "find",
    "documents": "document",
    "results": "result",
    "uses": "use",
}
"""Where the lines of each register are."""


def build_research_api(desk: Desk) -> APIRouter:
    """The router: staff of the body read it, its officers keep it."""
    router = api_router("/api/v1/research", "research")
    _add_participants(router, desk)
    _add_topics(router, desk)
    _add_registers(router, desk)
    _add_photos(router, desk)
    for address, register in ADDRESSES.items():
        _add_withdrawing(router, desk, address, register)
    return router


def _add_participants(router: APIRouter, desk: Desk) -> None:
    @router.get("/participants")
    async def list_participants(_: Looking, kind: ParticipantKind, cursor: Cursor = None) -> Page[ParticipantLine]:
        """Who takes part, or did, of one kind, newest first, 50 to a page."""
        return await desk.books.research.participants(kind, cursor)

    @router.post("/participants", status_code=201, response_model=ParticipantMade)
    async def join(actor: Recording, key: Key, participant: ParticipantInput) -> JSONResponse:
        """A unit, an institute or a local researcher takes part; a local researcher is a code alone."""
        return answered(await desk.do_once(key, 201, lambda tx: taking_part.join(tx, actor, participant)))

    @router.post("/participants/{record_id}/leave", response_model=Made)
    async def leave(record_id: RecordId, actor: Recording, key: Key, leaving: LeavingInput = NOW) -> JSONResponse:
        """Somebody takes part no longer."""
        return answered(await desk.do_once(key, 200, lambda tx: taking_part.leave(tx, actor, record_id, leaving)))


def _add_topics(router: APIRouter, desk: Desk) -> None:
    book = desk.books.research

    @router.get("/topics")
    async def list_topics(_: Looking, state: TopicState | None = None, cursor: Cursor = None) -> Page[TopicLine]:
        """Topics, newest first, 50 to a page."""
        return await book.topics(state, cursor)

    @router.post("/topics", status_code=201, response_model=TopicMoved)
    async def plan(actor: Recording, key: Key, topic: TopicInput) -> JSONResponse:
        """A topic is to be worked on."""
        return answered(await desk.do_once(key, 201, lambda tx: topics.plan_topic(tx, actor, topic)))

    @router.get("/topics/{topic_id}")
    async def show(topic_id: TopicId, _: Looking) -> TopicWhole:
        """One topic with its course, who works on it, and how much was entered for it."""
        return await book.topic(topic_id)

    @router.get("/topics/{topic_id}/records")
    async def lines(topic_id: TopicId, _: Looking, register: Register, cursor: Cursor = None) -> Page[RecordLine]:
        """The lines of one register, newest first, 50 to a page; withdrawn ones stand among them, marked."""
        await book.topic(topic_id)
        return await book.lines(topic_id, register, cursor)

    @router.post("/topics/{topic_id}/participants", response_model=TopicMoved)
    async def assign(topic_id: TopicId, actor: Recording, key: Key, assigning: AssigningInput) -> JSONResponse:
        """More of those who take part work on the topic."""
        return answered(await desk.do_once(key, 200, lambda tx: topics.assign(tx, actor, topic_id, assigning)))

    for move in CHOSEN:
        _add_move(router, desk, move)


def _add_move(router: APIRouter, desk: Desk, move: TopicMove) -> None:
    async def make(topic_id: TopicId, actor: Recording, key: Key, step: TopicStepInput = NOTHING) -> JSONResponse:
        """A step in the life of a topic; sending it back and dropping it want a reason as ``note``."""
        return answered(await desk.do_once(key, 200, lambda tx: topics.move_topic(tx, actor, topic_id, move, step)))

    path = f"/topics/{{topic_id}}/{move.value}"
    router.add_api_route(path, make, methods=["POST"], response_model=TopicMoved, name=f"topic-{move.value}")


def _add_registers(router: APIRouter, desk: Desk) -> None:
    async def enter(actor: Actor, key: Key, entered: Any, recorder: Recorder) -> JSONResponse:
        return answered(await desk.do_once(key, 201, lambda tx: recorder(tx, actor, entered)))

    @router.post("/field-surveys", status_code=201, response_model=Made)
    async def survey(actor: Recording, key: Key, survey: FieldSurveyInput) -> JSONResponse:
        """Somebody went out to look."""
        return await enter(actor, key, survey, recording.record_survey)

    @router.post("/finds", status_code=201, response_model=Made)
    async def find(actor: Recording, key: Key, find: FindInput) -> JSONResponse:
        """A field survey found something."""
        return await enter(actor, key, find, recording.record_find)

    @router.post("/documents", status_code=201, response_model=Made)
    async def document(actor: Recording, key: Key, document: DocumentInput) -> JSONResponse:
        """A text was collated."""
        return await enter(actor, key, document, recording.record_document)

    @router.post("/results", status_code=201, response_model=Made)
    async def result(actor: Recording, key: Key, result: ResultInput) -> JSONResponse:
        """Something came of a topic."""
        return await enter(actor, key, result, recording.record_result)

    @router.post("/uses", status_code=201, response_model=Made)
    async def use(actor: Recording, key: Key, use: UseInput) -> JSONResponse:
        """A result of a concluded topic was put to use, and so the topic."""
        return await enter(actor, key, use, recording.record_use)


def _add_photos(router: APIRouter, desk: Desk) -> None:
    @router.post("/finds/{record_id}/photos", status_code=201, response_model=Photographed, openapi_extra=PHOTO_BODY)
    async def add_photo(request: Request, record_id: RecordId, _: Recording, key: Key) -> JSONResponse:
        """Add a photograph, sent as the body of the request, to a find: JPEG, PNG or WebP of at most 10 MB."""
        picture = await asyncio.to_thread(developed, await request.body())
        return answered(await desk.do_once(key, 201, lambda tx: add_pictures(tx, record_id, [picture])))

    @router.get("/finds/{record_id}/photos/{photo_id}", response_class=Response, responses={200: {"content": JPEG}})
    async def photo(record_id: RecordId, photo_id: PhotoId, _: Looking) -> Response:
        """A photograph of a find as JPEG."""
        return Response(await desk.books.research.picture(record_id, photo_id), media_type="image/jpeg")


def _add_withdrawing(router: APIRouter, desk: Desk, address: str, register: ResearchRecord) -> None:
    async def take_out(record_id: RecordId, actor: Recording, key: Key, withdrawing: WithdrawingInput) -> JSONResponse:
        """It was entered wrongly: it counts in no period any more. Who records a line with ``corrects`` replaces it."""
        return answered(await desk.do_once(key, 200, lambda tx: withdraw(tx, actor, register, record_id, withdrawing)))

    path = f"/{address}/{{record_id}}/withdraw"
    router.add_api_route(path, take_out, methods=["POST"], response_model=Made, name=f"withdraw-{register}")
