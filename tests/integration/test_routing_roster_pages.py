"""The roster in the office: an officer changes it there, a dispatcher reads it, each refusal is beside its field."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.web.auth import SESSION_COOKIE
from tests.integration.routing_office import Office, running_office
from tests.servers import NatsServer

SAMPLE = Path(__file__).parents[2] / "deploy" / "sample" / "zhaosu-roster.json"
MEMBER = "/office/roster/members/zh-m075"
STATION = "/office/roster/stations/zh-st10"


@pytest.fixture
async def office(tmp_path: Path, nats_server: NatsServer) -> AsyncIterator[Office]:
    async with running_office(f"sqlite:///{tmp_path}/service.db", nats_server, tmp_path) as running:
        taken = await running.http.post("/api/v1/roster", content=SAMPLE.read_bytes(), headers=running.as_("officer"))
        assert taken.status_code == 200, taken.text
        become(running, "officer")
        running.http.headers["Accept-Language"] = "en"
        yield running


def become(office: Office, role: str) -> None:
    """Whoever has this cookie from now on."""
    office.http.cookies.set(SESSION_COOKIE, office.as_(role)["Authorization"].removeprefix("Bearer "))


async def csrf_of(office: Office, path: str) -> str:
    return str(re.findall(r'name="csrf" value="([^"]+)"', (await office.http.get(path)).text)[0])


async def send(office: Office, path: str, page: str, **fields: Any) -> httpx.Response:
    """Send a form that stands on ``page``; a name with ``__`` in it has a dot there."""
    data = {name.replace("__", "."): value for name, value in fields.items()}
    return await office.http.post(path, data={"csrf": await csrf_of(office, page), **data})


def error_beside(answer: httpx.Response, field: str) -> str:
    """The sentence that stands beside a field of a page."""
    [said] = re.findall(rf'id="{re.escape(field)}-error">([^<]+)<', answer.text)
    return str(said)


async def test_every_page_is_there_in_every_language_and_names_places(office: Office) -> None:
    paths = [
        "/office/roster", "/office/roster/members", "/office/roster/members?q=kk-Arab", "/office/roster/stations",
        "/office/roster/departments", "/office/roster/body", "/office/roster/changes", MEMBER, STATION,
        "/office/roster/departments/zh-d-roads", "/office/roster/new/member", "/office/roster/new/station",
        "/office/roster/new/department", "/office/roster/changes?kind=member&code=zh-m075",
    ]  # fmt: skip
    for role in ("officer", "dispatcher"):
        become(office, role)
        for language in ("zh-Hans", "ug", "en"):
            for path in paths:
                page = await office.http.get(path, headers={"Accept-Language": language, "Accept": "text/html"})
                allowed = 403 if role == "dispatcher" and "/new/" in path else 200
                assert page.status_code == allowed, (path, role)
    page = (await office.http.get(STATION, headers={"Accept-Language": "zh-Hans"})).text
    assert "第十乡委员工作站" in page and "有场所" in page and "交通运输局" not in page.split("<main")[0]
    become(office, "clerk")
    assert (await office.http.get(MEMBER, headers={"Accept": "text/html"})).status_code == 403


async def test_members_are_found_and_paged(office: Office) -> None:
    first = (await office.http.get("/office/roster/members")).text
    assert "129 members" in first and first.count('href="/office/roster/members/zh-m') == 50
    following = re.findall(r'href="(/office/roster/members\?[^"]*cursor=[^"]+)"', first)[0].replace("&amp;", "&")
    assert "zh-m051" in (await office.http.get(following)).text
    bees = (await office.http.get("/office/roster/members?q=beekeeping")).text
    assert "10 members" in bees and "zh-m075" in bees
    nobody = await office.http.get("/office/roster/members?q=%00%FF'\"<b>")
    assert nobody.status_code in (200, 422) and "<b>" not in nobody.text


async def test_a_leave_is_recorded_shown_and_refused_beside_its_field(office: Office) -> None:
    without = await send(office, f"{MEMBER}/leave", MEMBER, leave__begins_on="2026-03-01")
    assert (without.status_code, error_beside(without, "leave.ends_on")) == (
        422,
        "A leave needs an end: say its last day.",
    )
    chinese = await office.http.post(
        f"{MEMBER}/leave",
        data={"csrf": await csrf_of(office, MEMBER), "leave.begins_on": "2026-03-01"},
        headers={"Accept-Language": "zh-Hans"},
    )
    assert error_beside(chinese, "leave.ends_on") == "请假必须有结束日期：请填写最后一天。"
    empty = await send(office, f"{MEMBER}/leave", MEMBER)
    assert empty.status_code == 422 and error_beside(empty, "leave.begins_on")
    taken = await send(office, f"{MEMBER}/leave", MEMBER, leave__begins_on="2026-03-01", leave__ends_on="2026-03-09")
    assert (taken.status_code, taken.headers["location"]) == (303, MEMBER)
    page = (await office.http.get(MEMBER)).text
    assert "On leave until" in page and 'href="/office/roster/members/zh-m017"' in page
    away = "/office/roster/members/zh-m017"
    both = await send(office, f"{away}/leave", away, leave__begins_on="2026-03-09", leave__ends_on="2026-03-10")
    assert error_beside(both, "leave.stand_in").startswith("zh-m075 cannot stand in for zh-m017: on leave as well")
    back = await send(office, f"{MEMBER}/leave/2026-03-01/end", MEMBER, ends_on="2026-03-01")
    assert back.status_code == 303 and "In office" in (await office.http.get(MEMBER)).text
    gone = await send(office, f"{MEMBER}/leave/2026-03-01/drop", MEMBER)
    assert gone.status_code == 303 and "No leave is recorded." in (await office.http.get(MEMBER)).text
    log = (await office.http.get("/office/roster/changes?kind=member&code=zh-m075")).text
    assert log.count(">changed<") == 3 and "2026-03-09" in log


async def test_terms_overlap_beside_the_first_day(office: Office) -> None:
    over = await send(office, f"{MEMBER}/terms", MEMBER, term__begins_on="2022-01-01", term__ends_on="2022-02-01")
    assert error_beside(over, "term.begins_on") == "This term overlaps the one that begins on 2021-12-28."
    dropped = await send(office, f"{MEMBER}/terms/2021-12-28/drop", MEMBER)
    again = await send(office, f"{MEMBER}/terms", MEMBER, term__begins_on="2021-01-01", term__ends_on="2025-12-31")
    assert (dropped.status_code, again.status_code) == (303, 303)
    assert "Not in office" in (await office.http.get(MEMBER)).text


async def test_an_old_page_does_not_overwrite_a_newer_change(office: Office) -> None:
    page = (await office.http.get(MEMBER)).text
    seen = re.findall(r'name="seen" value="([^"]+)"', page)[0]
    own = {
        "code": "zh-m075", "seen": seen, "stations": ["zh-st10"], "communities": ["zh-t10-c2"],
        "expertise": ["beekeeping"], "first_language": "kk-Arab", "languages": ["zh-Hans"], "stand_in": "zh-m017",
    }  # fmt: skip
    first = await send(office, MEMBER, MEMBER, **{**own, "display": "养蜂委员"})
    assert first.status_code == 303 and "养蜂委员" in (await office.http.get("/office/roster/members?q=养蜂")).text
    second = await send(office, MEMBER, MEMBER, **own)
    assert second.status_code == 409 and "Somebody has changed this meanwhile." in second.text
    wrong = await send(office, MEMBER, MEMBER, **{**own, "seen": "", "stand_in": "zh-m075"})
    assert error_beside(wrong, "stand_in") == "Nobody stands in for themselves."
    new = {**own, "code": "zh-m075", "seen": ""}
    taken = await send(office, "/office/roster/new/member", "/office/roster/new/member", **new)
    assert error_beside(taken, "code") == "This code is in the roster already."
    added = await send(office, "/office/roster/new/member", "/office/roster/new/member", **{**new, "code": "zh-m130"})
    assert added.status_code == 303 and "130 members" in (await office.http.get("/office/roster/members")).text


async def test_duty_rules_and_single_days(office: Office) -> None:
    never = await send(office, f"{STATION}/rules", STATION, days_of_month="30 31", months="2")
    said = "This rule never fires: its months do not have these days."
    assert error_beside(never, "days_of_month") == said
    both = await send(office, f"{STATION}/rules", STATION, days_of_month="10", weekdays=["monday"])
    assert error_beside(both, "weekdays").startswith("One rule has either")
    letters = await send(office, f"{STATION}/rules", STATION, days_of_month="ten")
    assert error_beside(letters, "days_of_month") == "This must be a whole number."
    added = await send(office, f"{STATION}/rules", STATION, weekdays=["wednesday"], times_a_month="2")
    assert added.status_code == 303
    page = (await office.http.get(STATION)).text
    assert "2 times a month, on Wednesday" in page and 'datetime="2026-03-04"' in page
    hours = await send(office, f"{STATION}/hours", STATION, hours="9:00-11:30")
    assert hours.status_code == 303 and "9:00-11:30" in (await office.http.get(STATION)).text
    off = await send(office, f"{STATION}/days", STATION, day="2026-03-04", exception="cancelled")
    assert off.status_code == 303 and 'datetime="2026-03-04"' not in (await office.http.get(STATION)).text
    twice = await send(office, f"{STATION}/days", STATION, day="2026-03-04", exception="extra")
    assert error_beside(twice, "day") == "This day is an extra duty day as well."
    await send(office, f"{STATION}/days/2026-03-04/drop", STATION)
    for _ in range(2):
        assert (await send(office, f"{STATION}/rules/0/drop", STATION)).status_code == 303
    assert "This station keeps the duty days of the body." in (await office.http.get(STATION)).text


async def test_composition_readiness_and_what_the_body_names(office: Office) -> None:
    few = await send(office, f"{STATION}/composition", STATION, count__departments="1", units__departments="a, b")
    assert error_beside(few, "count.departments") == "More units are named than are counted."
    parts = {"count__departments": "2", "units__departments": "zh-d-roads zh-d-noise", "count__residents": "9"}
    assert (await send(office, f"{STATION}/composition", STATION, **parts)).status_code == 303
    page = (await office.http.get(STATION, headers={"Accept-Language": "zh-Hans"})).text
    assert "1 + 10 + 2 + 9" in page and "交通运输局" in page
    later = await send(office, f"{STATION}/readiness", STATION, present__place="yes", checked__place="2027-01-01")
    assert error_beside(later, "checked.place") == "This date is still to come."
    looked = {"present__place": "yes", "checked__place": "2026-03-01", "present__sign": "no"}
    assert (await send(office, f"{STATION}/readiness", STATION, **looked)).status_code == 303
    assert "1 / 10" in (await office.http.get("/office/roster/stations")).text
    body = "/office/roster/body"
    dropped = await send(office, f"{body}/readiness/place/drop", body)
    assert dropped.status_code == 422 and "The body names no item place of readiness." in dropped.text
    named = await send(office, f"{body}/readiness", body, code="flag", names__ug="بايراق")
    assert named.status_code == 303 and "1 / 11" in (await office.http.get("/office/roster/stations")).text
    days = await send(office, f"{body}/duty-days", body, days_of_month="5, 15 25", hours="9:00-12:00")
    wrong = await send(office, f"{body}/duty-days", body, days_of_month="32")
    assert days.status_code == 303 and error_beside(wrong, "days_of_month") == "This must be at most 31."


async def test_a_department_is_changed(office: Office) -> None:
    page = "/office/roster/departments/zh-d-roads"
    seen = re.findall(r'name="seen" value="([^"]+)"', (await office.http.get(page)).text)[0]
    own = {"code": "zh-d-roads", "categories": "roads transport", "names__en": "Roads", "seen": seen}
    wrong = await send(office, page, page, **own, phone="call me", days_to_reply="0")
    assert error_beside(wrong, "phone") and error_beside(wrong, "days_to_reply") == "This must be at least 1."
    right = await send(office, page, page, **own, phone="0999 1234", days_to_reply="12")
    assert right.status_code == 303
    asked = await office.http.get("/api/v1/roster/departments/zh-d-roads", headers=office.as_("officer"))
    assert json.loads(asked.text)["days_to_reply"] == 12
