"""Every table of states and moves of every service: sound, obeyed over its whole product, and drawn in the docs."""

from __future__ import annotations

import importlib
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from shared.states import DOCS, IllegalMove, Table, page

ROOT = Path(__file__).parents[2]
MODULES = sorted(f"services.{path.parent.name}.states" for path in ROOT.glob("services/*/states.py"))
TABLES = [(module, table) for module in MODULES for table in importlib.import_module(module).TABLES]
every_table = pytest.mark.parametrize(("module", "table"), TABLES, ids=[table.name for _, table in TABLES])


@every_table
def test_every_state_is_reached_and_every_move_happens(module: str, table: Table[Any, Any]) -> None:
    assert list(table.faults()) == []


@every_table
def test_over_the_whole_product_a_move_is_in_the_table_or_refused(module: str, table: Table[Any, Any]) -> None:
    for state, move in product(table.states, table.moves):
        if (state, move) in table.transitions:
            assert table.allows(state, move)
            assert table.after(state, move) is table.transitions[state, move]
        else:
            assert not table.allows(state, move)
            with pytest.raises(IllegalMove) as refused:
                table.after(state, move)
            assert (refused.value.thing, refused.value.state, refused.value.move) == (table.name, state, move)


@every_table
def test_the_page_is_what_the_table_draws(module: str, table: Table[Any, Any]) -> None:
    drawn = (ROOT / DOCS / f"{table.name}.md").read_text(encoding="utf-8")
    assert drawn == page(table, module), f"python -m shared.states {module}"


def test_no_two_tables_share_a_page() -> None:
    names = [table.name for _, table in TABLES]
    assert len(names) == len(set(names))
