"""The projection: reported facts, one row each, keyed by what makes a fact the same fact.

Rows are only ever added, so it makes no difference in which order facts arrive, or how often.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from services.reporting.rows.five_ones import FIVE_ONES
from services.reporting.rows.registers import REGISTERS
from services.reporting.rows.research import RESEARCH
from services.reporting.schema import METADATA, Fact, Row
from shared.db.types import BigKey, Json, UTCDateTime
from shared.messaging.tables import messaging_tables

MIGRATIONS = Path(__file__).parent / "migrations"
MESSAGING = messaging_tables(METADATA)

__all__ = ["MESSAGING", "METADATA", "MIGRATIONS", "PROJECTION", "Row"]


class Body(Row, table=True):
    """A body that was heard of, and the date of the newest thing that it reported."""

    __tablename__ = "bodies"

    newest_at: datetime = Field(sa_type=UTCDateTime)
    days_zone: str | None = Field(default=None, max_length=64)
    """In whose days its spans and days are counted; null where they are not kept yet."""


class Roster(Fact, table=True):
    """What a body has, as it counted itself at one revision of its roster."""

    __tablename__ = "rosters"

    revision: int = Field(primary_key=True)
    tier: str = Field(max_length=16)
    parent: str | None = Field(max_length=31)
    time_zone: str | None = Field(max_length=64)
    members: int
    stations: int
    stations_in_townships: int
    duty_days_per_month: int


class Issue(Fact, table=True):
    """An issue was submitted."""

    __tablename__ = "issues"
    __table_args__ = (Index("issues_by_date", "body", "submitted_at"),)

    reference: str = Field(primary_key=True, max_length=64)
    submitted_at: datetime = Field(sa_type=UTCDateTime)
    station: str | None = Field(max_length=64)
    community: str = Field(max_length=64)
    category: str | None = Field(max_length=64)
    channel: str = Field(max_length=16)


class IssueStep(Fact, table=True):
    """Something happened to an issue; ``number`` is its publisher's own count of the issue's steps."""

    __tablename__ = "issue_steps"

    reference: str = Field(primary_key=True, max_length=64)
    step: str = Field(primary_key=True, max_length=16)
    number: int = Field(primary_key=True)
    occurred_at: datetime = Field(sa_type=UTCDateTime)
    says: str | None = Field(max_length=32)
    """The outcome of a closing, the rating of a rating."""


class Reception(Fact, table=True):
    """A resident was received."""

    __tablename__ = "receptions"
    __table_args__ = (Index("receptions_by_date", "body", "held_at"),)

    reception_id: str = Field(primary_key=True, max_length=64)
    held_at: datetime = Field(sa_type=UTCDateTime)
    station: str | None = Field(max_length=64)
    community: str = Field(max_length=64)
    channel: str = Field(max_length=16)


class Survey(Fact, table=True):
    """A survey or inspection was made."""

    __tablename__ = "surveys"
    __table_args__ = (Index("surveys_by_date", "body", "made_at"),)

    survey_id: str = Field(primary_key=True, max_length=64)
    made_at: datetime = Field(sa_type=UTCDateTime)
    station: str = Field(max_length=64)
    category: str | None = Field(max_length=64)
    members: int


class Consultation(Fact, table=True):
    """A consultation was held."""

    __tablename__ = "consultations"
    __table_args__ = (Index("consultations_by_date", "body", "held_at"),)

    consultation_id: str = Field(primary_key=True, max_length=64)
    held_at: datetime = Field(sa_type=UTCDateTime)
    station: str = Field(max_length=64)
    place: str = Field(max_length=16)
    gathering: str = Field(max_length=16)
    setting: str = Field(max_length=16)
    members: int
    residents: int
    departments: int
    issues: int
    surveys: int


class CommitmentStep(Fact, table=True):
    """A commitment was made, kept or dropped."""

    __tablename__ = "commitment_steps"

    commitment_id: str = Field(primary_key=True, max_length=64)
    step: str = Field(primary_key=True, max_length=16)
    occurred_at: datetime = Field(sa_type=UTCDateTime)
    due_on: date | None


class Activity(Fact, table=True):
    """A reception day, a talk, a good deed or a study session took place; surveys have a table of their own."""

    __tablename__ = "activities"
    __table_args__ = (Index("activities_by_date", "body", "kind", "held_at"),)

    activity_id: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=16)
    held_at: datetime = Field(sa_type=UTCDateTime)
    station: str = Field(max_length=64)
    members: int
    audience: int | None
    form: str | None = Field(default=None, max_length=8)
    """Of a study session, how it was held."""


class ActivityJoining(Fact, table=True):
    """One more member took part in an activity or survey than its own row says."""

    __tablename__ = "activity_joinings"
    __table_args__ = (Index("joinings_of_activity", "body", "activity_id"),)

    joining_id: str = Field(primary_key=True, max_length=64)
    activity_id: str = Field(max_length=64)


class BriefStep(Fact, table=True):
    """An opinion brief was handed in, or it is known what became of it."""

    __tablename__ = "brief_steps"
    __table_args__ = (Index("brief_steps_by_date", "body", "step", "occurred_at"),)

    brief_id: str = Field(primary_key=True, max_length=64)
    step: str = Field(primary_key=True, max_length=16)
    occurred_at: datetime = Field(sa_type=UTCDateTime)
    says: str | None = Field(max_length=32)
    """The outcome of a brief that was settled."""


class MissedDeadline(Fact, table=True):
    """What was due was not done in time."""

    __tablename__ = "missed_deadlines"
    __table_args__ = (
        Index("missed_deadlines_by_date", "body", "missed_at"),
        Index("missed_deadlines_by_age", "missed_at", "body", "deadline_id"),
        Index("missed_deadlines_of_issue", "body", "reference"),
    )

    deadline_id: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=16)
    reference: str | None = Field(max_length=64)
    missed_at: datetime = Field(sa_type=UTCDateTime)


class SettledDeadline(Fact, table=True):
    """What had been missed is no longer owed: it was done late, or fell away."""

    __tablename__ = "settled_deadlines"

    deadline_id: str = Field(primary_key=True, max_length=64)
    settled_at: datetime = Field(sa_type=UTCDateTime)


class SpanRow(Row, table=True):
    """A time that an issue or a commitment spent in a state (``services.reporting.grains``)."""

    __tablename__ = "spans"
    __table_args__ = (Index("spans_by_date", "body", "kind", "from_at", "state", "seconds"),)

    kind: str = Field(primary_key=True, max_length=16)  # issue, commitment
    of: str = Field(primary_key=True, max_length=64)
    number: int = Field(primary_key=True)
    state: str = Field(max_length=32)
    from_at: datetime = Field(sa_type=UTCDateTime)
    seconds: int | None = Field(sa_type=BigInteger)
    """How long it lasted; null while it does."""


class Day(Row, table=True):
    """A number of facts of a day of the body's own calendar (``services.reporting.grains``)."""

    __tablename__ = "days"

    dimension: str = Field(primary_key=True, max_length=16)
    measure: str = Field(primary_key=True, max_length=16)
    raised_on: date = Field(primary_key=True)
    changed_on: date = Field(primary_key=True)
    value: str = Field(primary_key=True, max_length=64)
    number: int


