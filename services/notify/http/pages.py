"""``/notices``: the delivery log to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.notify.domain import Kind, State
from services.notify.http.api import WATCHERS
from services.notify.postbox import MAIL_SERVER_AWAY
from services.notify.queries import DeliveryLog
from shared.i18n import N_
from shared.web.auth import allow
from shared.web.pages import render

KIND_NAMES: Mapping[Kind, str] = {
    Kind.CONFIRMATION: N_("Confirmation to the resident"),
    Kind.ORDER: N_("Order to the member"),
    Kind.ASKED_IN: N_("Asked in, to the member"),
    Kind.TAKEN: N_("Taken up, to the resident"),
    Kind.ANSWER: N_("Answer to the resident"),
    Kind.JOINED: N_("Worked on together with another issue, to the resident"),
    Kind.SPLIT: N_("Worked on by itself again, to the resident"),
    Kind.REFERRAL: N_("Referral to the department"),
    Kind.REMINDER: N_("Reminder to the department"),
    Kind.INVITATION: N_("Invitation to the member"),
    Kind.DEPARTMENT_INVITATION: N_("Invitation to the department"),
    Kind.DEADLINE_NEAR: N_("Due soon, to the member"),
    Kind.DEADLINE_MISSED: N_("Late, to the member"),
    Kind.DEADLINE_TOLD: N_("Told to the office, to the member"),
    Kind.DEADLINE_OFFICE: N_("Late, to the office"),
    Kind.HANDOVER_LATE: N_("Late handover, to the office"),
    Kind.SUPERVISED: N_("Pressed for from above, to the member"),
    Kind.SUPERVISED_LATE: N_("Answer to the body above overdue, to the member"),
    Kind.SUPERVISION: N_("Pressed for from above, to the office"),
    Kind.SUPERVISION_ANSWERED: N_("A body below has answered, to the office"),
    Kind.SUPERVISION_LATE: N_("Answer between two bodies overdue, to the office"),
    Kind.BRIEF_SETTLED: N_("What the body above makes of a brief, to the member"),
    Kind.BRIEF_RECEIVED: N_("A brief from a body below, to the office"),
    Kind.BRIEF_BACK: N_("What the body above makes of a brief, to the office"),
    Kind.BRIEF_LATE: N_("Decision on a brief overdue, to the office"),
    Kind.BRIEFING: N_("Weekly briefing, to the office"),
}
STATE_NAMES: Mapping[State, str] = {
    State.QUEUED: N_("Waiting"),
    State.FAILED: N_("Will be tried again"),
    State.SENT: N_("Sent"),
    State.DEAD: N_("Given up"),
    State.NO_ADDRESS: N_("No address"),
    State.SUPERSEDED: N_("Not sent: no longer needed"),
    State.SKIPPED_PAPER: N_("Not sent: paper record"),
}
STATE_BADGES: Mapping[State, str] = {
    State.QUEUED: "info",
    State.FAILED: "wait",
    State.SENT: "good",
    State.DEAD: "bad",
    State.NO_ADDRESS: "wait",
    State.SUPERSEDED: "info",
    State.SKIPPED_PAPER: "info",
}
REASONS: Mapping[str, str] = {
    "neighbour-away": N_("A part of this instance did not answer."),
    "letter-not-written": N_("The letter could not be written; the log of this service says why."),
    MAIL_SERVER_AWAY: N_("The mail server did not answer."),
    "mail-server-refuses-us": N_("The mail server does not accept our sign-in."),
    "address-not-accepted": N_("The mail server cannot write to such an address."),
}


def notice_pages(delivery_log: DeliveryLog) -> APIRouter:
    """For officers and dispatchers."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(allow(*WATCHERS))])

    @router.get("/notices")
    async def notices(
        request: Request,
        state: Annotated[State | None, Query()] = None,
        cursor: Annotated[str | None, Query(max_length=300)] = None,
    ) -> HTMLResponse:
        """Newest first; an empty state is all of them."""
        return render(
            request,
            "notify/notices.html",
            page=await delivery_log.page(cursor, state),
            state=state,
            kind_names=KIND_NAMES,
            state_names=STATE_NAMES,
            state_badges=STATE_BADGES,
            reasons=REASONS,
        )

    return router
