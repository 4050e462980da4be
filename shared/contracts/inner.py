"""Events that stay in the body: facts and codes for its own services, never words or contacts.

``version_of_issue`` counts the changes that the *publishing* service made to one issue, from 1 on: a reader
ignores a late older one and lets an early one wait.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.contracts.event import Code, Event, Plane
from shared.contracts.terms import DeadlineTerm
from shared.contracts.words import (
    HANDED_BY,
    PLANNED,
    BriefHandingState,
    Channel,
    ChosenBy,
    DeadlineKind,
    DeclineReason,
    HandoverState,
    Outcome,
    PauseReason,
    Quality,
    Rating,
    ReplyBy,
    ResidentWord,
    StationKind,
    SupervisionState,
)


class InnerEvent(Event):
    """An event of the ``inner`` plane."""

    plane: ClassVar[Plane] = "inner"


class IssueEvent(InnerEvent):
    """An event in the life of one issue."""

    noun: ClassVar[str] = "issue"
    reference: str
    version_of_issue: int = Field(ge=1)


# -- intake ------------------------------------------------------------------------------------------


class IssueSubmitted(IssueEvent):
    """A resident raised an issue; the words stay in the vault."""

    verb: ClassVar[str] = "submitted"
    station: Code | None
    community: Code
    category: Code | None
    channel: Channel
    language: str
    anonymous: bool
    reply_by: ReplyBy = Field(description="How the resident can be told, not where")
    joined_to: str | None = Field(
        default=None,
        description="The issue that its resident joined at once: this one is routed to nobody unless it is split",
    )
    handed_by: Code | None = Field(default=None, description=HANDED_BY)


class IssueWithdrawn(IssueEvent):
    """The resident took the issue back."""

    verb: ClassVar[str] = "withdrawn"


class IssueReopened(IssueEvent):
    """The resident said that it is not solved; the reason stays in the vault."""

    verb: ClassVar[str] = "reopened"


class IssueJoined(IssueEvent):
    """The issue is worked on under another one from now on: the same matter, raised by one more resident."""

    verb: ClassVar[str] = "joined"
    joined_to: str = Field(description="The reference of the issue that carries the work; never itself a joined one")
    is_news: bool = Field(
        default=True,
        description="False where its resident chose it, or where only the issue that carries the work changed",
    )


class IssueSplit(IssueEvent):
    """The issue is a matter of its own again: back where it was, or with routing where it never was."""

    verb: ClassVar[str] = "split"
    joined_to: str = Field(description="The reference of the issue that it was joined to")


class FeedbackGiven(IssueEvent):
    """The resident rated the outcome."""

    noun: ClassVar[str] = "feedback"
    verb: ClassVar[str] = "given"
    rating: Rating
    word: ResidentWord | None = Field(
        default=None, description="What the rating says of the closing; nothing where it came after the window"
    )
    joined_to: str | None = Field(default=None, description="The issue whose outcome it rates, where it is joined")


class WordGiven(IssueEvent):
    """What the resident says of a closing, where no rating and no reopening says it: also that nothing was said."""

    noun: ClassVar[str] = "word"
    verb: ClassVar[str] = "given"
    word: ResidentWord
    joined_to: str | None = Field(default=None, description="The issue whose closing it is about, where it is joined")


class ProgressShared(InnerEvent):
    """What happened to the issue that this one is joined to: its resident is told of it too."""

    noun: ClassVar[str] = "progress"
    verb: ClassVar[str] = "shared"
    reference: str
    joined_to: str
    step: Literal["accepted", "closed"]
    outcome: Outcome | None = None
    planned: bool = Field(default=False, description=PLANNED)


class RecordErased(InnerEvent):
    """Words, contact and attachments of one issue were erased; its facts and figures stay."""

    noun: ClassVar[str] = "record"
    verb: ClassVar[str] = "erased"
    reference: str


# -- routing -----------------------------------------------------------------------------------------


class StationPublished(InnerEvent):
    """One station as the roster now has it, with the communities it serves and its members' codes."""

    noun: ClassVar[str] = "station"
    verb: ClassVar[str] = "published"
    revision: int
    code: Code
    kind: StationKind
    township: Code
    communities: tuple[Code, ...]
    members: tuple[Code, ...]


class DepartmentPublished(InnerEvent):
    """One department as the roster now has it; how it is reached is asked of routing."""

    noun: ClassVar[str] = "department"
    verb: ClassVar[str] = "published"
    revision: int
    code: Code
    categories: tuple[Code, ...]
    days_to_reply: int | None = Field(
        default=None, ge=1, description="Working days it has to reply; None: what the body allows everybody"
    )


class RosterPublished(InnerEvent):
    """The roster reached a revision; stations and departments that are not named here are no longer in it.

    Follows the ``station.published`` and ``department.published`` events of the same revision.
    """

    noun: ClassVar[str] = "roster"
    verb: ClassVar[str] = "published"
    revision: int
    stations: tuple[Code, ...]
    departments: tuple[Code, ...]
    categories: tuple[Code, ...]


