"""Events that rise to the parent body and on upward: facts and counts, and not one field more.

Every class is an allow-list. No member codes, no words, no language, no contact: what a parent needs is
the fact, its place, its time and its figures.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from shared.contracts.event import Code, Event, Plane
from shared.contracts.words import (
    PLANNED,
    ActivityKind,
    BriefOutcome,
    Channel,
    DeadlineKind,
    FiveOne,
    Gathering,
    Outcome,
    Place,
    Quality,
    Rating,
    Setting,
    StudyForm,
)


class ReportEvent(Event):
    """An event of the ``report`` plane."""

    plane: ClassVar[Plane] = "report"


class IssueReported(ReportEvent):
    """A step in one issue's life. ``step`` grows with every step its publisher reports, so order never matters."""

    noun: ClassVar[str] = "issue"
    reference: str
    step: int = Field(
        ge=1, description="Counts this publisher's steps of the issue; a lower one never undoes a higher one"
    )


class IssueSubmitted(IssueReported):
    verb: ClassVar[str] = "submitted"
    station: Code | None
    community: Code
    category: Code | None
    channel: Channel
    reception_id: str | None = Field(
        default=None, description="The reception that raising it was, where no reception.held tells of it"
    )


class IssueWithdrawn(IssueReported):
    verb: ClassVar[str] = "withdrawn"


class IssueReopened(IssueReported):
    verb: ClassVar[str] = "reopened"


class IssueJoined(IssueReported):
    """The issue is counted with another one from now on, and its resident beside that one's."""

    verb: ClassVar[str] = "joined"
    joined_to: str


class IssueSplit(IssueReported):
    """The issue is counted as one of its own again."""

    verb: ClassVar[str] = "split"


class FeedbackGiven(IssueReported):
    noun: ClassVar[str] = "feedback"
    verb: ClassVar[str] = "given"
    rating: Rating


class IssueAssigned(IssueReported):
    verb: ClassVar[str] = "assigned"


class IssueAccepted(IssueReported):
    verb: ClassVar[str] = "accepted"


class IssueClosed(IssueReported):
    verb: ClassVar[str] = "closed"
    outcome: Outcome
    planned: bool = Field(default=False, description=PLANNED)
    quality: Quality | None = Field(default=None, description="How well it ended, where the body settled it")


class ReceptionHeld(ReportEvent):
    """A resident was received, online or in person; an issue may or may not have come of it."""

    noun: ClassVar[str] = "reception"
    verb: ClassVar[str] = "held"
    reception_id: str
    station: Code | None
    community: Code
    channel: Channel


class SurveyMade(ReportEvent):
    """A survey or inspection (调研视察)."""

    noun: ClassVar[str] = "survey"
    verb: ClassVar[str] = "made"
    survey_id: str
    station: Code
    category: Code | None
    members: int = Field(ge=1, description="How many members took part")


class ConsultationHeld(ReportEvent):
    """A consultation took place, with its mode on three axes and how many took part, by kind."""

    noun: ClassVar[str] = "consultation"
    verb: ClassVar[str] = "held"
    consultation_id: str
    station: Code
    place: Place
    gathering: Gathering
    setting: Setting
    members: int
    residents: int
    departments: int
    issues: int
    surveys: int
    contributions: int = Field(default=0, description="How many of the members took part in writing")


class CommitmentMade(ReportEvent):
    noun: ClassVar[str] = "commitment"
    verb: ClassVar[str] = "made"
    commitment_id: str
    consultation_id: str
    due_on: date


class CommitmentMadeV2(ReportEvent):
    """A commitment that was made without a consultation, for an issue at once."""

    noun: ClassVar[str] = "commitment"
    verb: ClassVar[str] = "made"
    version: ClassVar[int] = 2
    commitment_id: str
    consultation_id: str | None
    due_on: date


class CommitmentKept(ReportEvent):
    noun: ClassVar[str] = "commitment"
    verb: ClassVar[str] = "kept"
    commitment_id: str


class CommitmentDropped(ReportEvent):
    noun: ClassVar[str] = "commitment"
    verb: ClassVar[str] = "dropped"
    commitment_id: str


class ActivityRecorded(ReportEvent):
    noun: ClassVar[str] = "activity"
    verb: ClassVar[str] = "recorded"
    activity_id: str
    kind: ActivityKind
    station: Code
    members: int
    audience: int | None = None
    form: StudyForm | None = Field(default=None, description="Of a study session, how it was held")


