"""What the API of orders takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from services.routing.domain.order import OrderState
from services.routing.http.bodies import Input
from services.routing.orders import OrderRecord
from services.routing.usecases.dispatching import Done
from services.routing.usecases.stepping_in import HandedOver
from shared.contracts.words import Channel, DeclineReason
from shared.i18n import Translator
from shared.web.fields import AwareUTC, Code, Text

Reason = Annotated[str, Text(1000)]
MOST_AT_ONCE = 100

Action = Literal["assign", "offer-again", "hand-on"]
"""Give to a member; let the rule decide anew; ask the next without waiting longer."""


class AcceptIn(Input):
    """``member`` and ``recorded_at`` are an officer's: whose paper record says that it was taken, and when."""

    member: Code | None = None
    recorded_at: AwareUTC | None = None


class DeclineIn(Input):
    """Why the order is given back. The words, needed where the code is ``other``, stay with routing."""

    code: DeclineReason = "other"
    reason: Reason | None = None
    member: Code | None = None


class WrongBodyIn(Input):
    """Why it is not for this body, which stays with routing, and whose it is: a body's code or a department's."""

    reason: Reason
    proposed_owner: Code
    member: Code | None = None


class AssignIn(Input):
    """Whom the dispatcher chose."""

    member: Code


class HandOverIn(Input):
    """Who gets the orders where it is not to be the stand-in."""

    to: Code | None = None


class BatchIn(Input):
    """One action on several orders; ``member`` is whom ``assign`` gives them to."""

    action: Action
    references: Annotated[tuple[Code, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]
    member: Code | None = None


class OrderOut(BaseModel):
    """An order. ``why`` holds the facts by which its member was chosen; ``take_by``: when somebody should have taken
    it; ``answer_by``: when the member asked now must answer."""

    reference: str
    state: OrderState
    station: str
    community: str
    township: str | None
    category: str | None
    channel: Channel | Literal["handover"]
    language: str
    submitted_at: datetime
    take_by: datetime | None
    answer_by: datetime | None
    member: str | None
    attempt: int
    on_paper: bool
    proposed_owner: str | None
    handed_by: str | None
    why: dict[str, Any] | None

    @classmethod
    def of(cls, order: OrderRecord) -> OrderOut:
        """``order`` as the API shows it."""
        return cls.model_validate({name: getattr(order, name) for name in cls.model_fields})


class ResultOut(BaseModel):
    """How it ended for one order: ``order`` as it is now, or ``code`` and ``detail`` of what refused it."""

    reference: str
    status: int
    order: OrderOut | None = None
    code: str | None = None
    detail: str | None = None

    @classmethod
    def of(cls, done: Done, translator: Translator) -> ResultOut:
        """``done`` in the reader's language."""
        if done.refusal is not None:
            detail = translator.sentence(done.refusal.title, **done.refusal.params)
            return cls(reference=done.reference, status=done.refusal.status, code=done.refusal.code, detail=detail)
        assert done.order is not None
        return cls(reference=done.reference, status=200, order=OrderOut.of(done.order))


class BatchOut(BaseModel):
    """How it ended for each order, in the order in which they were named."""

    results: Sequence[ResultOut]


class HandedOverOut(BaseModel):
    """Whose orders went to whom."""

    away: str
    to: str
    orders: Sequence[OrderOut]

    @classmethod
    def of(cls, done: HandedOver) -> HandedOverOut:
        """``done`` as the API shows it."""
        return cls(away=done.away, to=done.to, orders=[OrderOut.of(order) for order in done.orders])
