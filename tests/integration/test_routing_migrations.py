"""A roster from before it had dates is still whole after the migrations, on both databases."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from sqlalchemy import Connection, text

import services.routing.tables
from services.routing.roster.store import load
from shared.db.engine import open_database
from shared.db.migrate import _config, upgrade
from shared.db.reader import Reader

MIGRATIONS = Path(services.routing.tables.__file__ or "").parent / "migrations"
ROWS = (
    "INSERT INTO roster_revision (id, revision, tier, parent, time_zone, days_of_month, hours, applied_at)"
    " VALUES (1, 3, 'county', 'ili', 'Asia/Shanghai', '[10, 20]', NULL, '2026-01-01 00:00:00')",
    "INSERT INTO townships (code, active) VALUES ('t-1', true)",
    "INSERT INTO stations (code, kind, township, active) VALUES ('st-1', 'township', 't-1', true)",
    "INSERT INTO communities (code, township, station, active) VALUES ('c-1', 't-1', 'st-1', true)",
    "INSERT INTO members (code, stations, communities, expertise, languages, active)"
    """ VALUES ('m-1', '["st-1"]', '["c-1"]', '[]', '["ug"]', true)""",
    """INSERT INTO departments (code, categories, active) VALUES ('d-1', '["roads"]', true)""",
)


async def test_a_roster_without_dates_is_a_roster_with_none(database_url: str) -> None:
    database = open_database(database_url)

    def as_it_was(connection: Connection) -> None:
        command.upgrade(_config(MIGRATIONS, connection), "0001")
        for row in ROWS:
            connection.execute(text(row))

    async with database.writing() as writing:
        await writing.run(as_it_was)
    await upgrade(database, MIGRATIONS)
    roster = await load(Reader(database), "zhaosu")
    await database.dispose()
    assert roster is not None
    assert (roster.members[0].terms, roster.members[0].leave, roster.stations[0].duty) == ((), (), None)
    assert (roster.departments[0].days_to_reply, roster.townships[0].names, roster.readiness) == (None, {}, ())
    assert roster.duty_plan(roster.stations[0]) == roster.duty_days.plan()
