"""Periods of whole local days, shares, and the catalogue of figures."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain import Period, PeriodEndsBeforeItBegins, percent
from services.reporting.figures import CATALOGUE, KEYS
from services.reporting.projection import PROJECTED
from services.reporting.rates import RATE_OF_FIGURE, rates_of
from shared.contracts import report
from shared.contracts.catalogue import EVENTS

SHANGHAI = "Asia/Shanghai"


def test_both_ends_of_a_period_are_inside() -> None:
    day = Period(date(2023, 1, 1), date(2023, 1, 1))
    assert day.begins_at(SHANGHAI) == datetime(2022, 12, 31, 16, tzinfo=UTC)
    assert day.ends_at(SHANGHAI) == datetime(2023, 1, 1, 16, tzinfo=UTC)
    with pytest.raises(PeriodEndsBeforeItBegins):
        Period(date(2023, 1, 2), date(2023, 1, 1))


@given(st.dates(), st.dates(), st.sampled_from([SHANGHAI, "Asia/Urumqi", "UTC", "America/New_York"]))
def test_any_period_a_calendar_holds_has_a_beginning_and_an_end(one: date, other: date, zone: str) -> None:
    period = Period(min(one, other), max(one, other))
    assert period.begins_at(zone) <= period.ends_at(zone)


def test_months_cover_the_period_and_nothing_else() -> None:
    period = Period(date(2022, 12, 15), date(2023, 2, 1))
    months = period.months()
    assert months == [date(2022, 12, 1), date(2023, 1, 1), date(2023, 2, 1)]
    assert [period.within_month(month) for month in months] == [
        Period(date(2022, 12, 15), date(2022, 12, 31)),
        Period(date(2023, 1, 1), date(2023, 1, 31)),
        Period(date(2023, 2, 1), date(2023, 2, 1)),
    ]


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(0, 0, None), (3, 3, 100), (0, 3, 0), (2, 3, 66.7), (1, 2, 50), (999, 1000, 99.9)]
)
def test_percent(part: int, whole: int, said: float | None) -> None:
    found = percent(part, whole)
    assert found == said
    assert isinstance(found, int) == (said is not None and said == int(said))


def test_every_reported_event_is_kept_and_every_figure_is_said_once() -> None:
    reported = {event for event in EVENTS if event.plane == "report"}
    # That one speaks of the chain of events itself, and is kept with it (services.reporting.ledger.held).
    assert {projected.event for projected in PROJECTED} == reported - {report.LedgerRestored}
    assert len(KEYS) == len(CATALOGUE) + len(("tier", "parent", "rates"))


def test_every_definition_is_whole_and_its_events_exist() -> None:
    reported = {f"{event.noun}.{event.verb}" for event in EVENTS if event.plane == "report"}
    for figure in CATALOGUE:
        assert set(figure.source) <= reported, figure.key
        assert figure.formula and figure.source, figure.key
        assert figure.is_percent == (figure.key in RATE_OF_FIGURE), figure.key


@given(st.dictionaries(st.sampled_from(["closed", "rated", "responded", "withdrawn"]), st.integers(0, 50)))
def test_nobody_is_lost_between_a_share_and_those_without_an_answer(counts: dict[str, int]) -> None:
    zero = dict.fromkeys(("raised", "opinions_collected", "opinions_solved", "satisfied", *counts), 0)
    rates = rates_of(
        dict.fromkeys(("closed", "rated", "responded", "withdrawn"), 0)
        | zero
        | counts
        | {"raised": 100, "opinions_collected": 100}
    )
    assert rates["satisfaction"].of + rates["satisfaction"].without_answer == rates["satisfaction"].asked
    assert rates["solution"].of + rates["solution"].without_answer == rates["solution"].asked
    assert rates["response"].counted + rates["response"].without_answer == rates["response"].of
