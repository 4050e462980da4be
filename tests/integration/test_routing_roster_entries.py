"""The roster's entries one by one: changed by an officer, checked like a file, logged and told to the neighbours."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from services.routing.tables import MemberLeave
from shared.db.engine import open_database
from shared.db.reader import Reader
from tests.integration.routing_office import Office, member, roster, running_office, until
from tests.servers import NatsServer

LEAVES = MemberLeave.__table__  # type: ignore[attr-defined]
PARTS: dict[str, Any] = {
    "composition": [
        {"code": "station", "names": {"zh-Hans": "工作站"}, "counts": "station"},
        {"code": "members", "counts": "members"},
        {"code": "departments"},
    ],
    "readiness": [{"code": "place", "names": {"zh-Hans": "有场所"}}, {"code": "sign"}],
}


@pytest.fixture
async def office(database_url: str, nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Office]:
    async with running_office(database_url, nats_server, tmp_path) as running:
        await bring(running, member("m-1"), member("m-2"), member("m-3", station="st-2", communities=["c-2"]))
        yield running


async def bring(office: Office, *members: dict[str, Any], **more: Any) -> Any:
    content = json.dumps({**roster(*members), **PARTS, **more})
    answer = await office.http.post("/api/v1/roster", content=content, headers=office.as_("officer"))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ask(office: Office, method: str, path: str, sent: Any = None, **headers: str) -> httpx.Response:
    return await office.http.request(
        method, f"/api/v1/roster{path}", json=sent, headers={**office.as_("officer"), **headers}
    )


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, field and sentence."""
    problem = answer.json()
    [error] = problem["errors"]
    return answer.status_code, error["field"], error["detail"]


