"""Units and posts through the roster's API: kept, refused with their field, logged, and told with their own dates."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.routing_office import Office, member, roster, running_office, until
from tests.servers import NatsServer

UNITS: dict[str, Any] = {
    "units": [
        {"code": "u-1", "kind": "committee", "set_up_on": "2025-02-01", "names": {"zh-Hans": "提案委员会"}},
        {
            "code": "u-2",
            "kind": "office",
            "parent": "u-1",
            "posts": [{"code": "head", "set_up_on": "2025-02-01", "filled": [{"begins_on": "2025-03-01"}]}],
        },
    ],
    "units_required": {"committees": 4, "offices": 2},
}


@pytest.fixture
async def office(database_url: str, nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Office]:
    async with running_office(database_url, nats_server, tmp_path) as running:
        yield running


async def bring(office: Office, *, dry_run: bool = False, **more: Any) -> Any:
    file = {**roster(member("m-1", units=["u-2"]), member("m-2", station="st-2", communities=["c-2"])), **UNITS, **more}
    answer = await office.http.post(
        f"/api/v1/roster?dry_run={str(dry_run).lower()}", content=json.dumps(file), headers=office.as_("officer")
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["changes"]


async def ask(office: Office, method: str, path: str, sent: Any = None, **headers: str) -> httpx.Response:
    return await office.http.request(
        method,
        f"/api/v1/roster{path}",
        json=sent,
        headers={**office.as_("officer"), "Accept-Language": "en", **headers},
    )


def facts(office: Office) -> list[tuple[str, str]]:
    """What was told of units and posts, each with its day."""
    told = (each for each in office.heard if each[0].startswith(("report.unit.", "report.post.")))
    return sorted((kind.removeprefix("report."), event["on"]) for kind, event in told)


async def test_units_come_with_the_file_once_and_a_corrected_date_takes_the_old_one_back(office: Office) -> None:
    assert {each["kind"] for each in await bring(office, dry_run=True)} >= {"unit"}
    await bring(office)
    first = [("post.filled", "2025-03-01"), ("post.set-up", "2025-02-01"), ("unit.set-up", "2025-02-01")]

    async def heard() -> list[tuple[str, str]]:
        return facts(office)

    await until(heard, first)
    assert await bring(office) == []
    [counts] = [event for kind, event in office.heard if kind == "report.roster.published"]
    assert (counts["committees_required"], counts["units_vacant"], counts["posts_filled"]) == (4, 4, 1)
    assert counts["members_attached_to_no_unit"] == 1
    # A file from before there were units leaves them as they are; what it says otherwise is a change.
    older = roster(member("m-1"), member("m-2", station="st-2"))
    answer = await office.http.post("/api/v1/roster", content=json.dumps(older), headers=office.as_("officer"))
    assert [(each["kind"], each["code"]) for each in answer.json()["changes"]] == [("member", "m-2")]
    file = (await ask(office, "GET", "/file")).json()
    assert (len(file["units"]), file["units_required"], file["members"][0]["units"]) == (
        2, {"committees": 4, "offices": 2}, ["u-2"],
    )  # fmt: skip
    corrected = {**UNITS["units"][0], "set_up_on": "2025-01-31"}
    seen = (await ask(office, "GET", "/units/u-1")).json()["mark"]
    assert (await ask(office, "PUT", "/units/u-1", corrected, **{"If-Match": seen})).status_code == 200
    await until(heard, sorted([*first, ("unit.retracted", "2025-02-01"), ("unit.set-up", "2025-01-31")]))
    assert (await ask(office, "PUT", "/units/u-1", corrected, **{"If-Match": seen})).status_code == 409
    [change] = (await ask(office, "GET", "/changes?limit=1")).json()["items"]
    assert change["fields"] == {"set_up_on": {"before": "2025-02-01", "after": "2025-01-31"}}


async def test_a_post_is_vacated_and_filled_again_and_mistakes_name_their_field(office: Office) -> None:
    await bring(office)
    for path, sent, expected in (
        ("/units/u-2/posts/head/filled", {"begins_on": "2026-01-01"}, (409, "begins_on", "post-filled")),
        ("/units/u-2/posts/head/vacated", {"ends_on": "2025-02-28"}, (422, "ends_on", "not-in-order")),
        ("/units/u-2/posts/head/vacated", {"ends_on": "2026-03-03"}, (422, "ends_on", "not-in-order")),
        ("/units/u-2/posts/tail/vacated", {"ends_on": "2026-03-01"}, (404, "post", "not-in-roster")),
        ("/units/u-1/dissolved", {"dissolved_on": "2026-03-01"}, (422, "dissolved_on", "not-in-order")),
    ):
        answer = await ask(office, "POST", path, sent)
        problem = answer.json()
        assert (answer.status_code, problem["errors"][0]["field"], problem["code"]) == expected, problem
    ring = {**UNITS["units"][0], "parent": "u-2"}
    refused = (await ask(office, "PUT", "/units/u-1", ring)).json()["errors"][0]
    assert (refused["field"], refused["detail"]) == ("parent", "The unit u-1 would stand below itself.")
    held = await ask(office, "DELETE", "/units/u-2")
    assert (held.status_code, held.json()["errors"][0]["detail"]) == (
        422, "There is no unit u-2 in this roster, or it is dissolved.",
    )  # fmt: skip
    key = {"Idempotency-Key": "vacated-1"}
    for _ in range(2):
        done = await ask(office, "POST", "/units/u-2/posts/head/vacated", {"ends_on": "2025-12-31"}, **key)
        assert done.status_code == 201
    assert (await ask(office, "POST", "/units/u-2/posts/head/filled", {"begins_on": "2026-01-01"})).status_code == 201
    assert (await ask(office, "PUT", "/units/u-2/posts/clerk", {"set_up_on": "2026-03-02"})).status_code == 200
    shown = (await ask(office, "GET", "/units/u-2")).json()
    assert [(each["code"], len(each["filled"])) for each in shown["posts"]] == [("clerk", 0), ("head", 2)]
    listed = (await ask(office, "GET", "/units?q=office")).json()
    assert ([each["code"] for each in listed["items"]], listed["next"]) == (["u-2"], None)
    body = (await ask(office, "GET", "/body")).json()
    kept = {name: body[name] for name in ("duty_days", "composition", "readiness")}
    assert (await ask(office, "PUT", "/body", kept)).json()["units_required"] == {"committees": 4, "offices": 2}
    less = {**kept, "units_required": {"committees": 1}, "units_required_below": None}
    assert (await ask(office, "PUT", "/body", less)).json()["units_required"] == {"committees": 1, "offices": 0}
    too_many = await ask(office, "PUT", "/body", {**kept, "units_required": {"committees": 101}})
    assert too_many.json()["errors"][0]["field"] == "units_required.committees"


async def test_coverage_lists_the_gaps_by_code_and_pages_through_them(office: Office) -> None:
    townships = [f"t-{number}" for number in range(1, 60)]
    parts = {"composition": [{"code": "members", "counts": "members"}, {"code": "departments"}]}
    await bring(office, townships=townships, readiness=[{"code": "place"}], **parts)
    counts = (await ask(office, "GET", "/coverage")).json()
    assert (counts["townships_without_a_station"], counts["members_attached_to_no_unit"]) == (57, 1)
    seen, cursor = [], ""
    while cursor is not None:
        found = (await ask(office, "GET", f"/coverage/townships?gaps=true{cursor}")).json()
        seen += [each["code"] for each in found["items"]]
        cursor = found["next"] and f"&cursor={found['next']}"
    assert seen == sorted(set(townships) - {"t-1", "t-2"})
    [alone] = (await ask(office, "GET", "/coverage/members?gaps=true")).json()["items"]
    assert (alone["code"], alone["stations"], alone["units"]) == ("m-2", ["st-2"], [])
    assert (await ask(office, "GET", "/coverage/communities?gaps=true")).json()["items"] == []
    stations = (await ask(office, "GET", "/coverage/stations")).json()["items"]
    assert [(each["composition"], each["parts_lacking"], each["items_lacking"]) for each in stations] == [
        ({"members": 1, "departments": 0}, ["departments"], ["place"])
    ] * 2
    [own] = (await ask(office, "GET", "/establishments")).json()
    assert (own["owner"], own["committees_vacant"], own["offices_vacant"]) == (None, 3, 1)
    assert (await ask(office, "GET", "/coverage/townships?cursor=x")).status_code == 422


async def test_the_pages_of_units_and_coverage_edit_and_refuse_in_words(office: Office) -> None:
    await bring(office)
    await office.sign_in_a_browser()

    async def get(path: str) -> str:
        answer = await office.http.get(path, headers={"Accept-Language": "en"})
        assert answer.status_code == 200, answer.text
        return answer.text

    csrf = (await get("/office/units/u-2")).partition('name="csrf" value="')[2].partition('"')[0]

    async def send(path: str, **fields: str) -> httpx.Response:
        return await office.http.post(path, data={"csrf": csrf, **fields}, headers={"Accept-Language": "en"})

    page = await get("/office/units")
    assert "3 vacant" in page and "1 member is attached to no unit." in page
    for of in ("townships", "communities", "members", "stations"):
        assert "u-2" in (await get(f"/office/coverage?of={of}")) or of != "members"
    assert "There is no gap." in await get("/office/coverage?of=townships&gaps=true")
    change = {"change.post": "head", "change.step": "vacated", "change.on": "2025-02-28"}
    refused = await send("/office/units/u-2/changes", **change)
    assert refused.status_code == 422 and "This ends before it begins." in refused.text
    assert (await send("/office/units/u-2/changes", **{**change, "change.on": "2025-12-31"})).status_code == 303
    added = await send("/office/units/u-2/posts", **{"post_code": "clerk", "post_names.zh-Hans": "科员"})
    assert added.status_code == 303
    again = await send("/office/units/u-2/posts", post_code="clerk", post_set_up_on="2099-01-01")
    assert again.status_code == 422 and "This date is still to come." in again.text
    below_itself = await send("/office/units/u-1", code="u-1", kind="committee", parent="u-2")
    assert below_itself.status_code == 422 and "The unit u-1 would stand below itself." in below_itself.text
    dropped = await send("/office/units/u-1/drop")
    assert dropped.status_code == 422 and "There is no unit u-1 in this roster." in dropped.text
    assert (await send("/office/units", committees="1", offices="1")).status_code == 303
    new = {"code": "u-3", "kind": "group", "parent": "u-1", "names.zh-Hans": "界别组"}
    assert (await send("/office/units/new/unit", **new)).status_code == 303
    taken = await send("/office/units/new/unit", **new)
    assert taken.status_code == 409 and "This code is in the roster already." in taken.text
    assert (await send("/office/units/u-3/drop")).status_code == 303
    # The page of a member keeps the units that it shows.
    member_page = await get("/office/roster/members/m-1")
    assert 'href="/office/units/u-2"' in member_page
