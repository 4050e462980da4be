"""Karamay (city): every member is at a station, and every community has members; 就近、就地、就事.

476 members: four in each of the seven communities of seventeen subdistricts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

from deploy.sampling.making import CATEGORIES, LANGUAGES, IssueLife, Line, departments, moment, names, ordered

ZONE = "Asia/Shanghai"
SUBDISTRICTS, COMMUNITIES, MEMBERS = 17, 7, 4
ISSUES, TALKS = 34, 6
UNITS = (
    ("proposals", "committee", "提案委员会", "تەكلىپ كومىتېتى", "Committee for proposals"),
    ("economy", "committee", "经济委员会", "ئىقتىساد كومىتېتى", "Committee for the economy"),
    ("society", "committee", "社会法制委员会", "جەمئىيەت ۋە قانۇنچىلىق كومىتېتى", "Committee for society and law"),
    ("history", "committee", "文化文史委员会", "مەدەنىيەت-تارىخ كومىتېتى", "Committee for culture and history"),
    ("general", "office", "办公室", "ئىشخانا", "General office"),
    ("members", "office", "委员联络室", "ئەزالار ئالاقە ئىشخانىسى", "Members' liaison office"),
)
BEGINS = date(2023, 1, 9)


def roster() -> dict[str, Any]:
    """Stations in every subdistrict and every community, and whom each community's residents find there."""
    places = list(product(range(1, SUBDISTRICTS + 1), range(1, COMMUNITIES + 1)))
    return {
        "body": {"code": "karamay", "tier": "city", "parent": None, "time_zone": ZONE},
        "townships": [
            {"code": _subdistrict(s), "names": names(f"第{s}街道", f"{s}-كوچا باشقارمىسى", f"Subdistrict {s}")}
            for s in range(1, SUBDISTRICTS + 1)
        ],
        "stations": [_station(s, None) for s in range(1, SUBDISTRICTS + 1)] + [_station(s, c) for s, c in places],
        "communities": [
            {
                "code": _community(s, c),
                "township": _subdistrict(s),
                "station": f"{_community(s, c)}-st",
                "names": names(
                    f"第{s}街道第{c}社区", f"{s}-كوچا باشقارمىسى {c}-مەھەللە", f"Subdistrict {s}, community {c}"
                ),
            }
            for s, c in places
        ],
        "members": [_member(s, c, m) for s, c in places for m in range(1, MEMBERS + 1)],
        "departments": departments("ky", "karamay"),
        "duty_days": {"days_of_month": [5, 15, 25], "hours": "10:30-13:00"},
        "units": [
            {
                "code": f"ky-u-{code}",
                "kind": kind,
                "names": names(*said),
                "set_up_on": "2016-12-01",
                "posts": [
                    {
                        "code": "director",
                        "names": names("主任", "مۇدىر", "Director"),
                        "set_up_on": "2016-12-01",
                        "filled": [{"begins_on": "2021-12-01"}],
                    },
                ],
            }
            for code, kind, *said in UNITS
        ],
        "units_required": {"committees": 4, "offices": 2},
    }


def facts() -> Iterator[Line]:
    """The canteen's noise at night, and what else a first half of a year brought."""
    lines = list(_canteen())
    for number in range(ISSUES):
        lines += _issue(number).lines()
    for number in range(TALKS):
        s = 1 + 3 * number % SUBDISTRICTS
        lines.append(
            {
                "kind": "talk",
                "code": f"T-{number + 1:03}",
                "at": moment(BEGINS + timedelta(days=24 * number), 16, 0, ZONE),
                "station": f"{_subdistrict(s)}-st",
                "members": [_code(s, 1, 1)],
                "audience": 30 + 7 * number,
            }
        )
    yield from ordered(lines)


