"""``/office/research``: the topics, who takes part, and the life of one topic."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.desk import Desk
from services.consultation.domain.topics import CHOSEN, TOPIC, TopicMove, TopicState
from services.consultation.http.asking import Cursor, Looking, RecordId, Recording, TopicId
from services.consultation.http.form_models import FormKey
from services.consultation.http.forms import Job, Refused, Sent
from services.consultation.http.showing import entered, show, take
from services.consultation.outputs import Made
from services.consultation.research import taking_part, topics
from services.consultation.research.inputs import (
    AssigningInput,
    LeavingInput,
    ParticipantInput,
    TopicInput,
    TopicStepInput,
    WithdrawingInput,
)
from services.consultation.research.lines import ParticipantMade, TopicMoved
from services.consultation.research.registers import Register
from services.consultation.research.withdrawing import withdraw
from services.consultation.usecases.acting import Actor
from shared.contracts.words import ParticipantKind
from shared.contracts.words import TopicState as State
from shared.db.idempotency import Key
from shared.i18n import N_
from shared.web.forms import blank

HOME = "/office/research"
SAID: Mapping[TopicMove, str] = {
    TopicMove.BEGIN: N_("The work on the topic has begun."),
    TopicMove.SUBMIT: N_("The topic is sent for review."),
    TopicMove.SEND_BACK: N_("The topic is sent back."),
    TopicMove.CONCLUDE: N_("The topic is concluded."),
    TopicMove.DROP: N_("The topic is dropped."),
}
"""What the page says after each move."""
ENTERED: tuple[Register, ...] = ("field-survey", "find", "document", "result", "use")
SHOWN_AT_ONCE = 5
Show = Callable[[Refused | None], Awaitable[Response]]


@dataclass(frozen=True)
class ResearchPages:
    """The pages, as their endpoints show them."""

    desk: Desk

    async def all(
        self,
        request: Request,
        actor: Actor,
        state: State | None = None,
        cursor: str | None = None,
        refused: Refused | None = None,
    ) -> Response:
        """Topics, newest first, and the form to plan one."""
        book = self.desk.books.research
        return show(
            request,
            "research.html",
            actor,
            refused,
            page=await book.topics(state, cursor),
            state=state,
            assignable=await book.assignable(),
            entered=entered(refused, topic=blank()),
        )

    async def one(self, request: Request, actor: Actor, topic_id: str, refused: Refused | None = None) -> Response:
        """One topic: its course, who works on it, the newest of each register, and what comes next."""
        book = self.desk.books.research
        topic = await book.topic(topic_id)
        lists = {register: await book.lines(topic_id, register) for register in ENTERED}
        blanks = {name: blank() for name in ("assign", *(move.value for move in CHOSEN))}
        working = {each.participant for each in topic.participants}
        state = TopicState(topic.state)
        return show(
            request,
            "research_topic.html",
            actor,
            refused,
            topic=topic,
            lists=lists,
            at_once=SHOWN_AT_ONCE,
            may_assign=TOPIC.allows(state, TopicMove.ASSIGN),
            chosen=[move.value for move in CHOSEN if TOPIC.allows(state, move)],
            assignable=[each for each in await book.assignable() if each.participant not in working],
            entered=entered(refused, **blanks),
        )

    async def participants(
        self,
        request: Request,
        actor: Actor,
        kind: ParticipantKind,
        cursor: str | None = None,
        refused: Refused | None = None,
    ) -> Response:
        """Who takes part, of one kind, and the form for one more."""
        return show(
            request,
            "research_participants.html",
            actor,
            refused,
            kind=kind,
            page=await self.desk.books.research.participants(kind, cursor),
            entered=entered(refused, participant=blank(kind=kind)),
        )

    async def act(self, request: Request, key: Key, sent: Sent[Any, Any], here: str, again: Show) -> Response:
        """Do what a form says and go on to ``here``, or show the page ``again`` with what was wrong."""
        try:
            return await take(request, self.desk, key, sent, here)
        except Refused as refused:
            return await again(refused)


def build_research_pages(desk: Desk) -> APIRouter:
    """The router: staff of the body look, its officers act."""
    router = APIRouter(prefix=HOME, include_in_schema=False)
    pages = ResearchPages(desk)
    _add_topics(router, pages)
    _add_participants(router, pages)
    for move in CHOSEN:
        _add_move(router, pages, move)
    return router


def _add_topics(router: APIRouter, pages: ResearchPages) -> None:
    @router.get("")
    async def list_topics(
        request: Request, actor: Looking, state: State | None = None, cursor: Cursor = None
    ) -> Response:
        return await pages.all(request, actor, state, cursor)

    @router.post("")
    async def plan(request: Request, actor: Recording, key: FormKey) -> Response:
        def job(form: TopicInput) -> Job[TopicMoved]:
            return lambda tx: topics.plan_topic(tx, actor, form)

        async def again(refused: Refused | None) -> Response:
            return await pages.all(request, actor, refused=refused)

        return await pages.act(request, key, Sent("topic", TopicInput, job, N_("The topic is planned.")), HOME, again)

    @router.get("/topics/{topic_id}")
    async def one(request: Request, topic_id: TopicId, actor: Looking) -> Response:
        return await pages.one(request, actor, topic_id)

    @router.post("/topics/{topic_id}/participants")
    async def assign(request: Request, topic_id: TopicId, actor: Recording, key: FormKey) -> Response:
        def job(form: AssigningInput) -> Job[TopicMoved]:
            return lambda tx: topics.assign(tx, actor, topic_id, form)

        async def again(refused: Refused | None) -> Response:
            return await pages.one(request, actor, topic_id, refused)

        sent = Sent("assign", AssigningInput, job, N_("They work on the topic now."))
        return await pages.act(request, key, sent, f"{HOME}/topics/{topic_id}", again)


def _add_move(router: APIRouter, pages: ResearchPages, move: TopicMove) -> None:
    async def make(request: Request, topic_id: TopicId, actor: Recording, key: FormKey) -> Response:
        def job(form: TopicStepInput) -> Job[TopicMoved]:
            return lambda tx: topics.move_topic(tx, actor, topic_id, move, form)

        async def again(refused: Refused | None) -> Response:
            return await pages.one(request, actor, topic_id, refused)

        sent = Sent(move.value, TopicStepInput, job, SAID[move])
        return await pages.act(request, key, sent, f"{HOME}/topics/{topic_id}", again)

    router.add_api_route(f"/topics/{{topic_id}}/{move.value}", make, methods=["POST"], name=f"topic-page-{move.value}")


def _add_participants(router: APIRouter, pages: ResearchPages) -> None:
    @router.get("/participants")
    async def list_participants(
        request: Request, actor: Looking, kind: ParticipantKind = "member-unit", cursor: Cursor = None
    ) -> Response:
        return await pages.participants(request, actor, kind, cursor)

    async def act(
        request: Request,
        actor: Actor,
        key: Key,
        model: type[BaseModel],
        job: Callable[[Any], Job[Any]],
        said: str,
        kind: ParticipantKind,
        name: str = "participant",
    ) -> Response:
        async def again(refused: Refused | None) -> Response:
            return await pages.participants(request, actor, kind, refused=refused)

        here = f"{HOME}/participants?kind={kind}"
        return await pages.act(request, key, Sent(name, model, job, said), here, again)

    @router.post("/participants")
    async def join(request: Request, actor: Recording, key: FormKey, kind: ParticipantKind = "member-unit") -> Response:
        def job(form: ParticipantInput) -> Job[ParticipantMade]:
            return lambda tx: taking_part.join(tx, actor, form)

        return await act(request, actor, key, ParticipantInput, job, N_("It is recorded who takes part."), kind)

    @router.post("/participants/{record_id}/leave")
    async def leave(
        request: Request, record_id: RecordId, actor: Recording, key: FormKey, kind: ParticipantKind = "member-unit"
    ) -> Response:
        def job(form: LeavingInput) -> Job[Made]:
            return lambda tx: taking_part.leave(tx, actor, record_id, form)

        return await act(request, actor, key, LeavingInput, job, N_("It is recorded that they left."), kind)

    @router.post("/participants/{record_id}/withdraw")
    async def take_out(
        request: Request, record_id: RecordId, actor: Recording, key: FormKey, kind: ParticipantKind = "member-unit"
    ) -> Response:
        def job(form: WithdrawingInput) -> Job[Made]:
            return lambda tx: withdraw(tx, actor, "participation", record_id, form)

        said = N_("The record is withdrawn.")
        return await act(request, actor, key, WithdrawingInput, job, said, kind, "withdraw")
