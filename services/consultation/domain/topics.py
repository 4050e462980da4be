"""The life of a topic (课题) of the research programme."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from shared.states import Table


class TopicState(StrEnum):
    """How far the work on it has come."""

    PLANNED = "planned"
    UNDER_WAY = "under-way"
    UNDER_REVIEW = "under-review"
    CONCLUDED = "concluded"
    PUT_TO_USE = "put-to-use"
    DROPPED = "dropped"


class TopicMove(StrEnum):
    """What is done with it. ASSIGN: who works on it; WORK: all that is surveyed, found and collated for it."""

    ASSIGN = "assign"
    BEGIN = "begin"
    WORK = "work"
    PUBLISH = "publish"
    SUBMIT = "submit"
    SEND_BACK = "send-back"
    CONCLUDE = "conclude"
    USE = "use"
    TAKE_BACK_USE = "take-back-use"
    DROP = "drop"


_PLANNED, _UNDER_WAY, _UNDER_REVIEW = TopicState.PLANNED, TopicState.UNDER_WAY, TopicState.UNDER_REVIEW
_CONCLUDED, _PUT_TO_USE = TopicState.CONCLUDED, TopicState.PUT_TO_USE

TOPIC = Table(
    name="topic",
    title="The life of a research topic",
    states=TopicState,
    moves=TopicMove,
    begins=(_PLANNED,),
    transitions={
        (_PLANNED, TopicMove.ASSIGN): _PLANNED,
        (_UNDER_WAY, TopicMove.ASSIGN): _UNDER_WAY,
        (_PLANNED, TopicMove.BEGIN): _UNDER_WAY,
        (_UNDER_WAY, TopicMove.WORK): _UNDER_WAY,
        # A paper comes out while the work goes on, and a book years after it ended.
        (_UNDER_WAY, TopicMove.PUBLISH): _UNDER_WAY,
        (_UNDER_REVIEW, TopicMove.PUBLISH): _UNDER_REVIEW,
        (_CONCLUDED, TopicMove.PUBLISH): _CONCLUDED,
        (_PUT_TO_USE, TopicMove.PUBLISH): _PUT_TO_USE,
        (_UNDER_WAY, TopicMove.SUBMIT): _UNDER_REVIEW,
        (_UNDER_REVIEW, TopicMove.SEND_BACK): _UNDER_WAY,
        (_UNDER_REVIEW, TopicMove.CONCLUDE): _CONCLUDED,
        (_CONCLUDED, TopicMove.USE): _PUT_TO_USE,
        (_PUT_TO_USE, TopicMove.USE): _PUT_TO_USE,
        # The only use was entered wrongly.
        (_PUT_TO_USE, TopicMove.TAKE_BACK_USE): _CONCLUDED,
        (_PLANNED, TopicMove.DROP): TopicState.DROPPED,
        (_UNDER_WAY, TopicMove.DROP): TopicState.DROPPED,
    },
)
"""Every move there is. A correction of what stands recorded is none of them: it is made in any state."""

CHOSEN = (TopicMove.BEGIN, TopicMove.SUBMIT, TopicMove.SEND_BACK, TopicMove.CONCLUDE, TopicMove.DROP)
"""Moves that an officer makes as such; the others come with what is recorded, or corrected."""

WITH_A_REASON = (TopicMove.SEND_BACK, TopicMove.DROP)
"""Moves that say why."""

ENTERS: Mapping[str, TopicMove] = {
    "field-survey": TopicMove.WORK,
    "find": TopicMove.WORK,
    "document": TopicMove.WORK,
    "result": TopicMove.PUBLISH,
    "use": TopicMove.USE,
}
"""Which move recording something is, by the register it is entered in."""
