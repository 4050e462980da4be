"""The life of an opinion brief (社情民意信息)."""

from __future__ import annotations

from enum import StrEnum

from shared.states import Table


class BriefState(StrEnum):
    """A brief is written, reviewed, numbered and handed in; what the parent makes of it comes last."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    RETURNED = "returned"
    NUMBERED = "numbered"
    HANDED_IN = "handed-in"
    """On paper, or by whatever way leads to the parent: what it makes of it is entered by hand."""
    HANDED_UP = "handed-up"
    """Over the link: what the parent makes of it comes back by itself."""
    ADOPTED = "adopted"
    ANSWERED = "answered"
    NOT_ADOPTED = "not-adopted"


class BriefMove(StrEnum):
    """What may be done with a brief."""

    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    NUMBER = "number"
    """The officer passes it; from here on its text stands and its number is never another's."""
    HAND_IN = "hand-in"
    HAND_UP = "hand-up"
    TAKE_BACK = "take-back"
    ADOPT = "adopt"
    ANSWER = "answer"
    NOT_ADOPT = "not-adopt"


BRIEF = Table(
    name="brief",
    title="The life of an opinion brief",
    states=BriefState,
    moves=BriefMove,
    begins=(BriefState.DRAFT,),
    transitions={
        (BriefState.DRAFT, BriefMove.EDIT): BriefState.DRAFT,
        (BriefState.DRAFT, BriefMove.SUBMIT): BriefState.IN_REVIEW,
        (BriefState.IN_REVIEW, BriefMove.RETURN): BriefState.RETURNED,
        (BriefState.IN_REVIEW, BriefMove.NUMBER): BriefState.NUMBERED,
        (BriefState.RETURNED, BriefMove.EDIT): BriefState.RETURNED,
        (BriefState.RETURNED, BriefMove.SUBMIT): BriefState.IN_REVIEW,
        (BriefState.NUMBERED, BriefMove.HAND_IN): BriefState.HANDED_IN,
        (BriefState.HANDED_IN, BriefMove.ADOPT): BriefState.ADOPTED,
        (BriefState.HANDED_IN, BriefMove.ANSWER): BriefState.ANSWERED,
        (BriefState.HANDED_IN, BriefMove.NOT_ADOPT): BriefState.NOT_ADOPTED,
        (BriefState.NUMBERED, BriefMove.HAND_UP): BriefState.HANDED_UP,
        (BriefState.HANDED_UP, BriefMove.TAKE_BACK): BriefState.NUMBERED,
        (BriefState.HANDED_UP, BriefMove.ADOPT): BriefState.ADOPTED,
        (BriefState.HANDED_UP, BriefMove.ANSWER): BriefState.ANSWERED,
        (BriefState.HANDED_UP, BriefMove.NOT_ADOPT): BriefState.NOT_ADOPTED,
    },
)
