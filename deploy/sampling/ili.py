"""Ili (prefecture): 1,787 members across its bodies, its own and those of the eleven counties and cities below it.

The number in all is what was published. How it is divided is made up, but for Zhaosu's 129.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploy.sampling.five_ones import five_ones_of
from deploy.sampling.naming import named

MEMBERS: Mapping[str, int] = {
    "ili": 300,
    "zhaosu": 129,
    "yining-city": 180,
    "kuytun": 130,
    "khorgas": 95,
    "yining": 160,
    "qapqal": 125,
    "huocheng": 150,
    "gongliu": 125,
    "xinyuan": 158,
    "tekes": 120,
    "nilka": 115,
}
"""How many members each body has: 1,787 together."""
BELOW = tuple(code for code in MEMBERS if code not in ("ili", "zhaosu"))
"""The bodies below that have no sample of their own."""
CITIES = frozenset({"yining-city", "kuytun", "khorgas"})
OF_A_STATION = 12
"""Members at a station, about."""
ZHAOSU = Path(__file__).parent.parent / "sample" / "zhaosu-roster.json"


def roster() -> dict[str, Any]:
    """The prefecture's own roster; its counties have rosters of their own."""
    return roster_of("ili")


def facts() -> Iterator[dict[str, Any]]:
    """The five ones of the prefecture's own members, by date."""
    return facts_of("ili")


def roster_of(body: str) -> dict[str, Any]:
    """The roster of the prefecture or of a body below it; Zhaosu's is the sample that it always had."""
    if body == "zhaosu":
        found: dict[str, Any] = json.loads(ZHAOSU.read_text(encoding="utf-8"))
        return found
    stations = range(1, 2 + (MEMBERS[body] - 1) // OF_A_STATION)
    return {
        "body": {
            "code": body,
            "tier": "prefecture" if body == "ili" else "city" if body in CITIES else "county",
            "parent": None if body == "ili" else "ili",
            "time_zone": "Asia/Shanghai",
        },
        "townships": [{"code": f"{body}-t{n:02}", "names": named(f"第{n}乡镇", f"Township {n}")} for n in stations],
        "stations": [
            {
                "code": f"{body}-st{n:02}",
                "kind": "township",
                "township": f"{body}-t{n:02}",
                "names": named(f"第{n}乡镇委员工作站", f"Township {n}, members' station"),
            }
            for n in stations
        ],
        "communities": [
            {
                "code": f"{body}-t{n:02}-c1",
                "township": f"{body}-t{n:02}",
                "station": f"{body}-st{n:02}",
                "names": named(f"第{n}乡镇第一村", f"Township {n}, village 1"),
            }
            for n in stations
        ],
        "members": [_member(body, number, 1 + number % len(stations)) for number in range(MEMBERS[body])],
        "departments": [
            {
                "code": f"{body}-d-water",
                "categories": ["water-supply"],
                "names": named("水利局", "Water Bureau"),
            }
        ],
        "duty_days": {"days_of_month": [10, 20], "hours": "10:00-13:00"},
    }


def facts_of(body: str) -> Iterator[dict[str, Any]]:
    """The five ones of every member of one of the bodies, by date."""
    return five_ones_of(roster_of(body))


def _member(body: str, number: int, station: int) -> dict[str, Any]:
    return {
        "code": f"{body}-m{number + 1:03}",
        "stations": [f"{body}-st{station:02}"],
        "communities": [f"{body}-t{station:02}-c1"],
        "expertise": ["water-supply"],
        "languages": ["zh-Hans"],
    }
