"""Duty days: whatever the rule, the calendar is asked only for days that the rule means."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.routing.roster.duty import LONGEST_PAUSE, DutyPlan, DutyRule

DATES = st.dates(date(2020, 1, 1), date(2110, 12, 31))
MONTHS = st.frozensets(st.integers(1, 12))
RULES = st.one_of(
    st.builds(DutyRule, days_of_month=st.frozensets(st.integers(1, 31)), months=MONTHS),
    st.builds(DutyRule, weekdays=st.frozensets(st.integers(1, 7), min_size=1), months=MONTHS),
    st.builds(
        DutyRule, weekdays=st.frozensets(st.integers(1, 7), min_size=1, max_size=1), times_a_month=st.integers(1, 4)
    ),
)


def test_the_tenth_and_the_twentieth() -> None:
    plan = DutyPlan((DutyRule(days_of_month=frozenset({10, 20})),))
    assert plan.next_days(date(2026, 1, 11), 3) == [date(2026, 1, 20), date(2026, 2, 10), date(2026, 2, 20)]


def test_every_wednesday_but_one_and_a_saturday_instead() -> None:
    plan = DutyPlan((DutyRule(weekdays=frozenset({3})),), frozenset({date(2026, 1, 10)}), frozenset({date(2026, 1, 7)}))
    assert plan.next_days(date(2026, 1, 1), 3) == [date(2026, 1, 10), date(2026, 1, 14), date(2026, 1, 21)]


def test_twice_a_month_on_a_wednesday_is_the_first_and_the_third() -> None:
    plan = DutyPlan((DutyRule(weekdays=frozenset({3}), times_a_month=2),))
    assert plan.next_days(date(2026, 4, 1), 3) == [date(2026, 4, 1), date(2026, 4, 15), date(2026, 5, 6)]


def test_the_thirty_first_of_february_never_comes_and_the_twenty_ninth_does() -> None:
    never = DutyRule(days_of_month=frozenset({30, 31}), months=frozenset({2}))
    assert not never.ever_fires() and not DutyRule().ever_fires()
    rare = DutyPlan((DutyRule(days_of_month=frozenset({29}), months=frozenset({2})),))
    assert rare.next_days(date(2096, 3, 1), 1) == [date(2104, 2, 29)]


def test_exceptions_that_leave_nothing_of_a_year_are_known() -> None:
    rule = DutyRule(days_of_month=frozenset({10}), months=frozenset({3}))
    off = frozenset({date(2026, 3, 10)})
    assert DutyPlan((rule,), cancelled=off).all_cancelled_from(date(2026, 1, 1))
    assert not DutyPlan((rule,), frozenset({date(2026, 3, 11)}), off).all_cancelled_from(date(2026, 1, 1))
    assert not DutyPlan((rule,)).all_cancelled_from(date(2026, 1, 1))


@given(RULES, DATES)
def test_a_rule_fires_within_eight_years_or_never(rule: DutyRule, first: date) -> None:
    days = DutyPlan((rule,)).next_days(first, 1)
    assert bool(days) == rule.ever_fires()
    assert all(rule.means(day) and first <= day <= first + LONGEST_PAUSE for day in days)


@given(st.lists(RULES, max_size=3), st.frozensets(DATES), st.frozensets(DATES), DATES)
def test_next_days_are_the_duty_days_in_order_and_none_is_left_out(
    rules: list[DutyRule], extra: frozenset[date], cancelled: frozenset[date], first: date
) -> None:
    plan = DutyPlan(tuple(rules), extra, cancelled)
    found = plan.next_days(first, 10)
    last = found[-1] if found else first
    every = [day for n in range((last - first).days + 1) if plan.is_duty_day(day := first + timedelta(days=n))]
    assert found == every
    assert not cancelled & set(found)


@given(st.integers(1, 7), st.integers(1, 4), st.integers(2020, 2100), st.integers(1, 12))
def test_so_many_times_a_month_is_so_many_in_every_month(weekday: int, times: int, year: int, month: int) -> None:
    plan = DutyPlan((DutyRule(weekdays=frozenset({weekday}), times_a_month=times),))
    last = date(year, month, monthrange(year, month)[1])
    assert len(list(plan.days(date(year, month, 1), last))) == times
