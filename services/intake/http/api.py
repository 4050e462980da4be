"""The JSON API of intake."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse

from services.intake.entry import Intake, check_station_of
from services.intake.http.bodies import (
    ConfirmationIn,
    ErasedOut,
    ErasureIn,
    GroupedOut,
    GroupingIn,
    IssueIn,
    JoiningIn,
    LikelyIn,
    LikelyListOut,
    LikelyOut,
    RatingIn,
    ReceiptOut,
    ReceptionIn,
    ReceptionOut,
    ReopeningIn,
    StandingOut,
    TrackedOut,
    WithdrawalIn,
)
from services.intake.http.drafts import draft_of, likely_to, visitor_of
from services.intake.http.vault_bodies import ReadingOut, ReplyAddressOut, VaultOut
from services.intake.queries import PAGE, readings_of, track
from services.intake.usecases.follow import Said, unknown_code
from services.intake.usecases.joining import Asked
from services.intake.usecases.likely import LikelySame
from services.intake.usecases.vault import VaultReader, not_found
from shared.clock import local_date
from shared.db.idempotency import Answer
from shared.ids import clean_reference
from shared.web.auth import Claims, Role, SignedIn, allow, maybe_signed_in, signed_in
from shared.web.idempotency import IdempotencyKey, idempotency
from shared.web.paging import Page, decode_cursor, encode_cursor
from shared.web.routers import api_router

Key = Annotated[IdempotencyKey | None, Depends(idempotency)]


async def anybody(request: Request) -> Claims | None:
    """Whoever asks, a resident being nobody; but a program that sends a token must send a good one."""
    return await signed_in(request) if "authorization" in request.headers else await maybe_signed_in(request)


Anyone = Annotated[Claims | None, Depends(anybody)]
AtDesk = Annotated[Claims, Depends(allow(Role.CLERK, Role.OFFICER))]
Staff = Annotated[Claims, Depends(allow(Role.CLERK, Role.OFFICER, Role.DISPATCHER, Role.MEMBER))]
Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]
Service = Annotated[Claims, Depends(allow(Role.SERVICE))]


def build_api(intake: Intake) -> APIRouter:
    """The router; everything it needs comes with ``intake``."""
    router = api_router("/api/v1", "intake")
    _add_raising(router, intake)
    _add_following(router, intake)
    _add_joining(router, intake)
    _add_vault(router, intake)
    return router


def _add_raising(router: APIRouter, intake: Intake) -> None:
    @router.post("/issues", status_code=201, response_model=ReceiptOut)
    async def submit(issue: IssueIn, request: Request) -> JSONResponse:
        """Raise an issue: anybody may, without an account and without a name."""
        # Asked for here and not as dependencies, each of which costs as much as the rest of this function.
        claims, key = await anybody(request), await idempotency(request)
        draft = await draft_of(intake, claims, issue, key)
        receipt = await intake.submissions.submit(draft)
        return JSONResponse({"reference": receipt.reference, "tracking_code": receipt.tracking_code}, 201)

    @router.post("/issues/likely")
    async def likely(asked: LikelyIn) -> LikelyListOut:
        """Open or lately closed issues nearby that may be the same matter; nothing is kept of what is sent."""
        found = await likely_to(intake, asked)
        return LikelyListOut(items=[likely_out(intake, each) for each in found])

    @router.post("/receptions", status_code=201, response_model=ReceptionOut)
    async def receive(reception: ReceptionIn, claims: AtDesk, key: Key) -> ReceptionOut:
        """Register a resident who came, called or wrote, with or without an issue."""
        check_station_of(claims, reception.station)
        received = await intake.receptions.receive(await visitor_of(intake, claims, reception, key))
        receipt = asdict(received.receipt) if received.receipt else {}
        return ReceptionOut(id=received.reception_id, **receipt)


def _add_following(router: APIRouter, intake: Intake) -> None:
    following = intake.following

    @router.get("/track/{tracking_code}")
    async def follow(tracking_code: str) -> TrackedOut:
        """Where an issue stands, for whoever holds its code."""
        tracked = await track(intake.reader, tracking_code, intake.clock.now())
        if tracked is None:
            raise unknown_code()
        answered, available = await intake.answer_to(tracked.work, tracked.state)
        return TrackedOut.model_validate(
            asdict(tracked)
            | answered.model_dump()
            | {"answer_available": available, "with_body": tracked.with_body(intake.body)}
            | {"offered_to": tracked.offered_to}
        )

    @router.post("/track/{tracking_code}/rating", status_code=201, response_model=StandingOut)
    async def rate(tracking_code: str, rating: RatingIn, claims: Anyone, key: Key) -> JSONResponse:
        """Rate the outcome of a closed issue, once."""
        at = intake.paper_date(claims, rating.recorded_at)
        return _answer(await following.rate(Said(tracking_code, rating.reason, at, key), rating.rating))

    @router.post("/track/{tracking_code}/confirm", response_model=StandingOut)
    async def confirm(
        tracking_code: str, claims: Anyone, key: Key, confirmation: ConfirmationIn | None = None
    ) -> JSONResponse:
        """Say that it is as the answer says; satisfied as a rating says the same."""
        said = confirmation or ConfirmationIn()
        at = intake.paper_date(claims, said.recorded_at)
        return _answer(await following.confirm(Said(tracking_code, said.reason, at, key)))

    @router.post("/track/{tracking_code}/reopen", response_model=StandingOut)
    async def reopen(tracking_code: str, reopening: ReopeningIn, claims: Anyone, key: Key) -> JSONResponse:
        """Say why a closed issue is not solved."""
        at = intake.paper_date(claims, reopening.recorded_at)
        return _answer(await following.reopen(Said(tracking_code, reopening.reason, at, key)))

    @router.post("/track/{tracking_code}/withdraw", response_model=StandingOut)
    async def withdraw(
        tracking_code: str, claims: Anyone, key: Key, withdrawal: WithdrawalIn | None = None
    ) -> JSONResponse:
        """Take an issue back before it is closed."""
        at = intake.paper_date(claims, withdrawal.recorded_at if withdrawal else None)
        return _answer(await following.withdraw(Said(tracking_code, None, at, key)))

    @router.post("/track/{tracking_code}/erase", response_model=ErasedOut)
    async def erase(tracking_code: str, key: Key, _: ErasureIn | None = None) -> JSONResponse:
        """Erase words and contact for good; the facts of the issue stay."""
        return _answer(await following.erase(Said(tracking_code, key=key)))


def _add_joining(router: APIRouter, intake: Intake) -> None:
    @router.post("/issues/{reference}/join", response_model=GroupedOut)
    async def join(reference: str, joining: JoiningIn, claims: Staff, key: Key) -> JSONResponse:
        """Join an issue to another one about the same matter: that one carries the work, both residents are told."""
        asked = Asked(reader_of(claims), known_form(reference), joining.reason, key)
        return _answer(await intake.joining.join(asked, clean_reference(joining.to) or joining.to))

    @router.post("/issues/{reference}/split", response_model=GroupedOut)
    async def split(reference: str, splitting: GroupingIn, claims: Staff, key: Key) -> JSONResponse:
        """Make a joined issue a matter of its own again: back where it was, or with routing where it never was."""
        asked = Asked(reader_of(claims), known_form(reference), splitting.reason, key)
        return _answer(await intake.joining.split(asked))


def _add_vault(router: APIRouter, intake: Intake) -> None:
    @router.get("/vault/{reference}")
    async def open_vault(reference: str, claims: SignedIn) -> VaultOut:
        """What a resident said; the reading is logged before it is answered."""
        return VaultOut.of(await intake.vault.open(reader_of(claims), known_form(reference)))

    @router.get("/vault/{reference}/reads")
    async def reads(
        reference: str, _: Officer, cursor: Annotated[str | None, Query(max_length=200)] = None
    ) -> Page[ReadingOut]:
        """Who read what the resident said, newest first, 50 to a page."""
        before = _last_id(cursor)
        found = await readings_of(intake.reader, known_form(reference), before)
        following = encode_cursor(found[-1].id) if len(found) == PAGE else None
        return Page[ReadingOut](items=[ReadingOut.of(each) for each in found], next=following)

    @router.get("/vault/{reference}/reply-address")
    async def reply_address(reference: str, claims: Service) -> ReplyAddressOut:
        """Where the resident can be told: for the service that does the telling."""
        opened = await intake.vault.reply_address(reader_of(claims), known_form(reference))
        code = intake.submissions.receipt(opened.reference).tracking_code
        url = intake.tracking_url(code)
        return ReplyAddressOut(email=opened.email, phone=opened.phone, language=opened.language, tracking_url=url)


def reader_of(claims: Claims) -> VaultReader:
    """Who asks the vault."""
    service = claims.issuer if claims.role is Role.SERVICE else None
    return VaultReader(claims.subject, claims.role.value, claims.member, claims.stations, service)


def likely_out(intake: Intake, likely: LikelySame) -> LikelyOut:
    """``likely`` as the API says it: to the day, and without its reference."""
    return LikelyOut(
        id=likely.id,
        category=likely.category,
        community=likely.community,
        submitted_on=local_date(likely.submitted_at, intake.zone),
        state=likely.state,
        outcome=likely.outcome,
        residents=likely.residents,
    )


def known_form(reference: str) -> str:
    """``reference`` as tables hold it. Raises NotFound for what cannot be one."""
    cleaned = clean_reference(reference)
    if cleaned is None:
        raise not_found()
    return cleaned


def _last_id(cursor: str | None) -> int | None:
    value: Any = decode_cursor(cursor, int)[0] if cursor else None
    return int(value) if value is not None else None


def _answer(answer: Answer) -> JSONResponse:
    status, body = answer
    return JSONResponse(body, status)
