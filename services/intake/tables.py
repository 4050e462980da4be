"""The tables of intake. Residents' words and contacts are where a name begins with ``vault``, and nowhere else."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, MetaData, Text, and_, column
from sqlmodel import Field, SQLModel

from shared.db.idempotency import idempotency_table
from shared.db.types import BigKey, Json, UTCDateTime
from shared.messaging.tables import messaging_tables

METADATA = MetaData()

_JOINED = column("joined_to").is_not(None)
_AWAITED = and_(column("word") == "awaited", column("word_until").is_not(None))


class _Row(SQLModel):
    metadata: ClassVar[MetaData] = METADATA


class Issue(_Row, table=True):
    """The facts of an issue, and where it stands. Facts stay when the words are erased."""

    __tablename__ = "issues"
    __table_args__ = (
        Index("issues_reception", "reception_id"),
        Index("issues_in_community", "community", "state", "submitted_at"),
        Index("issues_of_station", "station", "state", "submitted_at"),
        Index("issues_joined", "joined_to", sqlite_where=_JOINED, postgresql_where=_JOINED),
        Index("issues_awaited", "word_until", sqlite_where=_AWAITED, postgresql_where=_AWAITED),
    )

    reference: str = Field(primary_key=True, max_length=16)
    tracking_hash: str = Field(max_length=64, unique=True)
    reception_id: str = Field(max_length=64)
    station: str | None = Field(max_length=64)
    community: str = Field(max_length=64)
    category: str | None = Field(max_length=64)
    channel: str = Field(max_length=16)
    language: str = Field(max_length=16)
    anonymous: bool
    state: str = Field(max_length=16)
    version: int
    """Counts intake's own changes of the issue; the other two count what was heard of its neighbours' changes."""
    routing_version: int
    case_version: int
    member: str | None = Field(max_length=64)
    """Who has the order now."""
    outcome: str | None = Field(max_length=16)
    rating: str | None = Field(max_length=16)
    submitted_at: datetime = Field(sa_type=UTCDateTime)
    closed_at: datetime | None = Field(sa_type=UTCDateTime)
    on_paper: bool
    joined_to: str | None = Field(default=None, max_length=16)
    """The issue that carries the work; never itself a joined one."""
    state_before: str | None = Field(default=None, max_length=16)
    """Where a joined issue would stand by itself."""
    word: str = Field(default="awaited", max_length=16, sa_column_kwargs={"server_default": "awaited"})
    """The resident's own word about the last closing."""
    word_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    """Until when the resident may speak of it; null while there is nothing to speak of."""


class Sealed(_Row, table=True):
    """What a resident said and how to answer; null once erased."""

    __tablename__ = "vault"

    reference: str = Field(primary_key=True, max_length=16)
    words: str | None = Field(sa_type=Text)
    language: str = Field(max_length=16)
    name: str | None = Field(max_length=200)
    phone: str | None = Field(max_length=64)
    email: str | None = Field(max_length=254)
    erased_at: datetime | None = Field(sa_type=UTCDateTime)


class Reason(_Row, table=True):
    """Why a resident rated or reopened, in the resident's own words; the row goes when the record is erased."""

    __tablename__ = "vault_reasons"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    reference: str = Field(max_length=16, index=True)
    about: str = Field(max_length=16)
    words: str = Field(sa_type=Text)
    given_at: datetime = Field(sa_type=UTCDateTime)


class Draft(_Row, table=True):
    """What a resident has sent who is asked whether it is one of the likely same issues; see ``usecases.drafts``."""

    __tablename__ = "vault_drafts"
    __table_args__ = (Index("vault_drafts_by_time", "raise_at"),)

    draft_id: str = Field(primary_key=True, max_length=36)
    content: Any = Field(sa_type=Json)
    fingerprint: str = Field(max_length=64)
    raise_at: datetime = Field(sa_type=UTCDateTime)


