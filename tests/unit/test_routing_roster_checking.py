"""What a roster may not say, whatever the dates: held against reckoning day by day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.routing.roster.availability import Availability
from services.routing.roster.checking import mistakes
from services.routing.roster.document import Roster, fields_of
from tests.integration.routing_office import member, roster

FIRST = date(2026, 1, 1)
DAY = timedelta(days=1)
SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 10)), max_size=4)


def spans(found: list[tuple[int, int]]) -> list[dict[str, str]]:
    """First days and lengths as a file says them."""
    return [
        {"begins_on": (FIRST + begin * DAY).isoformat(), "ends_on": (FIRST + (begin + length) * DAY).isoformat()}
        for begin, length in found
    ]


def days(begin: int, length: int) -> set[int]:
    return set(range(begin, begin + length + 1))


def wrong_fields(*members: dict[str, Any]) -> set[str]:
    """The last field of each place that is wrong."""
    checked = Roster.model_validate(roster(*members))
    return {str(location[-1]) for location, _, _ in mistakes(checked, "zhaosu", FIRST)}


@given(SPANS)
def test_terms_are_refused_exactly_where_two_share_a_day(found: list[tuple[int, int]]) -> None:
    overlap = any(days(*one) & days(*other) for one, other in combinations(found, 2))
    assert wrong_fields(member("m-1", terms=spans(found))) == ({"begins_on"} if overlap else set())


@given(SPANS)
def test_an_open_term_leaves_no_room_after_it(found: list[tuple[int, int]]) -> None:
    terms = [*spans(found), {"begins_on": (FIRST + 20 * DAY).isoformat()}]
    ends = [days(*one) & set(range(20, 60)) for one in found]
    overlap = any(ends) or any(days(*one) & days(*other) for one, other in combinations(found, 2))
    assert ("begins_on" in wrong_fields(member("m-1", terms=terms))) == overlap


@given(
    st.tuples(st.integers(0, 40), st.integers(0, 10)), st.tuples(st.integers(0, 40), st.integers(0, 10)), st.booleans()
)
def test_nobody_stands_in_while_away(own: tuple[int, int], others: tuple[int, int], regular: bool) -> None:
    leave = spans([own])[0] if regular else {**spans([own])[0], "stand_in": "m-2"}
    away = member("m-1", leave=[leave], **({"stand_in": "m-2"} if regular else {}))
    wrong = wrong_fields(away, member("m-2", leave=spans([others])))
    assert wrong == ({"stand_in"} if days(*own) & days(*others) else set())


@given(SPANS, SPANS)
def test_whoever_stands_in_today_is_there_today(own: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    file = roster(member("m-1", stand_in="m-2", leave=spans(own)), member("m-2", leave=spans(others)))
    checked = Roster.model_validate(file)
    if any(mistakes(checked, "zhaosu", FIRST)):
        return
    for n in range(-1, 52):
        today = Availability.of(checked, FIRST + n * DAY)
        leave = today.on_leave("m-1")
        assert (leave is not None) == any(n in days(*span) for span in own)
        if leave is not None:
            assert leave.stand_in == "m-2" and today.on_leave("m-2") is None


@given(st.permutations(spans([(0, 1), (5, 2), (10, 3), (20, 0)])))
def test_the_order_in_a_file_is_no_difference(terms: list[dict[str, str]]) -> None:
    ordered, shuffled = (
        Roster.model_validate(roster(member("m-1", terms=each))).members[0] for each in (sorted_of(terms), terms)
    )
    assert fields_of(ordered) == fields_of(shuffled)


def sorted_of(terms: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(terms, key=lambda term: term["begins_on"])
