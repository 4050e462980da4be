"""The quick way to add rows does on both databases what SQLAlchemy's own INSERT does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, String, Table, select
from sqlalchemy.exc import IntegrityError

from shared.db.adding import adding, driver_insert
from shared.db.engine import Database, open_database
from shared.db.types import Json, UTCDateTime

METADATA = MetaData()
THINGS = Table(
    "things",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("more", Json),
)
FILLED = Table("filled", METADATA, Column("name", String(40), primary_key=True), Column("kind", String(9), default="x"))
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def thing(name: str) -> dict[str, Any]:
    return {"name": name, "at": AT, "more": {"of": [name, None, "ئۇ"]}}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url)
    async with opened.writing() as connection:
        await connection.run(METADATA.create_all)
    yield opened
    await opened.dispose()


async def names(database: Database) -> list[str]:
    return await database.read(lambda connection: list(connection.execute(select(THINGS.c.name)).scalars()))


async def test_every_type_comes_back_as_it_went_in(database: Database) -> None:
    async with database.writing() as connection:
        await connection.add(THINGS, [thing("a"), {"more": None, "name": "b", "at": AT}])
    rows = await database.read(lambda connection: connection.execute(select(THINGS).order_by("name")).all())
    assert [tuple(row) for row in rows] == [("a", AT, {"of": ["a", None, "ئۇ"]}), ("b", AT, None)]


@pytest.mark.parametrize("many", [1, 600], ids=["in the loop", "in a thread"])
async def test_what_is_there_already_is_an_error_that_keeps_what_it_held_to_itself(
    database: Database, many: int
) -> None:
    with pytest.raises(IntegrityError) as raised:
        async with database.writing() as connection:
            await connection.add(THINGS, [thing(f"new-{n}") for n in range(many)])
            await connection.add(THINGS, [*[thing(f"other-{n}") for n in range(many)], thing("new-0")])
    assert "ئۇ" not in str(raised.value)
    assert await names(database) == []
    async with database.writing() as connection:  # the connection is as good as before
        await connection.add(THINGS, [thing("after")])
    assert await names(database) == ["after"]


async def test_only_what_is_missing_is_added_and_named(database: Database) -> None:
    async with database.writing() as connection:
        await connection.add_missing(THINGS, [thing("a"), thing("b"), thing("a")])
        assert await connection.add_missing_and_say(THINGS, [thing("b"), thing("c")], "name") == {"c"}
        await connection.add_missing(THINGS, [thing(str(n)) for n in range(600)])
    assert len(await names(database)) == 603


def test_a_column_that_fills_itself_is_not_for_the_quick_way() -> None:
    from sqlalchemy.dialects.sqlite import dialect

    with pytest.raises(ValueError, match="filled"):
        driver_insert(adding(FILLED), ("name",), dialect())


async def test_of_a_row_that_is_there_the_column_keeps_the_lower_value(database: Database) -> None:
    earlier, later = AT.replace(year=2025), AT.replace(year=2027)
    async with database.writing() as connection:
        await connection.add_or_lower(THINGS, [thing("a"), thing("b"), thing("a") | {"at": later}], "at")
        await connection.add_or_lower(THINGS, [thing("b") | {"at": earlier, "more": None}, thing("c")], "at")
    rows = await database.read(lambda connection: connection.execute(select(THINGS).order_by("name")).all())
    assert [(row.name, row.at, row.more is None) for row in rows] == [
        ("a", AT, False),
        ("b", earlier, False),
        ("c", AT, False),
    ]
