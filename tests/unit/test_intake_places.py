"""Where an issue lies: what is named, what follows from it, and what is refused."""

from __future__ import annotations

import pytest

from services.intake.places import Location, Places, Station
from shared.errors import DomainError

PLACES = Places.of(
    3,
    [
        Station("st2", "community", "t1", ("c3", "c1")),
        Station("st1", "township", "t1", ("c1", "c2")),
        Station("st3", "studio", "t1", ()),
    ],
    categories=["noise"],
    departments=[],
)


@pytest.mark.parametrize(
    ("station", "community", "found"),
    [
        ("st1", None, Location("st1", "c1")),
        ("st2", None, Location("st2", "c3")),
        (None, "c1", Location("st1", "c1")),
        (None, "c3", Location("st2", "c3")),
        ("st3", "c2", Location("st3", "c2")),
    ],
)
def test_the_other_half_follows(station: str | None, community: str | None, found: Location) -> None:
    assert PLACES.locate(station, community) == found


@pytest.mark.parametrize(
    ("station", "community", "code", "field"),
    [
        (None, None, "place-missing", "station"),
        ("st9", None, "unknown-station", "station"),
        ("st9", "c1", "unknown-station", "station"),
        (None, "c9", "unknown-community", "community"),
        ("st3", None, "community-missing", "community"),
    ],
)
def test_what_is_not_there_is_named(station: str | None, community: str | None, code: str, field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        PLACES.locate(station, community, within="issue.")
    assert (refusal.value.code, refusal.value.field) == (code, f"issue.{field}")


def test_before_the_first_roster_every_station_is_unknown() -> None:
    with pytest.raises(DomainError, match="no such station"):
        Places().locate("st1", None)


def test_a_category_is_one_of_the_departments() -> None:
    PLACES.check_category("noise")
    PLACES.check_category(None)
    with pytest.raises(DomainError) as refusal:
        PLACES.check_category("weather")
    assert refusal.value.field == "category"
