"""Working time adds up, never ends on a day off, and knows the weekends that are worked for a holiday."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.workdays import EIGHT_HOURS, Shift, WorkCalendar, WorkingHours, known_through

XINJIANG = WorkingHours.parse(("10:00-14:00", "16:00-20:00"))
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
INSTANTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))
SOME_DAYS = st.integers(0, 40)
SOME_TIME = st.integers(0, 60 * 60 * 120).map(lambda seconds: timedelta(seconds=seconds))
CALENDARS = st.builds(
    WorkCalendar,
    zone=st.sampled_from(("Asia/Shanghai", "Asia/Urumqi")),
    hours=st.sampled_from((EIGHT_HOURS, XINJIANG, WorkingHours.parse(("00:00-23:59",)))),
    exceptions=st.dictionaries(DAYS, st.booleans(), max_size=30),
)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@given(CALENDARS, INSTANTS, st.integers(1, 40), SOME_DAYS)
def test_working_days_add_up(calendar: WorkCalendar, at: datetime, some: int, more: int) -> None:
    # Not for none at all: from a day off that leads to the next working day, which then does not count.
    due = calendar.add_working_days(at, some)
    assert calendar.add_working_days(due, more) == calendar.add_working_days(at, some + more)


@given(CALENDARS, INSTANTS, SOME_TIME, SOME_TIME)
def test_working_time_adds_up(calendar: WorkCalendar, at: datetime, some: timedelta, more: timedelta) -> None:
    due = calendar.add_working_time(at, some)
    whole = calendar.add_working_time(at, some + more)
    if some + more > timedelta():
        assert calendar.add_working_time(due, more) == whole
    assert calendar.working_time_between(at, whole) == some + more


@given(CALENDARS, INSTANTS, INSTANTS, SOME_DAYS, SOME_TIME)
def test_who_begins_later_never_ends_earlier(
    calendar: WorkCalendar, one: datetime, other: datetime, days: int, amount: timedelta
) -> None:
    early, late = sorted((one, other))
    assert calendar.add_working_days(early, days) <= calendar.add_working_days(late, days)
    assert calendar.add_working_time(early, amount) <= calendar.add_working_time(late, amount)


@given(CALENDARS, INSTANTS, SOME_DAYS, SOME_TIME)
def test_nothing_is_due_on_a_day_off_or_in_the_past(
    calendar: WorkCalendar, at: datetime, days: int, amount: timedelta
) -> None:
    by_days, by_time = calendar.add_working_days(at, days + 1), calendar.add_working_time(at, amount)
    assert calendar.is_working_day(calendar.day_of(by_days))
    assert calendar.is_working_day(calendar.day_of(by_time))
    assert by_days > at
    assert by_time >= at


@given(CALENDARS, INSTANTS, SOME_DAYS)
def test_days_added_are_the_days_between(calendar: WorkCalendar, at: datetime, days: int) -> None:
    due = calendar.add_working_days(at, days + 1)
    assert calendar.working_days_between(at, due) == days + 1
    assert calendar.working_days_between(due, at) <= 0


@given(CALENDARS, INSTANTS, SOME_DAYS, SOME_DAYS)
def test_the_morning_of_an_earlier_day_is_so_many_days_before(
    calendar: WorkCalendar, at: datetime, days: int, before: int
) -> None:
    due = calendar.add_working_days(at, days + 1)
    morning = calendar.opening_before(due, before)
    assert morning < due
    assert calendar.working_days_between(morning, due) == before
    assert calendar.add_working_days(morning, before) == due


@given(CALENDARS, INSTANTS, st.integers(1, 30), SOME_TIME)
def test_time_that_is_stopped_and_goes_on_is_neither_won_nor_lost(
    calendar: WorkCalendar, at: datetime, days: int, away: timedelta
) -> None:
    due = calendar.add_working_days(at, days)
    left = calendar.working_time_between(at, due)
    assert calendar.add_working_time(at, left) == due
    resumed = calendar.add_working_time(at, away)
    later = calendar.add_working_time(resumed, left)
    assert calendar.working_time_between(at, later) - left == away


@given(CALENDARS, DAYS)
def test_a_body_says_for_itself_what_it_works(calendar: WorkCalendar, day: date) -> None:
    for works in (True, False):
        own = WorkCalendar(calendar.zone, calendar.hours, {**calendar.exceptions, day: works})
        assert own.is_working_day(day) is works
        assert own.is_certain(day)


def test_the_weekends_worked_for_a_holiday_count() -> None:
    # State Council, General Office: holidays of 2025; 26 January and 8 February, 27 April, 28 September, 11 October.
    calendar = WorkCalendar("Asia/Shanghai")
    assert calendar.is_working_day(date(2025, 1, 26))
    assert calendar.is_working_day(date(2025, 2, 8))
    assert not calendar.is_working_day(date(2025, 2, 4))
    # The day before the spring festival of 2025, and three working days on: 5, 6 and 7 February.
    assert calendar.add_working_days(shanghai("2025-01-27T11:00"), 3) == shanghai("2025-02-07T18:00")
    assert calendar.add_working_days(shanghai("2025-01-27T11:00"), 4) == shanghai("2025-02-08T18:00")
    assert calendar.add_working_hours(shanghai("2025-01-27T17:00"), 2) == shanghai("2025-02-05T10:00")


def test_a_day_of_the_body_begins_in_its_own_zone() -> None:
    midnight_and_a_half = datetime(2025, 6, 4, 17, 30, tzinfo=UTC)
    assert WorkCalendar("Asia/Shanghai").day_of(midnight_and_a_half) == date(2025, 6, 5)
    assert WorkCalendar("Asia/Urumqi").day_of(midnight_and_a_half) == date(2025, 6, 4)


def test_hours_of_two_shifts_leave_out_noon() -> None:
    calendar = WorkCalendar("Asia/Shanghai", XINJIANG)
    assert calendar.add_working_hours(shanghai("2025-06-04T13:00"), 2) == shanghai("2025-06-04T17:00")
    assert calendar.add_working_hours(shanghai("2025-06-04T13:00"), 1) == shanghai("2025-06-04T14:00")
    assert calendar.add_working_hours(shanghai("2025-06-04T15:00"), 0) == shanghai("2025-06-04T16:00")


def test_what_is_due_on_a_day_off_is_due_on_the_next_working_day() -> None:
    assert WorkCalendar("Asia/Shanghai").end_of(date(2025, 6, 7)) == shanghai("2025-06-09T18:00")


def test_a_year_without_a_list_has_weekdays_and_says_so() -> None:
    calendar = WorkCalendar("Asia/Shanghai")
    after = date(known_through().year + 1, 1, 1)
    monday = after + timedelta(days=(7 - after.weekday()) % 7)
    assert calendar.is_working_day(monday)
    assert not calendar.is_working_day(monday - timedelta(days=1))
    assert not calendar.is_certain(monday)
    assert calendar.is_certain(known_through())


def test_time_is_not_counted_backward() -> None:
    calendar = WorkCalendar("Asia/Shanghai")
    at = shanghai("2025-06-04T13:00")
    with pytest.raises(ValueError, match="onward"):
        calendar.add_working_days(at, -1)
    with pytest.raises(ValueError, match="onward"):
        calendar.add_working_hours(at, -0.5)
    assert calendar.working_time_between(at, at - timedelta(days=3)) == timedelta()


@pytest.mark.parametrize("text", ["", "10:00", "14:00-10:00", "10:00-10:00", "10-25:00", "10:00:30-12:00", "a-b"])
def test_a_shift_is_written_plainly(text: str) -> None:
    with pytest.raises(ValueError):
        Shift.parse(text)


def test_shifts_stand_in_order() -> None:
    assert WorkingHours.parse(XINJIANG.texts()) == XINJIANG
    assert Shift.parse("09:00-18:00") == Shift(time(9), time(18))
    with pytest.raises(ValueError, match="overlap"):
        WorkingHours.parse(("10:00-14:00", "13:00-18:00"))
    with pytest.raises(ValueError, match="at least one"):
        WorkingHours(())
