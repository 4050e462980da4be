"""Hami (city): a research programme on local history, whose records add up to what the body published.

53 member units, 17 institutes and 30 local researchers; 41 results; 44 beacon towers; 3,000,000 characters.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deploy.sampling.naming import named

ZONE = "Asia/Urumqi"
UNITS, INSTITUTES, RESEARCHERS = 53, 17, 30
TOPICS = 14
RESULTS = 41
BEACON_TOWERS = 44
DOCUMENTS, CHARACTERS = 60, 3_000_000
BEGINS = date(2023, 1, 9)

SUBJECTS = (
    ("烽燧与驿路", "film"),
    ("古城与屯田", "paper"),
    ("坎儿井与绿洲", "report"),
    ("木卡姆传承", "collection"),
    ("驿站与商路", "paper"),
    ("地方志辑校", "book"),
    ("石刻与题记", "collection"),
)
RESULT_KINDS = ("book", "paper", "report")
USES = ("protection", "teaching", "tourism", "policy", "exhibition")


def roster() -> dict[str, Any]:
    """Ten members at two stations: a programme needs few, and its units, institutes and researchers are no members."""
    townships = [
        {"code": f"hm-t{number:02}", "names": named(f"第{number}街道", f"Subdistrict {number}")} for number in (1, 2)
    ]
    return {
        "body": {"code": "hami", "tier": "city", "parent": None, "time_zone": ZONE},
        "townships": townships,
        "stations": [
            {
                "code": f"hm-st{number:02}",
                "kind": "township",
                "township": f"hm-t{number:02}",
                "names": named(f"第{number}街道委员工作站", f"Station {number}"),
            }
            for number in (1, 2)
        ],
        "communities": [
            {
                "code": f"hm-t{number:02}-c1",
                "township": f"hm-t{number:02}",
                "station": f"hm-st{number:02}",
                "names": named(f"第{number}街道第一社区", f"Subdistrict {number}, community 1"),
            }
            for number in (1, 2)
        ],
        "members": [
            {
                "code": f"hm-m{number:03}",
                "stations": [f"hm-st{1 + number % 2:02}"],
                "communities": [f"hm-t{1 + number % 2:02}-c1"],
                "expertise": ["local-history"],
                "languages": ["zh-Hans"],
            }
            for number in range(1, 11)
        ],
        "departments": [],
        "duty_days": {"days_of_month": [10, 20], "hours": "10:00-13:00"},
    }


def facts() -> Iterator[dict[str, Any]]:
    """The ledger of the programme's year, in the order of its dates."""
    yield from sorted([*_participants(), *_topics()], key=lambda fact: str(fact["at"]))


def _participants() -> Iterator[dict[str, Any]]:
    for role, prefix, word, many in (
        ("member-unit", "hm-u", "单位", UNITS),
        ("institute", "hm-i", "院所", INSTITUTES),
        ("researcher", "hm-r", None, RESEARCHERS),
    ):
        for number in range(1, many + 1):
            called = {"called": f"第{number}{word}"} if word else {}
            yield {"at": _at(0), "kind": "participant", "code": f"{prefix}{number:02}", "role": role, **called}


def _topics() -> Iterator[dict[str, Any]]:
    """Each topic is begun, surveyed, collated, written up and reviewed; half of them are put to use."""
    for number in range(1, TOPICS + 1):
        topic = f"hm-k{number:02}"
        subject, kind = SUBJECTS[(number - 1) % len(SUBJECTS)]
        first = 7 + 3 * number
        workers = [f"hm-u{1 + (number * 4 + each) % UNITS:02}" for each in range(4)]
        workers += [f"hm-i{1 + number % INSTITUTES:02}", f"hm-r{1 + (number * 2) % RESEARCHERS:02}"]
        title = f"{subject}（{number}）"
        yield {"at": _at(first), "kind": "topic", "code": topic, "title": title, "participants": workers}
        yield {"at": _at(first + 7), "kind": "topic-step", "topic": topic, "move": "begin"}
        yield from _survey(topic, number, first + 30)
        yield from _documents(topic, number, first + 60)
        results = [f"hm-e{each:02}" for each in _share(RESULTS, number)]
        for place, code in enumerate(results):
            what = kind if place == 0 else RESULT_KINDS[place % len(RESULT_KINDS)]
            entitled = f"{title}成果之{place + 1}"
            yield _of(topic, "result", code, first + 150 + place, what=what, title=entitled)
        yield {"at": _at(first + 180), "kind": "topic-step", "topic": topic, "move": "submit"}
        yield {"at": _at(first + 200), "kind": "topic-step", "topic": topic, "move": "conclude"}
        if number % 2:
            use = USES[number % len(USES)]
            yield _of(topic, "result-use", f"hm-a{number:02}", first + 220, result=results[0], what=use)


def _survey(topic: str, number: int, day: int) -> Iterator[dict[str, Any]]:
    survey, place = f"hm-s{number:02}", f"第{number}调查区"
    yield _of(topic, "field-survey", survey, day, place=place)
    for tower in _share(BEACON_TOWERS, number):
        where = f"{place}，烽燧 {tower}"
        yield _of(topic, "find", f"hm-f{tower:02}", day + 1, survey=survey, what="beacon_tower", place=where)


def _documents(topic: str, number: int, day: int) -> Iterator[dict[str, Any]]:
    for document in _share(DOCUMENTS, number):
        # Texts are of different lengths; the last makes up what is left.
        lengths = [40_000 + 521 * (each % 37) for each in range(1, DOCUMENTS)]
        length = CHARACTERS - sum(lengths) if document == DOCUMENTS else lengths[document - 1]
        title = f"第{document}号文献"
        yield _of(topic, "document", f"hm-d{document:02}", day + document, title=title, characters=length)


def _of(topic: str, kind: str, code: str, day: int, **more: Any) -> dict[str, Any]:
    return {"at": _at(day), "kind": kind, "topic": topic, "code": code, **more}


def _share(total: int, topic: int) -> range:
    """Which of ``total`` numbered things belong to one topic: every one to one, evenly."""
    return range(1 + total * (topic - 1) // TOPICS, 1 + total * topic // TOPICS)


def _at(day: int) -> str:
    return datetime.combine(BEGINS + timedelta(days=day), time(11), ZoneInfo(ZONE)).isoformat()
