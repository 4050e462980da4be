"""Notices and how residents can be told. No address, no name and no text is ever kept here."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Index, MetaData, column
from sqlmodel import Field, SQLModel

from shared.db.types import BigKey, Json, UTCDateTime
from shared.messaging.tables import messaging_tables

METADATA = MetaData()
MIGRATIONS = Path(__file__).parent / "migrations"
MESSAGING = messaging_tables(METADATA)

_WAITS = column("settled_at").is_(None)


class Row(SQLModel):
    """What the tables of this service share."""

    metadata = METADATA


class Notice(Row, table=True):
    """One thing to tell one person. Its id is derived from the event, so a repeat of that is the same notice."""

    __tablename__ = "notices"
    __table_args__ = (Index("notices_waiting", "due_at", sqlite_where=_WAITS, postgresql_where=_WAITS),)

    number: int | None = Field(default=None, sa_type=BigKey, primary_key=True)
    """In the order of the events, which is the order of sending and of the log."""
    notice_id: str = Field(unique=True, max_length=36)
    kind: str = Field(max_length=16)
    reference: str = Field(max_length=64)
    member: str | None = Field(max_length=64)
    """Whom to tell, where it is a member; a resident has no code."""
    facts: dict[str, Any] = Field(sa_type=Json)
    """Codes and times of the event that the letter mentions."""
    state: str = Field(max_length=16)
    tries: int
    due_at: datetime = Field(sa_type=UTCDateTime)
    """When it is to be tried next; while somebody is trying it, when others may."""
    queued_at: datetime = Field(sa_type=UTCDateTime)
    settled_at: datetime | None = Field(sa_type=UTCDateTime)
    """When it reached an end; empty exactly while it waits."""
    reason: str | None = Field(max_length=64)
    """Why the last try failed, as a code."""


class ReplyWay(Row, table=True):
    """How the resident of an issue can be told, not where."""

    __tablename__ = "reply_ways"

    reference: str = Field(primary_key=True, max_length=64)
    reply_by: str = Field(max_length=8)
