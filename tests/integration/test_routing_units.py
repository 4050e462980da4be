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
