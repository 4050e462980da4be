"""The pages of commitments: who does what by when, how far it has come, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.consulting import DroppingInput, KeepingInput, ProgressInput
from services.consultation.desk import Desk
from services.consultation.http.api import CommitmentStates
from services.consultation.http.asking import Acting, CommitmentId, Cursor, Reading
from services.consultation.http.form_models import FormKey
from services.consultation.http.forms import Job, M, R, Refused, Sent
from services.consultation.http.showing import entered, show, take
from services.consultation.outputs import Made, State
from services.consultation.usecases.acting import Actor
from shared.db.idempotency import Key
from shared.i18n import N_
from shared.web.forms import blank

Only = Literal["mine", "overdue"]


@dataclass(frozen=True)
class CommitmentPages:
    """The pages, as their endpoints show them."""

    desk: Desk

    async def all(
        self, request: Request, actor: Actor, state: CommitmentStates, only: Only | None, cursor: str | None
    ) -> Response:
        """Commitments in one state, the first due first."""
        page = await self.desk.books.commitments.page(
            actor, state, cursor, overdue=only == "overdue", mine=only == "mine" and actor.member is not None
        )
        return show(request, "commitments.html", actor, page=page, state=state, only=only, is_member=bool(actor.member))

    async def one(self, request: Request, actor: Actor, commitment_id: str, refused: Refused | None = None) -> Response:
        """One commitment, with its progress and what can be said of it."""
        commitment = await self.desk.books.commitments.one(actor, commitment_id)
        forms = entered(refused, progress=blank(audience="staff"), keeping=blank(), dropping=blank())
        return show(request, "commitment.html", actor, refused, commitment=commitment, entered=forms)

    async def act(self, request: Request, actor: Actor, commitment_id: str, key: Key, sent: Sent[M, R]) -> Response:
        """Do what a form of one commitment says, and show it again."""
        try:
            return await take(request, self.desk, key, sent, f"/work/commitments/{commitment_id}")
        except Refused as refused:
            return await self.one(request, actor, commitment_id, refused)


def build_commitment_pages(desk: Desk) -> APIRouter:
    """The router; included before the pages of single cases."""
    router = APIRouter(prefix="/work/commitments", include_in_schema=False)
    pages, commitments = CommitmentPages(desk), desk.commitments

    @router.get("")
    async def list_commitments(
        request: Request,
        actor: Reading,
        state: CommitmentStates = "open",
        only: Only | None = None,
        cursor: Cursor = None,
    ) -> Response:
        return await pages.all(request, actor, state, only, cursor)

    @router.get("/{commitment_id}")
    async def one(request: Request, commitment_id: CommitmentId, actor: Reading) -> Response:
        return await pages.one(request, actor, commitment_id)

    @router.post("/{commitment_id}/progress")
    async def report(request: Request, commitment_id: CommitmentId, actor: Acting, key: FormKey) -> Response:
        def job(form: ProgressInput) -> Job[Made]:
            return lambda tx: commitments.report(tx, actor, commitment_id, form)

        sent = Sent("progress", ProgressInput, job, N_("The progress is recorded."))
        return await pages.act(request, actor, commitment_id, key, sent)

    @router.post("/{commitment_id}/keep")
    async def keep(request: Request, commitment_id: CommitmentId, actor: Acting, key: FormKey) -> Response:
        def job(form: KeepingInput) -> Job[State]:
            return lambda tx: commitments.keep(tx, actor, commitment_id, form)

        sent = Sent("keeping", KeepingInput, job, N_("The commitment is recorded as kept."))
        return await pages.act(request, actor, commitment_id, key, sent)

    @router.post("/{commitment_id}/drop")
    async def drop(request: Request, commitment_id: CommitmentId, actor: Acting, key: FormKey) -> Response:
        def job(form: DroppingInput) -> Job[State]:
            return lambda tx: commitments.drop(tx, actor, commitment_id, form)

        sent = Sent("dropping", DroppingInput, job, N_("The commitment is recorded as dropped."))
        return await pages.act(request, actor, commitment_id, key, sent)

    return router
