"""The usual rule asks the members whom the first release asked, issue by issue of the sample ledger."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.routing.domain.choosing import choose
from services.routing.domain.people import Load, spoken
from services.routing.domain.rule import USUAL
from services.routing.roster.book import Directory
from services.routing.roster.document import MemberEntry, Roster

SAMPLE = Path(__file__).parents[2] / "deploy" / "sample"


def first_release_asks(directory: Directory, issue: dict[str, Any], loads: dict[str, Load]) -> str:
    """The nearest ring with anybody; in it the matter, the language, the community, the load, the turn, the code."""
    township = directory.township_of_community[issue["community"]]

    def townships(member: MemberEntry) -> set[str]:
        stations = {directory.township_of_station[code] for code in member.stations}
        return stations | {directory.township_of_community[code] for code in member.communities}

    def key(member: MemberEntry) -> Any:
        load = loads.get(member.code, Load())
        covers = issue["community"] in member.communities
        ring = 0 if covers or issue["station"] in member.stations else 1 if township in townships(member) else 2
        return (
            ring,
            issue["category"] not in member.expertise,
            spoken(issue["language"]) not in map(spoken, member.languages),
            not covers,
            load.open_orders,
            load.last_assigned_at or datetime.min.replace(tzinfo=UTC),
            member.code,
        )

    return min(directory.members.values(), key=key).code


def test_the_usual_rule_asks_whom_the_first_release_asked() -> None:
    directory = Directory.of(Roster.model_validate_json((SAMPLE / "zhaosu-roster.json").read_bytes()))
    ledger = [json.loads(line) for line in (SAMPLE / "zhaosu-ledger.jsonl").read_text(encoding="utf-8").splitlines()]
    holders: dict[str, str] = {}
    carried: dict[str, int] = defaultdict(int)
    given: dict[str, list[datetime]] = defaultdict(list)
    compared = 0
    for fact in ledger:
        at = datetime.fromisoformat(fact["at"])
        if fact["kind"] == "issue":
            loads = {
                code: Load(
                    carried[code], moments[-1], sum((at - moment).days < USUAL.recent_days for moment in moments)
                )
                for code, moments in given.items()
            }
            matter = directory.matter(
                station=fact["station"],
                community=fact["community"],
                category=fact["category"],
                language=fact["language"],
                channel=fact["channel"],
            )
            day = directory.availability(at.date())
            choice = choose(directory.neighbourhoods.shortlist(matter, USUAL, day), loads)
            assert choice is not None
            assert choice.first.member == first_release_asks(directory, fact, loads), fact["code"]
            compared += 1
            holders[fact["code"]] = member = choice.first.member
            carried[member] += 1
            given[member].append(at)
        elif fact["kind"] == "closed":
            carried[holders[fact["issue"]]] -= 1
    assert compared == 65