class Held(Row, table=True):
    """The place of an event from below in the chain of the service that said it."""

    __tablename__ = "held"
    __table_args__ = (Index("held_by_day", "body", "chain", "day"),)

    chain: str = Field(primary_key=True, max_length=16)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    event_id: str = Field(max_length=64)
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)
    day: str = Field(max_length=10)


class HeldChain(Row, table=True):
    """How far a chain from below is held: ``events`` is less than ``position`` where some are missing between."""

    __tablename__ = "held_chains"

    chain: str = Field(primary_key=True, max_length=16)
    child: str = Field(max_length=31)
    """The body next below, through which it rises."""
    events: int = Field(sa_type=BigInteger)
    position: int = Field(sa_type=BigInteger)
    hash: str = Field(max_length=64)
    set_aside: int
    moved_at: datetime = Field(sa_type=UTCDateTime)


class Beside(SQLModel, table=True):
    """An event from below that holds no place, and why (``services.reporting.ledger.held``)."""

    metadata = METADATA
    __tablename__ = "held_beside"
    __table_args__ = (UniqueConstraint("body", "chain", "hash"),)

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    body: str = Field(max_length=31)
    chain: str = Field(max_length=16)
    position: int = Field(sa_type=BigInteger)
    event_id: str = Field(max_length=64)
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)
    day: str = Field(max_length=10)
    why: str = Field(max_length=16)
    noted_at: datetime = Field(sa_type=UTCDateTime)
    in_figures: bool
    """It was set aside, and the figures were not made anew since."""


