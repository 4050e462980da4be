"""Events between a parent and one child: an issue is handed up (上报) or down (交办), and its answer comes back; a
parent presses for a child's late case (督办), and is answered; a child hands up an opinion brief
(社情民意信息), and hears what becomes of it.

``text``, of a brief with its ``title``, is the one text that crosses tiers: a member or the office wrote it for the
other body, and it was looked over before it left. All other fields are references, codes and times, as on every plane.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.contracts.event import Code, Event, Plane
from shared.contracts.words import BriefOutcome, DeadlineKind, Outcome

LONGEST_TEXT = 4000
"""Characters; with the rest of the event far below what a message server takes."""

LONGEST_BRIEF = 20_000
"""Characters."""

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


class SupervisionEvent(Event):
    """A step in one supervision: the parent opens it and ends it, its child answers."""

    plane: ClassVar[Plane] = "handover"
    noun: ClassVar[str] = "supervision"
    supervision_id: str
    reference: str = Field(description="The case that is late, by the reference of its issue")
    to: Code = Field(description="The body that this event is for")


class SupervisionOpened(SupervisionEvent):
    """The parent asks why a case of its child is late, and what is done about it."""

    verb: ClassVar[str] = "opened"
    text: str = Field(max_length=LONGEST_TEXT, description="What the parent wants to know or to be done")
    kind: DeadlineKind = Field(description="What was not done in time")
    late_since: AwareDatetime = Field(description="When that was due")
    answer_by: AwareDatetime = Field(description="When the parent wants its answer, in its own working days")


class SupervisionAskedAgain(SupervisionEvent):
    """The answer does not do: the parent asks again, with a new date."""

    verb: ClassVar[str] = "asked-again"
    text: str = Field(max_length=LONGEST_TEXT, description="What is still wanted")
    answer_by: AwareDatetime


class SupervisionAnswered(SupervisionEvent):
    """The child's office says how it stands."""

    verb: ClassVar[str] = "answered"
    text: str = Field(max_length=LONGEST_TEXT, description="The answer, for the parent")


class SupervisionClosed(SupervisionEvent):
    """The parent has what it wanted."""

    verb: ClassVar[str] = "closed"


class SupervisionWithdrawn(SupervisionEvent):
    """The parent no longer waits for an answer."""

    verb: ClassVar[str] = "withdrawn"


class BriefEvent(Event):
    """A step of a brief that one body handed up to its parent."""

    plane: ClassVar[Plane] = "handover"
    noun: ClassVar[str] = "brief"
    handing_id: str
    to: Code = Field(description="The body that this event is for")


class BriefHandedUp(BriefEvent):
    """A child hands a brief up, its own or one that was handed up to it."""

    verb: ClassVar[str] = "handed-up"
    origin: Code = Field(description="The body whose brief it is")
    year: int
    number: int = Field(ge=1, description="Counts the briefs of that body in the year")
    title: str = Field(max_length=200)
    text: str = Field(max_length=LONGEST_BRIEF)
    answer_by: AwareDatetime = Field(description="By when the parent says what it makes of it")


class BriefSettled(BriefEvent):
    """What the parent makes of it. One that was adopted may be answered later, which is a second one of these."""

    verb: ClassVar[str] = "settled"
    outcome: BriefOutcome
    text: str | None = Field(max_length=LONGEST_TEXT, description="The reason, or the answer")


class BriefTakenBack(BriefEvent):
    """The child takes it back before it knows what the parent makes of it."""

    verb: ClassVar[str] = "taken-back"
