"""Kashgar (prefecture): a station in every township, duty days on the 10th and 20th, four committees and two offices
in every county body (四委两室).

Twelve county bodies, of which none has an instance of its own yet: they stand as units in the prefecture's chain, and
what each must have is said once. Before the period each had one committee and its general office.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from deploy.sampling.making import CATEGORIES, LANGUAGES, IssueLife, Line, departments, moment, names, ordered

ZONE = "Asia/Urumqi"
COUNTIES = tuple(range(1, 13))
TOWNSHIPS = 186
ISSUES, SURVEYS, CONSULTATIONS = 12, 12, 3
BEFORE, BEGINS = "2017-03-01", date(2023, 2, 6)
COMMITTEES = (
    ("k1", "提案委员会", "تەكلىپ كومىتېتى", "Committee for proposals"),
    ("k2", "经济农业委员会", "ئىقتىساد-يېزا ئىگىلىك كومىتېتى", "Committee for the economy and farming"),
    ("k3", "社会法制委员会", "جەمئىيەت ۋە قانۇنچىلىق كومىتېتى", "Committee for society and law"),
    ("k4", "文化文史委员会", "مەدەنىيەت-تارىخ كومىتېتى", "Committee for culture and history"),
)
OFFICES = (
    ("o1", "办公室", "ئىشخانا", "General office"),
    ("o2", "委员联络室", "ئەزالار ئالاقە ئىشخانىسى", "Members' liaison office"),
)
DIRECTOR, DEPUTY = names("主任", "مۇدىر", "Director"), names("副主任", "مۇئاۋىن مۇدىر", "Deputy director")
OLD = ("k1", "o1")
"""What each county body had before the period: 2 units; the other 4 of 6, in 12 counties, are the 48 added."""
DEPUTIES = 3
"""Counties whose liaison office also got a deputy: 48 posts of those who lead the new units, and 3, are 51."""
VACANT = 5
"""The new liaison offices of the last counties are set up, and nobody leads them yet."""


def roster() -> dict[str, Any]:
    """Townships with a station, two villages and a member for each; the chain with what every county body has."""
    townships = list(_townships())
    return {
        "body": {"code": "kashgar", "tier": "prefecture", "parent": None, "time_zone": ZONE},
        "townships": [
            {"code": code, "names": names(f"第{c}县第{t}乡", f"{c}-ناھىيە {t}-يېزا", f"County {c}, township {t}")}
            for c, t, code in townships
        ],
        "stations": [
            {
                "code": f"{code}-st",
                "kind": "township",
                "township": code,
                "names": names(
                    f"第{c}县第{t}乡委员联络站", f"{c}-ناھىيە {t}-يېزا ئەزالار پونكىتى", f"County {c}, station {t}"
                ),
            }
            for c, t, code in townships
        ],
        "communities": [
            {
                "code": f"{code}-v{v}",
                "township": code,
                "station": f"{code}-st",
                "names": names(
                    f"第{c}县第{t}乡第{v}村",
                    f"{c}-ناھىيە {t}-يېزا {v}-كەنت",
                    f"County {c}, township {t}, village {v}",
                ),
            }
            for c, t, code in townships
            for v in (1, 2)
        ],
        "members": [_member(c, t, code, v) for c, t, code in townships for v in (1, 2)],
        "departments": departments("ks", "kashgar"),
        "duty_days": {"days_of_month": [10, 20], "hours": "10:00-13:00"},
        "units": [unit for c in COUNTIES for unit in _units(c)],
        "units_required_below": {"committees": 4, "offices": 2},
    }


def facts() -> Iterator[Line]:
    """Surveys, the consultations in villages that rest on them, and what residents brought on duty days."""
    lines: list[Line] = []
    for number in range(SURVEYS):
        code = _nth_township(13 * number)
        lines.append(
            {
                "kind": "survey",
                "code": f"S-{number + 1:03}",
                "at": moment(BEGINS + timedelta(days=9 * number), 11, 0, ZONE),
                "station": f"{code}-st",
                "members": [_code(code, 1), _code(code, 2)],
                "category": CATEGORIES[number % len(CATEGORIES)],
            }
        )
    lines += [_consultation(number) for number in range(CONSULTATIONS)]
    for number in range(ISSUES):
        lines += _issue(number).lines()
    yield from ordered(lines)


def _consultation(number: int) -> Line:
    """In the village of the survey that it rests on, a fortnight after it."""
    survey = 4 * number
    code = _nth_township(13 * survey)
    held_on = BEGINS + timedelta(days=9 * survey + 14)
    return {
        "kind": "consultation",
        "code": f"C-{number + 1:03}",
        "at": moment(held_on, 16, 0, ZONE),
        "station": f"{code}-st",
        "surveys": [f"S-{survey + 1:03}"],
        "issues": [],
        "place": "mobile",
        "gathering": "concentrated",
        "setting": "on-site",
        "members": [_code(code, 1), _code(code, 2)],
        "residents": 6 + number,
        "departments": ["ks-d-water-supply"],
        "commitments": [
            {
                "by": "ks-d-water-supply",
                "what": "修好村里的渠道",
                "due": (held_on + timedelta(days=30)).isoformat(),
                "kept": (held_on + timedelta(days=24)).isoformat(),
            }
        ],
    }


def _issue(number: int) -> IssueLife:
    """On the 10th and the 20th of each month, when members are there."""
    code = _nth_township(15 * number + 7)
    category = CATEGORIES[number % len(CATEGORIES)]
    return IssueLife(
        code=f"J-{number + 1:04}",
        raised_on=date(2023, 1 + number // 2, 10 if number % 2 == 0 else 20),
        hour=11,
        station=f"{code}-st",
        community=f"{code}-v1",
        category=category,
        words="想请委员来村里看一看，帮我们想个办法。",
        member=_code(code, 1),
        zone=ZONE,
        channel="walk-in",
        language="ug",
        department="ks-d-water-supply" if category == "water-supply" else None,
        outcome="solved" if number % 4 == 0 else "answered",
        rating="satisfied" if number % 3 else None,
        days=10,
    )


def _townships() -> Iterator[tuple[int, int, str]]:
    """County, number within it, and code: 15 or 16 in each."""
    each, more = divmod(TOWNSHIPS, len(COUNTIES))
    for c in COUNTIES:
        for t in range(1, each + (c <= more) + 1):
            yield c, t, f"ks-c{c:02}-t{t:02}"


def _nth_township(number: int) -> str:
    return [code for _, _, code in _townships()][number % TOWNSHIPS]


def _units(c: int) -> Iterator[Line]:
    county = f"ks-c{c:02}"
    yield {
        "code": county,
        "kind": "body",
        "names": names(f"第{c}县政协", f"{c}-ناھىيەلىك سىياسىي كېڭەش", f"County {c}"),
    }
    for kind, those in (("committee", COMMITTEES), ("office", OFFICES)):
        for code, *called in those:
            new = code not in OLD
            set_up_on = (BEGINS + timedelta(days=7 * (c - 1))).isoformat() if new else BEFORE
            yield {
                "code": f"{county}-{code}",
                "kind": kind,
                "names": names(*called),
                "parent": county,
                "set_up_on": set_up_on,
                "posts": list(_posts(c, code, set_up_on)),
            }


def _posts(c: int, code: str, set_up_on: str) -> Iterator[Line]:
    nobody = code == "o2" and c > len(COUNTIES) - VACANT
    filled = [{"begins_on": set_up_on}]
    yield {"code": "director", "names": DIRECTOR, "set_up_on": set_up_on, "filled": [] if nobody else filled}
    if code == "o2" and c <= DEPUTIES:
        yield {"code": "deputy", "names": DEPUTY, "set_up_on": set_up_on, "filled": filled}


def _code(township: str, v: int) -> str:
    return f"{township}-m{v}"


def _member(c: int, t: int, township: str, v: int) -> Line:
    number = 2 * t + v
    return {
        "code": _code(township, v),
        "stations": [f"{township}-st"],
        "communities": [f"{township}-v{v}"],
        "expertise": [CATEGORIES[number % len(CATEGORIES)]],
        "languages": list(LANGUAGES[1 if v == 1 else number % len(LANGUAGES)]),
        "units": [f"ks-c{c:02}-{COMMITTEES[number % 4][0]}"],
    }