class Way(Row, table=True):
    """A way by which reports of a body are taken: codes of the bodies it passes, the nearest first, between dots.

    No part of the projection: a rebuild is made by it.
    """

    __tablename__ = "ways"

    way: str = Field(primary_key=True, max_length=255)
    known_since: datetime = Field(sa_type=UTCDateTime)


PROJECTION: tuple[type[Row], ...] = (
    Body,
    Roster,
    Issue,
    IssueStep,
    Reception,
    Survey,
    Consultation,
    CommitmentStep,
    Activity,
    ActivityJoining,
    BriefStep,
    MissedDeadline,
    SettledDeadline,
    *REGISTERS,
    *RESEARCH,
    *FIVE_ONES,
    SpanRow,
    Day,
)
"""All that a rebuild makes anew."""


class TierLink(SQLModel, table=True):
    """The link to the parent or to one child, as this body last saw it; written when it goes up or down."""

    metadata = METADATA
    __tablename__ = "tier_links"

    neighbour: str = Field(primary_key=True, max_length=31)
    is_up: bool
    since: datetime = Field(sa_type=UTCDateTime)
    reported: int | None = Field(sa_type=BigInteger)
    """Of a link to the parent that is down: how many events had been reported when it was last seen up."""


class RebuildRow(SQLModel, table=True):
    """A rebuild of the figures that was asked for, and how far it is."""

    metadata = METADATA
    __tablename__ = "rebuilds"

    id: str = Field(primary_key=True, max_length=36)
    state: str = Field(max_length=8)  # asked, running, done, failed
    done: int
    total: int
    skipped: int
    asked_at: datetime = Field(sa_type=UTCDateTime)


class Showing(SQLModel, table=True):
    """What the body chose to show, and to whom; the newest row holds."""

    metadata = METADATA
    __tablename__ = "showings"

    version: int = Field(primary_key=True)
    chosen_at: datetime = Field(sa_type=UTCDateTime)
    chosen_by: str = Field(max_length=64)
    is_public: bool
    least: int
    embedders: list[str] = Field(sa_type=Json)
    """Origins whose pages may hold ours."""
    briefing_day: int
    """Of the week, Monday is 0."""
    briefing_hour: int


class BriefingRow(SQLModel, table=True):
    """The briefing on a week, as its figures stood when it was written; ``sent_at`` is None until notify has it."""

    metadata = METADATA
    __tablename__ = "briefings"

    week: date = Field(primary_key=True)
    """Its Monday."""
    written_at: datetime = Field(sa_type=UTCDateTime)
    facts: dict[str, Any] = Field(sa_type=Json)
    sent_at: datetime | None = Field(sa_type=UTCDateTime)


class UnreadField(SQLModel, table=True):
    """A field of a known event that only a newer release reads; the event was taken without it."""

    metadata = METADATA
    __tablename__ = "unread_fields"

    kind: str = Field(primary_key=True, max_length=128)
    field: str = Field(primary_key=True, max_length=64)
    first_at: datetime = Field(sa_type=UTCDateTime)