class Grouping(_Row, table=True):
    """Who joined or split an issue, when and why. The reason goes when the record is erased, the rest never."""

    __tablename__ = "vault_groupings"
    __table_args__ = (Index("vault_groupings_of_issue", "reference", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    reference: str = Field(max_length=16)
    joined_to: str = Field(max_length=16)
    act: str = Field(max_length=16)
    by: str | None = Field(max_length=200)
    """The account; null where the resident chose it, or where it followed from another change."""
    role: str | None = Field(max_length=16)
    reason: str | None = Field(sa_type=Text)
    at: datetime = Field(sa_type=UTCDateTime)


class VaultRead(_Row, table=True):
    """Who read what a resident said, and what for. Never deleted."""

    __tablename__ = "vault_reads"
    __table_args__ = (Index("vault_reads_of_issue", "reference", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    reference: str = Field(max_length=16)
    reader: str = Field(max_length=200)
    role: str = Field(max_length=16)
    member: str | None = Field(max_length=64)
    purpose: str = Field(max_length=32)
    read_at: datetime = Field(sa_type=UTCDateTime)


class VaultSearch(_Row, table=True):
    """Who looked for something in what residents wrote, and why; what it was is not kept. Never deleted."""

    __tablename__ = "vault_searches"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    searched_at: datetime = Field(sa_type=UTCDateTime)
    reader: str = Field(max_length=200)
    reason: str = Field(max_length=200)
    shown: int
    """How many issues; each of them is a reading, too."""


class TimelineEntry(_Row, table=True):
    """A dated line of an issue's public course; ``code`` is its department, outcome or rating."""

    __tablename__ = "timeline"
    __table_args__ = (Index("timeline_of_issue", "reference", "at", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    reference: str = Field(max_length=16)
    at: datetime = Field(sa_type=UTCDateTime)
    step: str = Field(max_length=16)
    code: str | None = Field(max_length=64)


class Reception(_Row, table=True):
    """A resident was received, online or in person; an issue may or may not have come of it."""

    __tablename__ = "receptions"
    __table_args__ = (
        Index("receptions_by_time", "held_at", "id"),
        Index("receptions_of_station", "station", "held_at", "id"),
    )

    id: str = Field(primary_key=True, max_length=64)
    station: str | None = Field(max_length=64)
    community: str = Field(max_length=64)
    channel: str = Field(max_length=16)
    language: str = Field(max_length=16)
    held_at: datetime = Field(sa_type=UTCDateTime)
    recorded_by: str | None = Field(max_length=200)
    """The account that registered it; null where the resident did."""
    on_paper: bool


class Helper(_Row, table=True):
    """A member who was invited to work on an issue, beside the one who has the order."""

    __tablename__ = "helpers"

    reference: str = Field(primary_key=True, max_length=16)
    member: str = Field(primary_key=True, max_length=64)


class Station(_Row, table=True):
    """A station as the roster last told it."""

    __tablename__ = "stations"

    code: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=16)
    township: str = Field(max_length=64)
    communities: Any = Field(sa_type=Json)
    revision: int


class Roster(_Row, table=True):
    """The one row that says which stations and categories there are; a station it does not name is gone."""

    __tablename__ = "roster"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    revision: int
    stations: Any = Field(sa_type=Json)
    departments: Any = Field(sa_type=Json)
    categories: Any = Field(sa_type=Json)


class Working(_Row, table=True):
    """The one row that says when the body works, as routing told it last; none before it did."""

    __tablename__ = "working_calendar"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    revision: int
    hours: Any = Field(sa_type=Json)
    days_on: Any = Field(sa_type=Json)
    days_off: Any = Field(sa_type=Json)


class HandedOver(_Row, table=True):
    """How far the last handover of an issue has come, and to which body; ``step`` counts those of all its handovers."""

    __tablename__ = "handed_over"

    reference: str = Field(primary_key=True, max_length=16)
    other: str = Field(max_length=64)
    state: str = Field(max_length=16)
    step: int


class HandedIn(_Row, table=True):
    """An issue that another body handed to this one; its resident, words and course are there."""

    __tablename__ = "handed_in"

    reference: str = Field(primary_key=True, max_length=40)
    handed_by: str = Field(max_length=64)


# SQLAlchemy adds ``__table__`` to a mapped class; the hot paths write with these.
ISSUES = METADATA.tables["issues"]
VAULT = METADATA.tables["vault"]
REASONS = METADATA.tables["vault_reasons"]
DRAFTS = METADATA.tables["vault_drafts"]
GROUPINGS = METADATA.tables["vault_groupings"]
READS = METADATA.tables["vault_reads"]
SEARCHES = METADATA.tables["vault_searches"]
TIMELINE = METADATA.tables["timeline"]
RECEPTIONS = METADATA.tables["receptions"]
HELPERS = METADATA.tables["helpers"]
STATIONS = METADATA.tables["stations"]
ROSTER = METADATA.tables["roster"]
HANDED_OVER = METADATA.tables["handed_over"]
HANDED_IN = METADATA.tables["handed_in"]
WORKING = METADATA.tables["working_calendar"]
IDEMPOTENCY = idempotency_table(METADATA)
MESSAGING = messaging_tables(METADATA)
