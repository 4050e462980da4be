"""The registers of one topic: their lines, the forms that fill them, and each line with what can be mended in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.desk import Desk
from services.consultation.domain.topics import ENTERS, TOPIC, TopicState
from services.consultation.http.asking import Cursor, Looking, PhotoId, RecordId, Recording, TopicId
from services.consultation.http.form_models import FormKey
from services.consultation.http.forms import Job, Refused, Sent
from services.consultation.http.research_pages import HOME
from services.consultation.http.showing import entered, show, take
from services.consultation.http.uploads import pictures_of
from services.consultation.inputs import Input
from services.consultation.outputs import Made
from services.consultation.research import recording
from services.consultation.research.inputs import (
    DocumentInput,
    EnteringInput,
    FieldSurveyInput,
    FindInput,
    ResultInput,
    UseInput,
    WithdrawingInput,
)
from services.consultation.research.lines import RecordLine
from services.consultation.research.photographs import Photographed, add_pictures
from services.consultation.research.registers import Register
from services.consultation.research.withdrawing import withdraw
from services.consultation.usecases.acting import Actor
from shared.clock import local_date
from shared.contracts.words import ResearchRecord
from shared.db.transaction import Transaction
from shared.errors import DomainError
from shared.i18n import N_
from shared.web.forms import Form, blank, read_form
from shared.web.state import translator_of


class OnDay(Input):
    """A page asks for the day of a paper record, and for nothing where it is today's."""

    on: date | None = None


class FieldSurveyForm(FieldSurveyInput, OnDay):
    """A field survey as the page asks for it."""


class FindForm(FindInput, OnDay):
    """A find as the page asks for it."""


class DocumentForm(DocumentInput, OnDay):
    """A document as the page asks for it."""


class ResultForm(ResultInput, OnDay):
    """A result as the page asks for it."""


class UseForm(UseInput, OnDay):
    """A use as the page asks for it."""


@dataclass(frozen=True)
class Filling:
    """How one register is filled: what a form is read into, and what is then done."""

    model: type[EnteringInput]
    record: Callable[[Transaction, Actor, Any], Awaitable[Made]]

    def sent(self, register: Register, actor: Actor, zone: str, said: str) -> Sent[Any, Made]:
        """The form of ``register``, for a body whose days are those of ``zone``."""

        def job(form: Any) -> Job[Made]:
            async def record(tx: Transaction) -> Made:
                dated = form.model_copy(update={"recorded_at": _midday(form.on, tx.now, zone)})
                return await self.record(tx, actor, dated)

            return record

        def field(_: Any, name: str) -> str:
            return "on" if name == "recorded_at" else name

        return Sent(register, self.model, job, said, field)


FILLED: Mapping[Register, Filling] = {
    "field-survey": Filling(FieldSurveyForm, recording.record_survey),
    "find": Filling(FindForm, recording.record_find),
    "document": Filling(DocumentForm, recording.record_document),
    "result": Filling(ResultForm, recording.record_result),
    "use": Filling(UseForm, recording.record_use),
}


class Nothing(BaseModel):
    """A form of files alone."""


def build_research_record_pages(desk: Desk, zone: str) -> APIRouter:
    """The router, for a body in ``zone`` (IANA name); included beside the pages of topics."""
    router = APIRouter(prefix=HOME, include_in_schema=False)
    _add_photos(router, desk)
    for register, filling in FILLED.items():
        _add_register(router, desk, zone, register, filling)
    return router


async def show_record(
    request: Request, desk: Desk, actor: Actor, register: Register, record_id: str, refused: Refused | None = None
) -> Response:
    """One line with its photographs, and the forms that replace or withdraw it."""
    line = await desk.books.research.line(register, record_id)
    return show(
        request,
        "research_record.html",
        actor,
        refused,
        line=line,
        topic=await desk.books.research.topic(line.topic),
        entered=entered(refused, **{register: _as_entered(line)}, withdraw=blank(), photos=blank()),
    )


async def show_register(
    request: Request,
    desk: Desk,
    actor: Actor,
    register: Register,
    topic_id: str,
    cursor: str | None = None,
    refused: Refused | None = None,
) -> Response:
    """All lines of one register of a topic, and the form for one more."""
    book = desk.books.research
    topic = await book.topic(topic_id)
    belonging = {"find": "field-survey", "use": "result"}
    owner: Register | None = belonging.get(register)  # type: ignore[assignment]
    owners = (await book.lines(topic_id, owner)).items if owner else ()
    return show(
        request,
        "research_register.html",
        actor,
        refused,
        topic=topic,
        register=register,
        page=await book.lines(topic_id, register, cursor),
        owners=[each for each in owners if each.withdrawn_at is None],
        may_enter=TOPIC.allows(TopicState(topic.state), ENTERS[register]),
        entered=entered(refused, **{register: blank()}),
    )


