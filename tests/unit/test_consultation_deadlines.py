"""Every state of a deadline crossed with every move; and when it is due, warned of and told, for any calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultation.deadlines.reckoning import Length, reckon
from services.consultation.domain.deadlines import DEADLINE, OWED, DeadlineMove, DeadlineState
from shared.contracts.terms import DEFAULT_TERMS, DeadlineTerm
from shared.contracts.words import DeadlineKind
from shared.states import IllegalMove
from shared.workdays import EIGHT_HOURS, WorkCalendar, WorkingHours

BY_HAND = {
    "running": {"pause": "paused", "miss": "missed", "meet": "met", "meet-late": "met-late", "release": "released"},
    "paused": {"resume": "running", "meet": "met", "release": "released"},
    "missed": {"meet": "met", "meet-late": "met-late", "release": "released"},
}


@pytest.mark.parametrize(("state", "move"), list(product(DeadlineState, DeadlineMove)))
def test_a_deadline_moves_by_the_table_and_not_otherwise(state: DeadlineState, move: DeadlineMove) -> None:
    expected = BY_HAND.get(state.value, {}).get(move.value)
    if expected is None:
        with pytest.raises(IllegalMove):
            DEADLINE.after(state, move)
    else:
        assert DEADLINE.after(state, move) == expected


def test_what_is_owed_can_be_done_and_what_is_over_stays_so() -> None:
    assert list(DEADLINE.faults()) == []
    assert set(OWED) == set(DEADLINE.states_allowing(DeadlineMove.MEET))
    assert set(DEADLINE.ends()) == set(DeadlineState) - set(OWED)


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
CALENDARS = st.builds(
    WorkCalendar,
    zone=st.sampled_from(("Asia/Shanghai", "Asia/Urumqi")),
    hours=st.sampled_from((EIGHT_HOURS, WorkingHours.parse(("10:00-14:00", "16:00-20:00")))),
    exceptions=st.dictionaries(DAYS, st.booleans(), max_size=20),
)
TERMS = st.builds(
    DeadlineTerm,
    kind=st.just("answer"),
    days=st.integers(1, 60),
    warn_days_before=st.none() | st.integers(0, 59),
    escalate_days_after=st.integers(0, 10),
)
LENGTHS = (
    st.builds(Length, days=st.integers(1, 60))
    | st.builds(Length, due_on=DAYS)
    | st.builds(Length, left=st.integers(0, 10**12).map(lambda count: timedelta(microseconds=count)))
)


@given(CALENDARS, TERMS, INSTANTS, LENGTHS)
def test_a_warning_comes_before_and_the_office_after(
    calendar: WorkCalendar, term: DeadlineTerm, at: datetime, length: Length
) -> None:
    ends = reckon(calendar, term, at, length)
    assert calendar.is_working_day(calendar.day_of(ends.due_at))
    assert ends.escalate_at >= ends.due_at
    assert (ends.escalate_at == ends.due_at) is (term.escalate_days_after == 0)
    if ends.warn_at is not None:
        assert at < ends.warn_at < ends.due_at
        assert calendar.working_days_between(ends.warn_at, ends.due_at) == term.warn_days_before


@given(CALENDARS, INSTANTS, st.integers(1, 60), DAYS, st.booleans())
def test_a_day_off_makes_no_deadline_shorter_and_a_day_on_none_longer(
    calendar: WorkCalendar, at: datetime, days: int, day: date, works: bool
) -> None:
    term = DeadlineTerm(kind="answer", days=days)
    changed = WorkCalendar(calendar.zone, calendar.hours, {**calendar.exceptions, day: works})
    before, after = (reckon(each, term, at, Length(days=days)).due_at for each in (calendar, changed))
    assert after <= before if works else after >= before


def test_each_kind_has_its_term() -> None:
    kinds: tuple[DeadlineKind, ...] = ("first-contact", "answer", "referral-reply", "commitment")
    assert tuple(term.kind for term in DEFAULT_TERMS) == kinds
    assert [term.days is None for term in DEFAULT_TERMS] == [False, False, False, True]