class CalendarPublished(InnerEvent):
    """When the body works, and how long its deadlines are; a higher revision takes the place of a lower one."""

    noun: ClassVar[str] = "calendar"
    verb: ClassVar[str] = "published"
    revision: int
    hours: tuple[str, ...] = Field(description="The shifts of a working day in local time, such as 10:00-14:00")
    days_on: tuple[date, ...] = Field(description="Days on which this body works although the country does not")
    days_off: tuple[date, ...] = Field(description="Days on which this body does not work although the country does")
    terms: tuple[DeadlineTerm, ...]


class IssueAssigned(IssueEvent):
    """A member was given the order. What the member must know to decide comes along; the words do not."""

    verb: ClassVar[str] = "assigned"
    member: Code
    station: Code
    attempt: int = Field(ge=1, description="1 for the first member asked, 2 for the next, and so on")
    answer_by: AwareDatetime = Field(description="When the order passes on unless it is accepted or declined")
    community: Code
    category: Code | None
    channel: Channel
    language: str
    submitted_at: AwareDatetime
    chosen_by: ChosenBy | None = Field(
        default=None, description="Who gave the member the order; a colleague has it at once, and so has a stand-in"
    )
    handed_by: Code | None = Field(default=None, description=HANDED_BY)


class IssueAccepted(IssueEvent):
    """The member took the order (接单)."""

    verb: ClassVar[str] = "accepted"
    member: Code


class IssueDeclined(IssueEvent):
    """The member gave the order back; their own words stay with routing."""

    verb: ClassVar[str] = "declined"
    member: Code
    reason_code: DeclineReason | None = None


class IssueReturned(IssueEvent):
    """The member says that another body must have it: it lies with the dispatcher; the words stay with routing."""

    verb: ClassVar[str] = "returned"
    member: Code
    proposed_owner: Code = Field(description="The code of a body, or of a department of this one")


class AssignmentTimedOut(IssueEvent):
    """The member did not answer in time."""

    noun: ClassVar[str] = "assignment"
    verb: ClassVar[str] = "timed-out"
    member: Code


class IssueUnroutable(IssueEvent):
    """Nobody fits, or nobody is left to ask: it lies with the dispatcher."""

    verb: ClassVar[str] = "unroutable"


class HandoverTaken(InnerEvent):
    """This body took an issue of another body: its reference is none of intake's, and its resident is there."""

    noun: ClassVar[str] = "handover"
    verb: ClassVar[str] = "taken"
    reference: str
    handed_by: Code


class HandoverMoved(InnerEvent):
    """A handover of this body's issue took a step. Not a step of the issue."""

    noun: ClassVar[str] = "handover"
    verb: ClassVar[str] = "moved"
    handover_id: str
    reference: str
    step: int = Field(ge=1, description="Counts the steps of this body's handovers of the issue")
    state: HandoverState
    other: Code = Field(description="The body that it is offered to")
    holder: Code | None = Field(
        default=None, description="The body that has it now, when the other one handed it on or has it again"
    )


class HandoverLate(InnerEvent):
    """An offer was not taken in time, or an answer is overdue: each of the two bodies says it to its own office."""

    noun: ClassVar[str] = "handover"
    verb: ClassVar[str] = "late"
    handover_id: str
    reference: str
    other: Code = Field(description="The other one of the two bodies")
    is_ours: bool = Field(description="Whether this body offered it")
    missed: Literal["offer", "answer"]
    due_at: AwareDatetime


class SupervisionMoved(InnerEvent):
    """A parent's supervision of a late case took a step; each of the two bodies says it at home."""

    noun: ClassVar[str] = "supervision"
    verb: ClassVar[str] = "moved"
    supervision_id: str
    reference: str
    state: SupervisionState
    other: Code = Field(description="The other one of the two bodies")
    is_ours: bool = Field(description="Whether this body supervises")
    member: Code | None = Field(description="Who has the case here; none at the body that supervises")
    answer_by: AwareDatetime


class SupervisionLate(InnerEvent):
    """The answer to a supervision is overdue: each of the two bodies says it to its own office."""

    noun: ClassVar[str] = "supervision"
    verb: ClassVar[str] = "late"
    supervision_id: str
    reference: str
    other: Code = Field(description="The other one of the two bodies")
    is_ours: bool = Field(description="Whether this body supervises")
    member: Code | None = Field(description="Who has the case here; none at the body that supervises")
    answer_by: AwareDatetime


# -- consultation ------------------------------------------------------------------------------------


class VisitMade(IssueEvent):
    """The member looked on site (现场察看)."""

    noun: ClassVar[str] = "visit"
    verb: ClassVar[str] = "made"


