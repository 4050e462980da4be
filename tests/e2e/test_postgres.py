"""The way of an issue and the ledger once more, with every service on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.test_ledger import test_the_ledger_gives_the_published_figures_here_and_at_the_prefecture
from tests.e2e.test_main_path import test_a_word_becomes_an_order_a_consultation_an_answer_and_a_figure
from tests.e2e.test_one_matter import test_two_residents_of_one_matter_are_both_told_and_counted_apart
from tests.instance import Instance

__all__ = [
    "test_a_word_becomes_an_order_a_consultation_an_answer_and_a_figure",
    "test_the_ledger_gives_the_published_figures_here_and_at_the_prefecture",
    "test_two_residents_of_one_matter_are_both_told_and_counted_apart",
]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[Instance]:
    """A sample run with databases of its own on the test session's server."""
    running = Instance(tmp_path_factory.mktemp("postgres"), database_server=postgres_url.replace("/postgres?", "/e2e?"))
    try:
        yield running.start()
    finally:
        running.stop()