class ActivityJoined(ReportEvent):
    """One more member took part in an activity or survey that somebody else had recorded."""

    noun: ClassVar[str] = "activity"
    verb: ClassVar[str] = "joined"
    activity_id: str
    joining_id: str = Field(description="Tells one member's joining from another's, and does not say whose it is")


class ReceptionDayHeld(ReportEvent):
    """Members were at a station to receive residents. Each resident's own reception is an event of its own."""

    noun: ClassVar[str] = "reception-day"
    verb: ClassVar[str] = "held"
    activity_id: str
    station: Code
    members: int = Field(ge=1, description="How many members took part")
    audience: int | None = None


class BriefHandedIn(ReportEvent):
    """An opinion brief (社情民意信息) was handed in under its number; its text stays in the body."""

    noun: ClassVar[str] = "brief"
    verb: ClassVar[str] = "handed-in"
    brief_id: str
    year: int
    number: int = Field(ge=1, description="Counts the briefs of the body in the year, without a gap")
    issues: int = Field(ge=1, description="From how many issues it was written")


class BriefSettled(ReportEvent):
    """What became of a brief that was handed in."""

    noun: ClassVar[str] = "brief"
    verb: ClassVar[str] = "settled"
    brief_id: str
    outcome: BriefOutcome


REQUIRED = "Of the body itself and of every body that stands as a unit in its chain; None where nobody said"
REQUIRED_BELOW = "Of each body that stands as a unit in its chain; None where nobody said"


class RosterPublished(ReportEvent):
    """What a body has: counted from its roster by the body itself, at one revision."""

    noun: ClassVar[str] = "roster"
    verb: ClassVar[str] = "published"
    revision: int
    tier: str
    parent: str | None
    members: int
    members_attached_to_stations: int
    stations: int
    stations_in_townships: int
    townships: int
    townships_without_a_station: int
    communities: int
    communities_without_a_member: int
    duty_days_per_month: int
    duty_days_of_month: tuple[int, ...]
    time_zone: str | None = Field(
        default=None,
        description="IANA name of the zone whose days the body's figures count; the reader's own if absent",
    )
    committees_required: int | None = Field(default=None, description=REQUIRED)
    offices_required: int | None = Field(default=None, description=REQUIRED)
    committees_required_below: int | None = Field(default=None, description=REQUIRED_BELOW)
    offices_required_below: int | None = Field(default=None, description=REQUIRED_BELOW)
    committees: int | None = Field(default=None, description="Set up, and not dissolved")
    offices: int | None = Field(default=None, description="Set up, and not dissolved")
    units_vacant: int | None = Field(
        default=None, description="Of the units required, those not set up; counted for each body and kind apart"
    )
    posts: int | None = Field(default=None, description="Posts of the units, whether or not somebody holds them")
    posts_filled: int | None = None
    members_attached_to_no_unit: int | None = Field(default=None, description="None where the body keeps no units")
    stations_ready: int | None = Field(
        default=None, description="Stations that have all that the body asks of them; None where it asks for nothing"
    )


class DeadlineMissed(ReportEvent):
    """What was due was not done in time."""

    noun: ClassVar[str] = "deadline"
    verb: ClassVar[str] = "missed"
    deadline_id: str
    kind: DeadlineKind
    reference: str | None = Field(description="The issue; none for a commitment that concerns several or no issue")


class DeadlineSettled(ReportEvent):
    """What had been missed was done late, or is owed no longer. A body of an earlier release never says so."""

    noun: ClassVar[str] = "deadline"
    verb: ClassVar[str] = "settled"
    deadline_id: str


class LedgerRestored(ReportEvent):
    """The database that keeps this chain went back to an older state: what followed ``position`` is not held to.

    It stands in the chain it speaks of, so that the chain itself tells of its break (docs/decisions/0019).
    """

    noun: ClassVar[str] = "ledger"
    verb: ClassVar[str] = "restored"
    position: int = Field(ge=0, description="The last place of the event's own chain that both sides hold alike")


class FiveOnesCounted(ReportEvent):
    """How far the members of a body have come with its five ones (五个一) in a year: counts, and nobody's own record.

    ``revision`` grows with every count of the year, so the newest is known in whatever order they arrive.
    """

    noun: ClassVar[str] = "five-ones"
    verb: ClassVar[str] = "counted"
    year: int
    revision: int = Field(ge=1)
    members: int = Field(ge=0, description="Of how many members they are asked")
    targets: dict[FiveOne, int] = Field(description="How many of each are asked of a member in the year; 0: not asked")
    done: dict[FiveOne, int] = Field(description="How many members did as many of each as are asked")
    by_number: tuple[int, ...] = Field(description="How many members did none, one, two ... of what is asked")
