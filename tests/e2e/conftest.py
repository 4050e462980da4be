"""Running instances for the end-to-end tests: one per kind of database and test process, started when first asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.instance import Instance


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A sample run on SQLite, as ``make run`` starts it."""
    running = Instance(tmp_path_factory.mktemp("sqlite"))
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(scope="session")
def instance_on_postgres(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[Instance]:
    """The same on PostgreSQL, with databases of this run's own."""
    running = Instance(tmp_path_factory.mktemp("postgres"), database_server=postgres_url.replace("/postgres?", "/e2e?"))
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_instance(request: pytest.FixtureRequest) -> Instance:
    """A sample run, once on each kind of database."""
    name = "instance" if request.param == "sqlite" else "instance_on_postgres"
    running: Instance = request.getfixturevalue(name)
    return running
