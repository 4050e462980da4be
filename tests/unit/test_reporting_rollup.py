"""What is missing of a sum is named, and figures that do not add up stand in none."""

from __future__ import annotations

from collections.abc import Mapping

from services.reporting.figures import CATALOGUE, Value
from services.reporting.queries import Counted
from services.reporting.rates import RATE_OF_FIGURE, Rate
from services.reporting.rollup import _missing, added
from services.reporting.tiers.tree import BodyBelow, StreamLag


def counted(rate: Rate, **values: Value) -> Counted:
    every: Mapping[str, Value] = dict.fromkeys((figure.key for figure in CATALOGUE), None) | values
    return Counted(every, dict.fromkeys(RATE_OF_FIGURE.values(), rate))


def test_shares_are_made_of_summed_parts_and_not_of_shares() -> None:
    found = added([counted(Rate(1, 1, 0, 1), members=3, duty_days_per_month=2), counted(Rate(1, 3, 4, 7), members=4)])
    assert (found.values["members"], found.values["duty_days_per_month"], found.values["stations"]) == (7, None, None)
    assert found.values["satisfaction_percent"] == 50
    assert found.rates["satisfaction"] == Rate(2, 4, 4, 8)


def place(silent: bool, kept: int, lag: int | None) -> BodyBelow:
    streams = [StreamLag("FROM_zhaosu", 7, lag), StreamLag("UP_ili", 9, 1)]
    return BodyBelow("zhaosu", "county", 1, ("zhaosu",), None, 7, None, silent, kept, None, streams)


def test_what_is_missing_is_named() -> None:
    found = [(each.why, each.events) for each in _missing(place(True, 3, 4))]
    assert found == [("silent", None), ("waiting", 5), ("kept", 3)]
    assert list(_missing(place(False, 0, None))) == []
