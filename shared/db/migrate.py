"""Alembic, run by the service itself at start: each service has its own history in ``migrations/``."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from shared.db.engine import Database, open_database


def _config(migrations: Path, connection: Connection | None = None, metadata: MetaData | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config


async def upgrade(database: Database, migrations: Path) -> None:
    """Bring the database to the newest revision in ``migrations``; does nothing where it is there already."""
    if database.engine.dialect.name == "postgresql" and await is_current(database, migrations):
        return  # looked at before it is the turn of this process to write: the others would wait while it reads files

    def run(connection: Connection) -> None:
        command.upgrade(_config(migrations, connection), "head")

    async with database.writing() as connection:
        await connection.run(run)


async def is_current(database: Database, migrations: Path) -> bool:
    """Whether the database stands at the newest revision."""

    def run(connection: Connection) -> bool:
        script = ScriptDirectory.from_config(_config(migrations))
        return set(MigrationContext.configure(connection).get_current_heads()) == set(script.get_heads())

    return await database.read(run)


def run_environment(config: Config) -> None:
    """The whole of every ``migrations/env.py``: migrate on the connection that :func:`upgrade` holds."""
    from alembic import context

    connection = config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=config.attributes.get("metadata"),
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=False,  # the caller's transaction is the one
    )
    context.run_migrations()


async def write_revision(database: Database, migrations: Path, metadata: MetaData, message: str) -> None:
    """For developers: write the next revision from what ``metadata`` has and the database lacks."""
    (migrations / "versions").mkdir(parents=True, exist_ok=True)

    def run(connection: Connection) -> None:
        number = len(list((migrations / "versions").glob("*.py"))) + 1
        command.revision(_config(migrations, connection, metadata), message, autogenerate=True, rev_id=f"{number:04d}")

    async with database.writing() as connection:
        await connection.run(run)


if __name__ == "__main__":
    import importlib
    import sys
    import tempfile

    # python -m shared.db.migrate services.intake "what changes": writes services/intake/migrations/versions/NNNN_*.py
    async def main(service: str, message: str) -> None:
        tables = importlib.import_module(f"{service}.tables")
        migrations = Path(tables.__file__ or "").parent / "migrations"
        with tempfile.TemporaryDirectory() as folder:
            database = open_database(f"sqlite:///{folder}/scratch.db")
            if any((migrations / "versions").glob("*.py")):
                await upgrade(database, migrations)
            await write_revision(database, migrations, tables.METADATA, message)
            await database.dispose()

    asyncio.run(main(sys.argv[1], sys.argv[2]))
