"""What was reported before a release could read it is read from the stream after the upgrade, on both databases."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Connection, text

from services.reporting.rebuilding.unread import UnreadFields
from services.reporting.tables import MIGRATIONS
from shared.db.engine import open_database
from shared.db.migrate import _config, upgrade
from shared.db.reader import Reader

ROSTER = (
    "INSERT INTO rosters (body, revision, tier, parent, time_zone, members, stations, stations_in_townships,"
    " duty_days_per_month) VALUES ('zhaosu', 3, 'county', 'ili', NULL, 129, 13, 10, 2)"
)


async def test_rosters_from_before_their_places_were_counted_are_read_again(database_url: str) -> None:
    database = open_database(database_url)

    def as_it_was(connection: Connection) -> None:
        command.upgrade(_config(MIGRATIONS, connection), "0008")
        connection.execute(text(ROSTER))

    async with database.writing() as writing:
        await writing.run(as_it_was)
    await upgrade(database, MIGRATIONS)
    again = await UnreadFields().now_read(Reader(database))
    await database.dispose()
    assert again == [("report.roster.published.v1", "townships")]


async def test_a_body_that_heard_of_no_roster_has_nothing_to_read_again(database_url: str) -> None:
    database = open_database(database_url)
    await upgrade(database, MIGRATIONS)
    again = await UnreadFields().now_read(Reader(database))
    await database.dispose()
    assert again == []
