"""What everybody may see tells nobody a small number, also not who knows how it was made and adds and subtracts."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.charts.series import Deadlines, Ended, Grain, Series
from services.reporting.domain import Period
from services.reporting.exports.facts import Facts
from services.reporting.public.figures import made_public
from services.reporting.public.quarters import Quarter, last_over, quarter_of
from services.reporting.public.suppressing import suppressed
from services.reporting.queries import Counted, KnownBody

LEAST = 5
Q1 = Quarter(2023, 1)


@pytest.mark.parametrize(("cells", "highest", "least"), [(3, 13, 5), (4, 8, 5), (4, 7, 3)])
def test_who_knows_the_rule_and_the_sum_cannot_work_out_a_small_cell(cells: int, highest: int, least: int) -> None:
    """Every table there is, grouped by what is seen of it: whoever sees that cannot tell those of a group apart."""
    seen = defaultdict(list)
    for table in product(range(highest), repeat=cells):
        shown = suppressed(table, least)
        seen[sum(table), None if shown is None else tuple(shown)].append(table)
    for (total, shown), tables in seen.items():
        if shown is None:
            continue
        for at, cell in enumerate(shown):
            if cell is not None:
                assert cell == 0 or cell >= least
            elif total < highest:  # beyond, tables with a larger cell are missing from the enumeration
                assert len({table[at] for table in tables}) > 1, (total, shown, tables)


@given(st.lists(st.integers(0, 40), max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_shown_is_true_and_what_is_hidden_is_free(cells: list[int]) -> None:
    shown = suppressed(cells, LEAST)
    small = [number for number in cells if 0 < number < LEAST]
    if shown is None:
        assert small
        return
    assert all(there in (None, number) for there, number in zip(shown, cells, strict=True))
    hidden = [number for there, number in zip(shown, cells, strict=True) if there is None]
    assert set(small) <= set(hidden)
    assert bool(hidden) is bool(small)
    assert len(hidden) != 1


def facts(*ended: Ended, received: int = 9) -> Facts:
    body = KnownBody("zhaosu", "county", "ili", "Asia/Shanghai", None, {})
    total = sum(each.issues for each in ended)
    series = Series(Grain.WEEK, [(date(2023, 1, 2), total)], ended, [], [Deadlines("answer", 1, 1, 1)])
    figures = {"residents_received": received, "opinions_solved": 3, "members": 3, "satisfaction_percent": 100}
    return Facts(body, Q1.period, Counted(figures, {}), series)


def test_no_figure_tells_what_a_table_hides() -> None:
    known = facts(Ended("qr", "noise", "solved", 3), Ended("qr", "roads", "planned", 2), Ended("qr", None, None, 9))
    shown = made_public(known, Q1, LEAST)
    assert shown.figures["opinions_collected"] == 14
    assert shown.figures["opinions_solved"] is None
    assert shown.figures["opinions_answered"] is None
    assert dict(shown.tables["outcomes"]) == {"solved": None, "answered": None, None: None}
    assert dict(shown.tables["channels"]) == {"qr": 14}
    assert shown.figures["members"] == 3, "of the body, and of no resident"
    assert "satisfaction_percent" not in shown.figures


def test_a_quarter_with_hardly_anybody_shows_nothing_of_them() -> None:
    shown = made_public(facts(Ended("qr", "noise", "solved", 3), received=4), Q1, LEAST)
    assert (shown.tables, shown.figures["opinions_collected"], shown.figures["residents_received"]) == ({}, None, None)
    alone = made_public(facts(*(Ended("qr", f"c{at}", "solved", 1) for at in range(6))), Q1, LEAST)
    assert "categories" not in alone.tables, "six of one each, whose sum is six, would hide nothing"
    assert dict(alone.tables["outcomes"]) == {"solved": 6}


def test_quarters_that_are_over() -> None:
    assert last_over(date(2023, 1, 1)) == Quarter(2022, 4)
    assert last_over(date(2023, 12, 31)) == Quarter(2023, 3)
    assert Quarter(2023, 4).period == Period(date(2023, 10, 1), date(2023, 12, 31))
    assert quarter_of("2023-Q2") == Quarter(2023, 2)
    assert quarter_of("2023-Q5") is None
