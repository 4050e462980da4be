"""Each service's migrations lead to exactly its tables, on both databases, and may be run again."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from shared.db.engine import open_database
from shared.db.migrate import is_current, upgrade

SERVICES = ("intake", "routing", "consultation", "notify", "reporting")


@pytest.mark.parametrize("service", SERVICES)
async def test_migrations_lead_to_the_tables(service: str, database_url: str) -> None:
    tables = importlib.import_module(f"services.{service}.tables")
    migrations = Path(tables.__file__).parent / "migrations"
    database = open_database(database_url)
    await upgrade(database, migrations)
    await upgrade(database, migrations)
    assert await is_current(database, migrations)
    differences = await database.read(
        lambda connection: compare_metadata(MigrationContext.configure(connection), tables.METADATA)
    )
    await database.dispose()
    assert differences == []
