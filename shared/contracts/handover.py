"""Events between a parent and one child: an issue is handed up (上报) or down (交办), and its answer comes back.

``text`` is the one text that crosses tiers: a member or the office wrote it for the other body, and routing looked it
over before it left. All other fields are references, codes and times, as on every plane.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.contracts.event import Code, Event, Plane
from shared.contracts.words import Outcome

LONGEST_TEXT = 4000
"""Characters; with the rest of the event far below what a message server takes."""

Way = Literal["up", "down"]


class HandoverEvent(Event):
    """A step in one handover. What the receiver of an event may do with it depends on who of the two says it."""

    plane: ClassVar[Plane] = "handover"
    noun: ClassVar[str] = "issue"
    handover_id: str
    reference: str = Field(description="The issue's one reference, which its resident has")
    to: Code = Field(description="The body that this event is for")


class IssueOffered(HandoverEvent):
    """A body asks another one to take an issue."""

    verb: ClassVar[str] = "offered"
    way: Way
    text: str = Field(max_length=LONGEST_TEXT, description="What it is about, in a member's words")
    community: Code = Field(description="Where it is, by the code of the body that offers it")
    category: Code | None
    language: str = Field(description="In which the resident reads the answer")
    submitted_at: AwareDatetime
    take_by: AwareDatetime = Field(description="When the offer expires unless it is taken or returned")
    answer_by: AwareDatetime = Field(description="When the answer is due, if it is taken")


class IssueAccepted(HandoverEvent):
    """The other body took it, and works on it."""

    verb: ClassVar[str] = "accepted"


class IssueReturned(HandoverEvent):
    """The other body does not take it, and says why."""

    verb: ClassVar[str] = "returned"
    text: str = Field(max_length=LONGEST_TEXT, description="Why not")
    proposed_owner: Code | None = Field(description="Whose it is instead: the code of a body or of a department")


class IssueWithdrawn(HandoverEvent):
    """The body that offered it takes it back."""

    verb: ClassVar[str] = "withdrawn"


class OfferExpired(HandoverEvent):
    """Nobody took the offer or returned it in time."""

    verb: ClassVar[str] = "expired"


class IssueHandedOn(HandoverEvent):
    """The body that took it says who has it now: another one that it handed it on to, or itself again.

    Passed on downward or upward by each body that it came through, so that the resident's own body knows.
    """

    verb: ClassVar[str] = "handed-on"
    holder: Code = Field(description="The body that works on it now, wherever in the tree that stands")
    step: int = Field(ge=1, description="Grows with each such word about one handover")


class IssueAnswered(HandoverEvent):
    """The body that took it has an answer."""

    verb: ClassVar[str] = "answered"
    text: str = Field(max_length=LONGEST_TEXT, description="The answer, for the body that asked")
    outcome: Outcome


class HandoverClosed(HandoverEvent):
    """The body that asked has passed the answer on to its resident and closed the case."""

    verb: ClassVar[str] = "closed"