class ReferralMade(IssueEvent):
    """The issue was referred to a department (转办)."""

    noun: ClassVar[str] = "referral"
    verb: ClassVar[str] = "made"
    department: Code
    referral_id: str | None = Field(default=None, description="Under which consultation gives out what to write")
    due_on: date | None = None


class ReferralReplied(IssueEvent):
    """The department answered (答复)."""

    noun: ClassVar[str] = "referral"
    verb: ClassVar[str] = "replied"
    department: Code
    referral_id: str | None = None


class ReferralPressed(InnerEvent):
    """A department is asked again (催办), or the body presses for its reply (督办). Not a step of the issue."""

    noun: ClassVar[str] = "referral"
    verb: ClassVar[str] = "pressed"
    reference: str
    department: Code
    referral_id: str
    supervised: bool = Field(description="Whether the body presses; else it is a reminder")
    due_on: date | None = None


class MemberInvited(InnerEvent):
    """A further member works on the issue from now on, and may read what its resident wrote. Not a step of it."""

    noun: ClassVar[str] = "member"
    verb: ClassVar[str] = "invited"
    reference: str
    member: Code


class ConsultationPlanned(InnerEvent):
    """When and where a consultation is to be is new, is changed or no longer holds; topic and place wait there.

    Whoever is named is to be told: with an invitation, or, where no longer among those who take part, without one.
    """

    noun: ClassVar[str] = "consultation"
    verb: ClassVar[str] = "planned"
    consultation_id: str
    sequence: int = Field(ge=0, description="Counts the changes of the plan, as an iCalendar SEQUENCE does")
    members: tuple[Code, ...]
    departments: tuple[Code, ...] = ()


class ConsultationHeld(IssueEvent):
    """A consultation (协商) that this issue was brought to took place. One event for each issue."""

    noun: ClassVar[str] = "consultation"
    verb: ClassVar[str] = "held"
    consultation_id: str


class CommitmentMade(IssueEvent):
    """Somebody undertook to do something for this issue by a date."""

    noun: ClassVar[str] = "commitment"
    verb: ClassVar[str] = "made"
    commitment_id: str


class CommitmentSettled(IssueEvent):
    """A commitment was kept, or dropped with a reason."""

    noun: ClassVar[str] = "commitment"
    verb: ClassVar[str] = "settled"
    commitment_id: str
    kept: bool


class IssueClosed(IssueEvent):
    """The case was closed with an outcome; the answer to the resident waits with consultation."""

    verb: ClassVar[str] = "closed"
    outcome: Outcome
    member: Code
    planned: bool = Field(default=False, description=PLANNED)
    quality: Quality | None = Field(default=None, description="How well it ended, where this body settled it")


class DeadlineEvent(InnerEvent):
    """Something about a deadline. It does not count among the versions of its issue."""

    noun: ClassVar[str] = "deadline"
    deadline_id: str
    kind: DeadlineKind
    due_at: AwareDatetime = Field(description="In working time of the body; of a paused one, before it was paused")
    reference: str | None = Field(description="The issue; none for a commitment that concerns several or no issue")
    member: Code | None = Field(description="Who is to see to it")
    department: Code | None = Field(default=None, description="Whose reply is awaited")
    commitment_id: str | None = None


class DeadlineWarned(DeadlineEvent):
    """It is not far off."""

    verb: ClassVar[str] = "warned"


class DeadlineMissed(DeadlineEvent):
    """It passed, and what was due was not done."""

    verb: ClassVar[str] = "missed"


class DeadlineEscalated(DeadlineEvent):
    """It was missed some time ago, and still nothing: the office is told."""

    verb: ClassVar[str] = "escalated"


class DeadlinePaused(DeadlineEvent):
    """Its time stands still, for a reason."""

    verb: ClassVar[str] = "paused"
    why: PauseReason


class DeadlineResumed(DeadlineEvent):
    """Its time goes on; ``due_at`` is the new end."""

    verb: ClassVar[str] = "resumed"


class BriefHandingEvent(InnerEvent):
    """Something about a brief that was handed up; each of the two bodies says it at home."""

    noun: ClassVar[str] = "brief"
    handing_id: str
    reference: str = Field(description="The year of the brief and its number in it, of the body whose brief it is")
    other: Code = Field(description="The other one of the two bodies")
    is_ours: bool = Field(description="Whether this body handed it up")
    brief_id: str | None = Field(description="The brief, where it is this body's own")
    member: Code | None = Field(description="Who wrote it, where a member of this body did")
    answer_by: AwareDatetime


class BriefMoved(BriefHandingEvent):
    """It was handed up, taken back, or the parent has said what it makes of it."""

    verb: ClassVar[str] = "moved"
    state: BriefHandingState


class BriefLate(BriefHandingEvent):
    """The parent has not said in time what it makes of it."""

    verb: ClassVar[str] = "late"