def _canteen() -> Iterator[Line]:
    station, community, members = "ky-s03-c2-st", "ky-s03-c2", [_code(3, 2, 1), _code(3, 2, 2)]
    life = IssueLife(
        code="K-0001",
        raised_on=date(2023, 3, 8),
        hour=22,
        station=station,
        community=community,
        category="noise",
        words="楼下食堂夜里噪声很大，老人孩子睡不好，请帮忙协调。",
        member=members[0],
        zone=ZONE,
        department="ky-d-market-supervision",
        outcome="solved",
        days=12,
    )
    yield from life.lines()
    yield {
        "kind": "survey",
        "code": "S-001",
        "at": moment(date(2023, 3, 10), 22, 30, ZONE),
        "station": station,
        "members": members,
        "category": "noise",
    }
    # Of each way of meeting one: fixed or mobile, concentrated or dispersed, in a venue or on the spot.
    for number, (place, gathering, setting) in enumerate(
        (("mobile", "concentrated", "on-site"), ("fixed", "concentrated", "venue"), ("mobile", "dispersed", "on-site"))
    ):
        day = date(2023, 3, 14) + timedelta(days=30 * number)
        yield {
            "kind": "consultation",
            "code": f"C-{number + 1:03}",
            "at": moment(day, 17, 0, ZONE),
            "station": station,
            "surveys": ["S-001"],
            "issues": ["K-0001"] if number == 0 else [],
            "place": place,
            "gathering": gathering,
            "setting": setting,
            "members": members,
            "residents": 5,
            "departments": ["ky-d-market-supervision"],
            "commitments": [
                {
                    "by": "ky-d-market-supervision",
                    "what": "食堂二十二时后停用排风，加装隔音",
                    "due": (day + timedelta(days=21)).isoformat(),
                    "kept": (day + timedelta(days=5)).isoformat(),
                }
            ],
        }


def _issue(number: int) -> IssueLife:
    s, c = 1 + 5 * number % SUBDISTRICTS, 1 + number % COMMUNITIES
    category = CATEGORIES[number % len(CATEGORIES)]
    referred = category in ("water-supply", "roads", "heating")
    return IssueLife(
        code=f"K-{number + 2:04}",
        raised_on=BEGINS + timedelta(days=4 * number),
        hour=9 + number % 12,
        station=f"{_community(s, c)}-st",
        community=_community(s, c),
        category=category,
        words="希望有人来看看我们小区的问题，一起商量个办法。",
        member=_code(s, c, 1 + number % MEMBERS),
        zone=ZONE,
        channel=("qr", "qr", "walk-in", "web")[number % 4],
        language=("zh-Hans", "ug", "zh-Hans")[number % 3],
        department=f"ky-d-{category}" if referred else None,
        outcome="solved" if number % 3 else "answered",
        rating=(None, "satisfied", "satisfied", "partly", "satisfied")[number % 5],
        days=7 + number % 6,
    )


def _subdistrict(s: int) -> str:
    return f"ky-s{s:02}"


def _community(s: int, c: int) -> str:
    return f"ky-s{s:02}-c{c}"


def _code(s: int, c: int, m: int) -> str:
    return f"ky-m{((s - 1) * COMMUNITIES + c - 1) * MEMBERS + m:03}"


def _station(s: int, c: int | None) -> Line:
    if c is None:
        said = (f"第{s}街道委员工作站", f"{s}-كوچا باشقارمىسى ئەزالار پونكىتى", f"Subdistrict {s}, members' station")
    else:
        said = (
            f"第{s}街道第{c}社区委员工作室",
            f"{s}-كوچا باشقارمىسى {c}-مەھەللە ئەزالار پونكىتى",
            f"Subdistrict {s}, community {c}, members' room",
        )
    kind, code = ("township", _subdistrict(s)) if c is None else ("community", _community(s, c))
    return {"code": f"{code}-st", "kind": kind, "township": _subdistrict(s), "names": names(*said)}


def _member(s: int, c: int, m: int) -> Line:
    number = ((s - 1) * COMMUNITIES + c - 1) * MEMBERS + m
    # The first of a community is at its subdistrict's station too, where whoever does not live there comes.
    stations = [f"{_community(s, c)}-st", *([f"{_subdistrict(s)}-st"] if m == 1 else [])]
    return {
        "code": _code(s, c, m),
        "stations": stations,
        "communities": [_community(s, c)],
        "expertise": [CATEGORIES[number % len(CATEGORIES)], *(["noise"] if number % 9 == 0 else [])],
        "languages": list(LANGUAGES[number % len(LANGUAGES)]),
        "units": [f"ky-u-{UNITS[number % 4][0]}"],
        "terms": [{"begins_on": "2021-12-01"}],
    }
