"""Makes the PostgreSQL databases of a body where a server was named; SQLite files make themselves."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine


async def create_databases(server_url: str, urls: Iterable[str]) -> None:
    """Create each database that ``urls`` name and the server lacks.

    Raises SQLAlchemy's or the driver's error when the server is not there or refuses.
    """
    engine = create_async_engine(make_url(server_url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            existing = set((await connection.execute(text("SELECT datname FROM pg_database"))).scalars())
            for name in (make_url(url).database for url in urls):
                if name not in existing:
                    # The name is made of slugs (deploy.machine), so quoting is enough.
                    await connection.execute(text(f'CREATE DATABASE "{name}"'))
    finally:
        await engine.dispose()


async def server_answers(server_url: str) -> bool:
    """Whether the PostgreSQL server takes a connection."""
    engine = create_async_engine(make_url(server_url).set(database="postgres"))
    try:
        async with engine.connect():
            return True
    except (SQLAlchemyError, OSError):
        return False
    finally:
        await engine.dispose()
