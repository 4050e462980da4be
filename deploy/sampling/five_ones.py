"""The five ones of every member of a body in the second half of a year, and its study sessions, as a ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

BEGINS = date(2023, 7, 3)
"""After the first part of the year, of which a body may have published what it did."""
WEEKS = 22
FORMS = ("self", "led", "joint")
MATTERS = ("供水管网老化", "道路照明不足", "课后托管名额", "农田灌溉时间", "楼道电动车充电", "就医路线指引")


def five_ones_of(roster: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A talk, a good deed, a survey, an opinion and a micro-consultation of each member, by date.

    Each consultation rests on the survey its member made, and each opinion on an issue of the member's station, of
    which there is one. Beside them the body studies once a week: by oneself, led, together, in turn.
    """
    zone = roster["body"].get("time_zone", "Asia/Shanghai")
    category = roster["departments"][0]["categories"][0]
    found = list(_issues(roster, category, zone))
    for number, member in enumerate(roster["members"]):
        found += _of_member(member["code"], member["stations"][0], number, category, zone)
    found += _study_sessions(roster["members"], zone)
    yield from sorted(found, key=lambda fact: str(fact["at"]))


def _issues(roster: Mapping[str, Any], category: str, zone: str) -> Iterator[dict[str, Any]]:
    """One issue at each station, taken by the first of its members, and answered."""
    for number, (station, members) in enumerate(_by_station(roster["members"]).items()):
        code, first = f"{station}-o", members[0]
        yield {
            "at": _at(0, 9, zone),
            "kind": "issue",
            "code": code,
            "station": station,
            "community": first["communities"][0],
            "category": category,
            "channel": "walk-in",
            "language": "zh-Hans",
            "words": MATTERS[number % len(MATTERS)],
            "anonymous": True,
            "contact": None,
        }
        yield {"at": _at(1, 9, zone), "kind": "accepted", "issue": code, "member": first["code"]}
        closed = {"issue": code, "member": first["code"], "outcome": "answered"}
        yield {"at": _at(7 * WEEKS + 7, 9, zone), "kind": "closed", **closed}


def _of_member(member: str, station: str, number: int, category: str, zone: str) -> Iterator[dict[str, Any]]:
    day, hour = 7 * (number % (WEEKS - 5)) + number % 5, 10 + number % 7
    taking_part = {"station": station, "members": [member]}
    yield {"at": _at(day + 2, hour, zone), "kind": "talk", "code": f"{member}-t", **taking_part, "audience": 20}
    yield {"at": _at(day + 7, hour, zone), "kind": "good-deed", "code": f"{member}-g", **taking_part}
    survey = {"code": f"{member}-s", **taking_part, "category": category}
    yield {"at": _at(day + 14, hour, zone), "kind": "survey", **survey}
    title = f"关于{MATTERS[number % len(MATTERS)]}的建议"
    written = {"member": member, "title": title, "text": "调研所见与建议。", "issues": [f"{station}-o"]}
    yield {"at": _at(day + 21, hour, zone), "kind": "opinion", "code": f"{member}-b", **written}
    yield {
        "at": _at(day + 28, hour, zone),
        "kind": "consultation",
        "code": f"{member}-c",
        **taking_part,
        "surveys": [f"{member}-s"],
        "issues": [],
        "place": "mobile",
        "gathering": "dispersed",
        "setting": "on-site",
        "residents": 5,
        "departments": [],
        "commitments": [],
    }


def _study_sessions(members: Sequence[Mapping[str, Any]], zone: str) -> Iterator[dict[str, Any]]:
    for week in range(WEEKS):
        form = FORMS[week % len(FORMS)]
        first = members[week % len(members)]
        station = first["stations"][0]
        at_station = [each["code"] for each in members if each["stations"][0] == station]
        taking_part = [first["code"]] if form == "self" else at_station
        session = {"code": f"{station}-l{week:02}", "station": station, "members": taking_part, "form": form}
        yield {"at": _at(7 * week + 4, 16, zone), "kind": "study-session", **session}


def _by_station(members: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for member in members:
        found.setdefault(member["stations"][0], []).append(member)
    return found


def _at(day: int, hour: int, zone: str) -> str:
    return datetime.combine(BEGINS + timedelta(days=day), time(hour), ZoneInfo(zone)).isoformat()
