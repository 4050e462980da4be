"""What the API of handovers takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.routing.domain.handover import HandoverState
from services.routing.handover.lists import Shown
from services.routing.handover.records import HandoverRecord, Missed
from services.routing.http.bodies import Input
from shared.contracts.handover import LONGEST_TEXT, Way
from shared.contracts.words import Outcome
from shared.web.fields import Code, Text

Words = Annotated[str, Text(LONGEST_TEXT)]


class OfferIn(Input):
    """An issue for another body. ``text`` is what leaves this one: no telephone number, no name of a resident.

    ``to``: the parent unless another is named; ``answer_days``: working days for the answer, if not the usual ones.
    """

    reference: Code
    text: Words
    to: Code | None = None
    answer_days: Annotated[int, Field(ge=1, le=250)] | None = None


class ReturnIn(Input):
    """Why it is not for this body, which the other one reads, and whose it is instead."""

    reason: Words
    proposed_owner: Code | None = None


class AnswerIn(Input):
    """What came of it, for the other body."""

    text: Words
    outcome: Outcome = "answered"


class MovedOut(BaseModel):
    """The state after a move."""

    handover_id: str
    state: HandoverState


class StayOut(BaseModel):
    """How long one of the two bodies had the next step."""

    body: str
    state: HandoverState
    since: datetime
    until: datetime | None
    working_days: int


class HandoverLine(BaseModel):
    """A handover in a list. ``is_ours``: this body offered it to ``other``; ``missed``: which of its dates passed."""

    handover_id: str
    is_ours: bool
    way: Way
    other: str
    reference: str
    state: HandoverState
    offered_at: datetime
    take_by: datetime
    answer_by: datetime
    owner: str | None
    missed: Missed | None

    @classmethod
    def of(cls, record: HandoverRecord) -> HandoverLine:
        """``record`` as the API lists it."""
        return cls.model_validate({name: getattr(record, name) for name in cls.model_fields})


class HandoverOut(HandoverLine):
    """One handover with its texts, and who had it how long. ``holder``: the body whose next step it is."""

    text: str
    category: str | None
    community: str
    reason: str | None
    proposed_owner: str | None
    answer: str | None
    outcome: Outcome | None
    holder: str | None
    stays: Sequence[StayOut]

    @classmethod
    def shown(cls, shown: Shown) -> HandoverOut:
        """A handover with its course."""
        own = {name: getattr(shown.record, name) for name in cls.model_fields if hasattr(shown.record, name)}
        stays = [{name: getattr(stay, name) for name in StayOut.model_fields} for stay in shown.stays]
        return cls.model_validate({**own, "holder": shown.holder, "stays": stays})