async def test_an_edit_is_kept_logged_and_told_like_an_import(office: Office) -> None:
    before = (await ask(office, "GET", "/members/m-1")).json()
    sent = member("m-1", station="st-2", expertise=["beekeeping"], display="委员一")
    after = await ask(office, "PUT", "/members/m-1", sent, **{"If-Match": before["mark"]})
    assert (after.status_code, after.json()["stations"]) == (200, ["st-2"])
    await until(
        lambda: _heard(office),
        ["inner.roster.published", "inner.station.published", "inner.station.published", "report.roster.published"],
    )
    told = {event["code"]: event["members"] for event in _told(office, "inner.station.published")}
    assert told == {"st-1": ["m-2"], "st-2": ["m-1", "m-3"]}
    [whole] = _told(office, "inner.roster.published")
    assert whole["categories"] == ["beekeeping", "roads"]
    changes = (await ask(office, "GET", "/changes?limit=1")).json()
    [change] = changes["items"]
    assert (change["kind"], change["code"], change["changed_by"], change["by_file"]) == (
        "member", "m-1", "officer", False,
    )  # fmt: skip
    assert change["fields"]["stations"] == {"before": ["st-1"], "after": ["st-2"]}
    older = (await ask(office, "GET", f"/changes?cursor={changes['next']}&limit=200")).json()["items"]
    assert {each["by_file"] for each in older} == {True} and older[-1]["id"] == 1
    stale = await ask(office, "PUT", "/members/m-1", member("m-1"), **{"If-Match": before["mark"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "changed-meanwhile")
    same = await ask(office, "PUT", "/members/m-1", sent)
    assert same.status_code == 200
    assert (await ask(office, "GET", "/changes?limit=1")).json()["items"] == [change]


async def test_leave_is_refused_with_its_field_and_reason(office: Office) -> None:
    leave = {"begins_on": "2026-03-01", "ends_on": "2026-03-31"}
    assert (await ask(office, "POST", "/members/m-2/leave", {**leave, "stand_in": "m-3"})).status_code == 201
    before = (await ask(office, "GET", "/changes?limit=200")).json()
    for sent, expected in (
        ({"begins_on": "2026-03-01"}, ("ends_on", "A leave needs an end: say its last day.")),
        ({"begins_on": "2026-03-02", "ends_on": "2026-03-01"}, ("ends_on", "This ends before it begins.")),
        ({**leave, "stand_in": "m-1"}, ("stand_in", "Nobody stands in for themselves.")),
        ({**leave, "stand_in": "m-9"}, ("stand_in", "There is no member m-9 in this roster.")),
        (
            {**leave, "stand_in": "m-2"},
            ("stand_in", "m-2 cannot stand in for m-1: on leave as well, from 2026-03-01 to 2026-03-31."),
        ),
    ):
        answer = await ask(office, "POST", "/members/m-1/leave", sent, **{"Accept-Language": "en"})
        assert refusal(answer) == (422, *expected)
    twice = await ask(office, "POST", "/members/m-2/leave", {"begins_on": "2026-03-31", "ends_on": "2026-04-01"})
    assert refusal(twice)[:2] == (422, "begins_on")
    away_too = await ask(office, "POST", "/members/m-3/leave", leave, **{"Accept-Language": "en"})
    assert refusal(away_too)[:2] == (422, "begins_on") and "m-3 cannot stand in for m-2" in refusal(away_too)[2]
    unknown = await ask(office, "POST", "/members/m-9/leave", leave)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not-in-roster")
    assert (await ask(office, "GET", "/changes?limit=200")).json() == before
    shown = (await ask(office, "GET", "/members/m-2")).json()
    assert shown["on_leave"] == {"until": "2026-03-31", "stand_in": "m-3"}


async def test_a_leave_is_shortened_and_taken_back(office: Office) -> None:
    leave = {"begins_on": "2026-03-01", "ends_on": "2026-03-31", "stand_in": "m-3"}
    key = {"Idempotency-Key": "leave-1"}
    first = await ask(office, "POST", "/members/m-2/leave", leave, **key)
    again = await ask(office, "POST", "/members/m-2/leave", leave, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    back = await ask(office, "PUT", "/members/m-2/leave/2026-03-01?ends_on=2026-03-01")
    assert (back.json()["on_leave"], back.json()["leave"][0]["ends_on"]) == (None, "2026-03-01")
    wrong = await ask(office, "PUT", "/members/m-2/leave/2026-03-01?ends_on=2026-02-01")
    assert refusal(wrong)[:2] == (422, "ends_on")
    gone = await ask(office, "DELETE", "/members/m-2/leave/2026-03-01")
    assert (gone.status_code, gone.json()["leave"]) == (200, [])
    assert (await ask(office, "DELETE", "/members/m-2/leave/2026-03-01")).status_code == 404


async def test_each_dated_row_says_who_recorded_it_and_when(office: Office, database_url: str) -> None:
    first = {"begins_on": "2026-03-01", "ends_on": "2026-03-02"}
    await ask(office, "POST", "/members/m-1/leave", first)
    recorded = office.clock.at
    office.clock.at += timedelta(minutes=5)
    second = {"begins_on": "2026-04-01", "ends_on": "2026-04-02"}
    other = {"Authorization": office.as_("officer", "m-9")["Authorization"]}
    answer = await office.http.post("/api/v1/roster/members/m-1/leave", json=second, headers=other)
    assert answer.status_code == 201
    database = open_database(database_url)
    rows = await Reader(database).all(select(LEAVES).order_by(LEAVES.c.begins_on))
    await database.dispose()
    assert [(row.recorded_by, row.recorded_at) for row in rows] == [
        ("officer", recorded),
        ("m-9", recorded + timedelta(minutes=5)),
    ]


async def test_terms_of_a_member_do_not_overlap(office: Office) -> None:
    first = {"begins_on": "2021-01-01", "ends_on": "2025-12-31"}
    assert (await ask(office, "POST", "/members/m-1/terms", first)).status_code == 201
    assert (await ask(office, "GET", "/members/m-1")).json()["in_term"] is False
    overlapping = await ask(
        office, "POST", "/members/m-1/terms", {"begins_on": "2025-12-31"}, **{"Accept-Language": "en"}
    )
    assert refusal(overlapping) == (422, "begins_on", "This term overlaps the one that begins on 2021-01-01.")
    following = await ask(office, "POST", "/members/m-1/terms", {"begins_on": "2026-01-01"})
    assert (following.status_code, following.json()["in_term"]) == (201, True)
    dropped = await ask(office, "DELETE", "/members/m-1/terms/2021-01-01")
    assert [term["begins_on"] for term in dropped.json()["terms"]] == ["2026-01-01"]


NEVER_FIRING: list[tuple[dict[str, Any], str]] = [
    ({"rules": []}, "rules"),
    ({"rules": [{}]}, "rules[0].days_of_month"),
    ({"rules": [{"days_of_month": [10], "weekdays": ["monday"]}]}, "rules[0].weekdays"),
    ({"rules": [{"days_of_month": [30, 31], "months": [2]}]}, "rules[0].days_of_month"),
    ({"rules": [{"weekdays": ["monday", "friday"], "times_a_month": 2}]}, "rules[0].times_a_month"),
    ({"rules": [{"days_of_month": [5], "months": [4]}], "cancelled": ["2026-04-05"]}, "cancelled"),
    ({"rules": [{"days_of_month": [9]}], "extra": ["2026-04-05"], "cancelled": ["2026-04-05"]}, "cancelled[0]"),
]


async def test_a_duty_rule_that_never_fires_is_refused(office: Office, subtests: pytest.Subtests) -> None:
    for duty, at in NEVER_FIRING:
        with subtests.test(duty=duty):
            sent = {"code": "st-1", "kind": "township", "township": "t-1", "duty": duty}
            assert refusal(await ask(office, "PUT", "/stations/st-1", sent))[:2] == (422, f"duty.{at}")
            assert (await ask(office, "GET", "/stations/st-1")).json()["duty"] is None


async def test_a_station_shows_its_next_duty_days_and_its_exceptions(office: Office) -> None:
    body_days = (await ask(office, "GET", "/stations/st-1")).json()["next_duty_days"]
    assert body_days[:3] == ["2026-03-10", "2026-03-20", "2026-04-10"] and len(body_days) == 10
    too_soon = await ask(office, "POST", "/stations/st-1/duty-exceptions", {"day": "2026-03-10", "exception": "extra"})
    assert (too_soon.status_code, too_soon.json()["code"]) == (409, "no-own-duty-days")
    sent = {
        "code": "st-1",
        "kind": "township",
        "township": "t-1",
        "names": {"zh-Hans": "一号站"},
        "composition": [{"part": "departments", "count": 3, "units": ["d-roads"]}],
        "readiness": [{"item": "place", "present": True, "checked_on": "2026-03-01"}],
        "duty": {"rules": [{"weekdays": ["wednesday"], "times_a_month": 2}], "hours": "10:00-13:00"},
    }
    shown = await ask(office, "PUT", "/stations/st-1", sent)
    assert shown.json()["next_duty_days"][:3] == ["2026-03-04", "2026-03-18", "2026-04-01"]
    path = "/stations/st-1/duty-exceptions"
    await ask(office, "POST", path, {"day": "2026-03-04", "exception": "cancelled"})
    changed = await ask(office, "POST", path, {"day": "2026-03-05", "exception": "extra"})
    assert changed.json()["next_duty_days"][:2] == ["2026-03-05", "2026-03-18"]
    both = await ask(office, "POST", path, {"day": "2026-03-04", "exception": "extra"})
    assert refusal(both)[:2] == (422, "day")
    again = await ask(office, "DELETE", f"{path}/2026-03-04")
    assert again.json()["next_duty_days"][:2] == ["2026-03-04", "2026-03-05"]


async def test_what_a_station_says_must_be_named_by_the_body(office: Office) -> None:
    station = {"code": "st-1", "kind": "township", "township": "t-1"}
    for more, field in (
        ({"composition": [{"part": "angels", "count": 1}]}, "composition[0].part"),
        ({"composition": [{"part": "members", "count": 1}]}, "composition[0].part"),
        ({"composition": [{"part": "departments", "count": 0, "units": ["x"]}]}, "composition[0].count"),
        ({"readiness": [{"item": "throne", "present": True, "checked_on": "2026-03-01"}]}, "readiness[0].item"),
        ({"readiness": [{"item": "sign", "present": True, "checked_on": "2026-03-09"}]}, "readiness[0].checked_on"),
        ({"township": "t-9"}, "township"),
    ):
        assert refusal(await ask(office, "PUT", "/stations/st-1", {**station, **more}))[:2] == (422, field)
    ready = {**station, "readiness": [{"item": "sign", "present": False, "checked_on": "2026-03-01"}]}
    assert (await ask(office, "PUT", "/stations/st-1", ready)).status_code == 200
    body = (await ask(office, "GET", "/body")).json()
    dropped = await ask(office, "PUT", "/body", {**body, "readiness": body["readiness"][:1]})
    assert (dropped.status_code, "sign" in dropped.text) == (422, True)
    named = {**body, "readiness": [*body["readiness"], {"code": "ledger"}]}
    assert (await ask(office, "PUT", "/body", named)).json() == {
        **named,
        "readiness": [*body["readiness"], {"code": "ledger", "names": {}}],
    }


async def test_who_is_named_by_others_cannot_leave(office: Office) -> None:
    await ask(office, "PUT", "/members/m-1", member("m-1", stand_in="m-2"))
    assert refusal(await ask(office, "DELETE", "/members/m-2"))[:2] == (422, "code")
    assert refusal(await ask(office, "DELETE", "/stations/st-1"))[:2] == (422, "code")
    assert (await ask(office, "DELETE", "/members/m-3")).status_code == 204
    assert (await ask(office, "GET", "/members/m-3")).status_code == 404
    reads = await office.http.get("/api/v1/roster/members", headers=office.as_("dispatcher"))
    assert [each["code"] for each in reads.json()["items"]] == ["m-1", "m-2"]
    denied = await office.http.delete("/api/v1/roster/members/m-1", headers=office.as_("dispatcher"))
    assert denied.status_code == 403


async def test_a_department_is_told_to_services_and_its_names_to_everybody(office: Office) -> None:
    sent = {
        "code": "d-roads",
        "categories": ["roads"],
        "names": {"zh-Hans": "交通局"},
        "email": "roads@county.example",
        "phone": "0999 123",
        "days_to_reply": 7,
        "language": "ug",
    }
    assert (await ask(office, "PUT", "/departments/d-roads", sent)).json() == sent
    await until(
        lambda: _heard(office), ["inner.department.published", "inner.roster.published", "report.roster.published"]
    )
    [told] = _told(office, "inner.department.published")
    assert (told["code"], told["days_to_reply"]) == ("d-roads", 7) and "roads@" not in json.dumps(told)
    asked = await office.http.get("/api/v1/roster/departments/d-roads", headers=office.as_("service", service="notify"))
    assert asked.json() == sent
    names = await office.http.get("/api/v1/roster/names")
    assert names.json()["department"] == {"d-roads": {"zh-Hans": "交通局"}}
    for wrong, field in (({"days_to_reply": 0}, "days_to_reply"), ({"email": "a b"}, "email"), ({"code": "x"}, "code")):
        assert refusal(await ask(office, "PUT", "/departments/d-roads", {**sent, **wrong}))[:2] == (422, field)


async def test_a_file_with_dates_is_the_same_file_the_second_time(office: Office) -> None:
    stations = [
        {
            "code": "st-1",
            "kind": "township",
            "township": "t-1",
            "composition": [{"part": "departments", "count": 2}],
            "readiness": [
                {"item": "sign", "present": True, "checked_on": "2026-01-05"},
                {"item": "place", "present": False, "checked_on": "2026-01-05"},
            ],
            "duty": {
                "rules": [{"days_of_month": [20, 10]}, {"weekdays": ["friday"]}],
                "extra": ["2026-05-04", "2026-05-01"],
                "cancelled": ["2026-10-20"],
            },
        },
        {"code": "st-2", "kind": "studio", "township": "t-2"},
    ]
    them = (
        member(
            "m-1",
            stand_in="m-2",
            terms=[{"begins_on": "2026-01-01"}, {"begins_on": "2021-01-01", "ends_on": "2025-12-31"}],
            leave=[{"begins_on": "2026-04-01", "ends_on": "2026-04-09"}],
        ),
        member("m-2"),
    )
    townships = ["t-1", {"code": "t-2", "names": {"zh-Hans": "二号乡", "ug": "2-يېزا"}}]
    first = await bring(office, *them, stations=stations, townships=townships)
    assert {(each["kind"], each["code"]) for each in first["changes"]} == {
        ("member", "m-1"), ("member", "m-3"), ("station", "st-1"), ("township", "t-2"),
    }  # fmt: skip
    assert await bring(office, *them, stations=stations, townships=townships) == {"changes": [], "applied": False}
    shown = (await ask(office, "GET", "/members/m-1")).json()
    assert [term["begins_on"] for term in shown["terms"]] == ["2021-01-01", "2026-01-01"]
    [line] = (await ask(office, "GET", "/members?q=m-1")).json()["items"]
    assert line == shown


async def test_what_a_file_leaves_out_stays_and_what_it_empties_goes(office: Office) -> None:
    leave = {"begins_on": "2026-03-01", "ends_on": "2026-03-31", "stand_in": "m-3"}
    await ask(office, "POST", "/members/m-1/leave", leave)
    them = (member("m-1"), member("m-2"), member("m-3", station="st-2", communities=["c-2"]))
    old = await office.http.post("/api/v1/roster", content=json.dumps(roster(*them)), headers=office.as_("officer"))
    assert old.json() == {"changes": [], "applied": False}
    assert (await ask(office, "GET", "/members/m-1")).json()["leave"] == [leave]
    content = json.dumps(roster(*them[:2]), indent=1)
    without = await office.http.post("/api/v1/roster", content=content, headers=office.as_("officer"))
    [fault] = without.json()["errors"]
    assert (without.status_code, fault["pointer"]) == (422, "#/members/0/leave/0/stand_in")
    assert '"m-1"' in content.splitlines()[fault["line"]]  # the member's entry, where such a field would be
    emptied = await bring(office, member("m-1", leave=[]), *them[1:])
    [change] = emptied["changes"]
    assert (change["code"], change["fields"]["leave"]["after"]) == ("m-1", [])


async def test_a_wrong_date_in_a_file_is_named_by_its_line(office: Office) -> None:
    them = member("m-1", leave=[{"begins_on": "2026-04-01"}])
    content = json.dumps({**roster(them), **PARTS}, indent=1)
    answer = await office.http.post("/api/v1/roster", content=content, headers=office.as_("officer"))
    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "#/members/0/leave/0/ends_on")
    assert content.splitlines()[fault["line"] - 1].strip() == "{"


def _told(office: Office, *kinds: str) -> list[dict[str, Any]]:
    """What was said of the second revision, the one after the import."""
    return [event for _, event in office.said(*kinds) if event.get("revision") == 2]


async def _heard(office: Office) -> list[str]:
    return sorted(kind for kind, event in office.said() if event.get("revision") == 2)
