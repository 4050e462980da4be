"""What the first release wrote down reads as one thread after the way to the present tables."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from sqlalchemy import Connection, text

from services.consultation import tables
from services.consultation.app import HERE
from shared.db.engine import open_database
from shared.db.migrate import _config, upgrade

CASE = """INSERT INTO cases (reference, state, member, station, community, channel, language, submitted_at, answer_by,
    outcome, rating, step) VALUES ('{}', '{}', 'm1', 's1', 'c1', 'qr', 'ug', '2023-01-01 00:00:00',
    '2023-01-02 00:00:00', {}, {}, 1)"""
ENTRY = """INSERT INTO entries (entry_id, reference, at, kind, audience, member, details, on_paper)
    VALUES ('{0}', 'R1', '2023-01-01 00:00:00', '{0}', 'staff', {1}, '{{}}', FALSE)"""
REFERRAL = """INSERT INTO referrals (referral_id, reference, department, state, made_at, on_paper)
    VALUES ('{0}', 'R1', 'd1', '{0}', '2023-01-01 00:00:00', FALSE)"""
FIRST_RELEASE = (
    CASE.format("R1", "closed", "'solved'", "'satisfied'"),
    CASE.format("R2", "closed", "'answered'", "NULL"),
    CASE.format("R3", "in-progress", "NULL", "NULL"),
    *(ENTRY.format(kind, "'m1'") for kind in ("visit", "assigned", "timed-out", "accepted")),
    *(ENTRY.format(kind, "NULL") for kind in ("reply", "note", "rated")),
    REFERRAL.format("open"),
    REFERRAL.format("replied"),
)


async def test_the_first_releases_cases_are_taken_along(database_url: str) -> None:
    migrations = Path(HERE / "migrations")
    database = open_database(database_url)

    def first_release(connection: Connection) -> None:
        command.upgrade(_config(migrations, connection), "0001")
        for statement in FIRST_RELEASE:
            connection.execute(text(statement))

    async with database.writing() as connection:
        await connection.run(first_release)
    await upgrade(database, migrations)
    found = (tables.ENTRIES, tables.CASES, tables.REFERRALS)
    entries, cases, referrals = await database.read(
        lambda connection: [connection.execute(table.select()).all() for table in found]
    )
    await database.dispose()
    assert {row.kind: (row.author_role, row.author) for row in entries} == {
        "visit": ("member", "m1"),
        "accepted": ("member", "m1"),
        "assigned": ("service", None),
        "timed-out": ("service", None),
        "reply": ("staff", None),
        "note": ("staff", None),
        "rated": ("resident", None),
    }
    assert {row.reference: (row.quality, row.word, row.version) for row in cases} == {
        "R1": ("A", "confirmed", 0),
        "R2": ("D", None, 0),
        "R3": (None, None, 0),
    }
    assert {row.referral_id: row.state for row in referrals} == {"open": "made", "replied": "replied"}
