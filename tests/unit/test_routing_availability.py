"""Who can be asked on a day, and where it is a duty day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from services.routing.roster.availability import Availability, Leave
from services.routing.roster.document import Roster
from tests.integration.routing_office import member, roster

DAY = date(2026, 3, 10)
NEXT = timedelta(days=1)


def on(day: date, *members: dict[str, Any], **more: Any) -> Availability:
    return Availability.of(Roster.model_validate({**roster(*members), **more}), day)


def test_a_term_holds_from_its_first_day_to_its_last() -> None:
    them = (
        member("m-1", terms=[{"begins_on": "2026-03-10", "ends_on": "2026-03-10"}]),
        member("m-2", terms=[{"begins_on": "2020-01-01", "ends_on": "2024-12-31"}, {"begins_on": "2026-03-10"}]),
        member("m-3"),
    )
    assert [on(DAY, *them).in_term(code) for code in ("m-1", "m-2", "m-3")] == [True, True, True]
    assert [on(DAY - NEXT, *them).in_term(code) for code in ("m-1", "m-2", "m-3")] == [False, False, True]
    assert [on(DAY + NEXT, *them).in_term(code) for code in ("m-1", "m-2", "m-3")] == [False, True, True]


def test_a_leave_says_until_when_and_who_stands_in() -> None:
    leave = [{"begins_on": "2026-03-10", "ends_on": "2026-03-12", "stand_in": "m-3"}]
    regular = [{"begins_on": "2026-03-10", "ends_on": "2026-03-12"}]
    them = (
        member("m-1", stand_in="m-2", leave=leave),
        member("m-2", stand_in="m-3", leave=regular),
        member("m-3"),
        member("m-4", leave=regular),
    )
    today = on(DAY, *them)
    assert today.on_leave("m-1") == Leave("m-1", DAY, date(2026, 3, 12), "m-3")
    assert today.on_leave("m-2") == Leave("m-2", DAY, date(2026, 3, 12), "m-3")
    assert today.on_leave("m-3") is None
    assert (leave_of_four := today.on_leave("m-4")) is not None and leave_of_four.stand_in is None
    assert on(DAY - NEXT, *them).on_leave("m-1") is None
    assert on(date(2026, 3, 12), *them).on_leave("m-1") is not None
    assert on(date(2026, 3, 13), *them).on_leave("m-1") is None


def test_a_station_keeps_its_own_duty_days_or_those_of_the_body() -> None:
    stations = [
        {"code": "st-1", "kind": "township", "township": "t-1"},
        {
            "code": "st-2",
            "kind": "mobile",
            "township": "t-2",
            "duty": {"rules": [{"weekdays": ["wednesday"]}], "extra": ["2026-03-12"], "cancelled": ["2026-03-18"]},
        },
    ]
    found = {
        day: [on(date(2026, 3, day), stations=stations).on_duty(code) for code in ("st-1", "st-2", "st-9")]
        for day in (10, 11, 12, 18, 20)
    }
    assert found == {
        10: [True, False, False],
        11: [False, True, False],
        12: [False, True, False],
        18: [False, False, False],
        20: [True, False, False],
    }
