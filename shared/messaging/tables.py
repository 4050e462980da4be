"""The tables that every service has, in its own metadata."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

from shared.db.types import BigKey, Json, UTCDateTime


@dataclass(frozen=True)
class MessagingTables:
    """Handles on the messaging tables of one service."""

    outbox: Table
    ledger: Table
    """The place of each rising event in the service's chain (``shared.messaging.chain``)."""
    ledger_head: Table
    """The last place, one row: who adds to the chain locks it."""
    inbox: Table
    tries: Table
    parked: Table


def messaging_tables(metadata: MetaData) -> MessagingTables:
    """Add the messaging tables to a service's ``metadata``."""
    outbox = Table(
        "outbox",
        metadata,
        Column("id", BigKey, primary_key=True, autoincrement=True),
        Column("event_id", String(64), nullable=False, unique=True),
        Column("subject", String(200), nullable=False),
        Column("headers", Json, nullable=False),
        Column("body", Text, nullable=False),
        Column("created_at", UTCDateTime, nullable=False),
        Column("published_at", UTCDateTime),
        Column("refused", Text),
    )
    unpublished = outbox.c.published_at.is_(None) & outbox.c.refused.is_(None)
    Index("outbox_unpublished", outbox.c.id, sqlite_where=unpublished, postgresql_where=unpublished)
    ledger = Table(
        "ledger",
        metadata,
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        Column("event_id", String(64), nullable=False, unique=True),
        Column("previous", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        Column("day", String(10), nullable=False, index=True),  # of ce-time, in UTC: 2026-12-01
    )
    ledger_head = Table(
        "ledger_head",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("position", BigInteger, nullable=False),
        Column("hash", String(64), nullable=False),
    )
    inbox = Table(
        "inbox",
        metadata,
        Column("event_id", String(64), primary_key=True),
        Column("received_at", UTCDateTime, nullable=False),
    )
    tries = Table(
        "tries",
        metadata,
        Column("event_id", String(64), primary_key=True),
        Column("count", Integer, nullable=False),
    )
    parked = Table(
        "parked",
        metadata,
        Column("id", BigKey, primary_key=True, autoincrement=True),
        Column("event_id", String(64), nullable=False, unique=True),
        Column("subject", String(200), nullable=False),
        Column("headers", Json, nullable=False),
        Column("body", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("parked_at", UTCDateTime, nullable=False),
        Column("state", String(16), nullable=False),  # waiting, resent, dropped; kept, applied, passed
    )
    # What waits for a person is found, and counted, beside any number of events that wait for a newer release.
    Index("parked_by_state", parked.c.state, parked.c.id)
    return MessagingTables(outbox, ledger, ledger_head, inbox, tries, parked)