def _midday(on: date | None, now: datetime, zone: str) -> datetime | None:
    """Noon of a day that is not today's: a paper record gives the day alone."""
    if on is None or on == local_date(now, zone):
        return None
    return datetime.combine(on, time(12), ZoneInfo(zone))


def _add_register(router: APIRouter, desk: Desk, zone: str, register: Register, filling: Filling) -> None:
    async def all_lines(request: Request, topic_id: TopicId, actor: Looking, cursor: Cursor = None) -> Response:
        return await show_register(request, desk, actor, register, topic_id, cursor)

    async def enter(request: Request, topic_id: TopicId, actor: Recording, key: FormKey) -> Response:
        sent = filling.sent(register, actor, zone, N_("It is recorded."))
        try:
            return await take(request, desk, key, sent, f"{HOME}/topics/{topic_id}/{register}")
        except Refused as refused:
            return await show_register(request, desk, actor, register, topic_id, refused=refused)

    async def one(request: Request, record_id: RecordId, actor: Looking) -> Response:
        return await show_record(request, desk, actor, register, record_id)

    async def correct(request: Request, record_id: RecordId, actor: Recording, key: FormKey) -> Response:
        line = await desk.books.research.line(register, record_id)
        sent = filling.sent(register, actor, zone, N_("The record is replaced by a right one."))
        try:
            return await take(request, desk, key, sent, f"{HOME}/topics/{line.topic}")
        except Refused as refused:
            return await show_record(request, desk, actor, register, record_id, refused)

    async def take_out(request: Request, record_id: RecordId, actor: Recording, key: FormKey) -> Response:
        record: ResearchRecord = register

        def job(form: WithdrawingInput) -> Job[Made]:
            return lambda tx: withdraw(tx, actor, record, record_id, form)

        sent = Sent("withdraw", WithdrawingInput, job, N_("The record is withdrawn."))
        try:
            return await take(request, desk, key, sent, f"{HOME}/{register}/{record_id}")
        except Refused as refused:
            return await show_record(request, desk, actor, register, record_id, refused)

    here = f"/{register}/{{record_id}}"
    of_topic = f"/topics/{{topic_id}}/{register}"
    router.add_api_route(of_topic, all_lines, methods=["GET"], name=f"list-{register}")
    router.add_api_route(of_topic, enter, methods=["POST"], name=f"enter-{register}")
    router.add_api_route(here, one, methods=["GET"], name=f"show-{register}")
    router.add_api_route(f"{here}/correct", correct, methods=["POST"], name=f"correct-{register}")
    router.add_api_route(f"{here}/withdraw", take_out, methods=["POST"], name=f"take-out-{register}")


def _add_photos(router: APIRouter, desk: Desk) -> None:
    @router.post("/finds/{record_id}/photos")
    async def add_photos(request: Request, record_id: RecordId, actor: Recording, key: FormKey) -> Response:
        form = await read_form(request, Nothing)
        try:
            pictures = await pictures_of(request)
        except DomainError as error:
            refused = Refused("photos", form.refused(error, translator_of(request)), error.status)
            return await show_record(request, desk, actor, "find", record_id, refused)

        def job(_: Nothing) -> Job[Photographed]:
            return lambda tx: add_pictures(tx, record_id, pictures)

        try:
            sent = Sent("photos", Nothing, job, N_("The photographs are added."))
            return await take(request, desk, key, sent, f"{HOME}/find/{record_id}")
        except Refused as refused:
            return await show_record(request, desk, actor, "find", record_id, refused)

    @router.get("/finds/{record_id}/photos/{photo_id}")
    async def photo(record_id: RecordId, photo_id: PhotoId, _: Looking) -> Response:
        content = await desk.books.research.picture(record_id, photo_id)
        return Response(content, media_type="image/jpeg")


def _as_entered(line: RecordLine) -> Form[Any]:
    """A line as the form that replaces it begins."""
    values = {
        "place": line.says,
        "title": line.says,
        "kind": line.kind,
        "note": line.note,
        "characters": line.characters,
        "field_survey": line.of,
        "result": line.of,
    }
    return blank(**{name: str(value) for name, value in values.items() if value is not None})
