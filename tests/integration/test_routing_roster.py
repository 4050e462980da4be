"""The roster file: compared, taken over once, announced once, refused whole with every line named."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from tests.integration.routing_office import Office, member, roster, running_office, until
from tests.servers import NatsServer

SAMPLE = Path(__file__).parents[2] / "deploy" / "sample" / "zhaosu-roster.json"


@pytest.fixture
async def office(database_url: str, nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Office]:
    async with running_office(database_url, nats_server, tmp_path) as running:
        yield running


async def bring(office: Office, content: bytes | str, dry_run: bool = False) -> httpx.Response:
    return await office.http.post(
        f"/api/v1/roster?dry_run={str(dry_run).lower()}", content=content, headers=office.as_("officer")
    )


async def test_the_sample_is_compared_taken_over_and_announced_once(office: Office) -> None:
    content = SAMPLE.read_bytes()
    dry = (await bring(office, content, dry_run=True)).json()
    assert (dry["applied"], len(dry["changes"])) == (False, 213)
    assert (await office.http.get("/api/v1/roster", headers=office.as_("officer"))).json()["members"] == 0
    first = (await bring(office, content)).json()
    assert first["applied"] and first["changes"] == dry["changes"]
    again = (await bring(office, content)).json()
    assert again == {"changes": [], "applied": False}
    await until(
        lambda: _heard(office),
        [
            *["inner.department.published"] * 19,
            "inner.roster.published",
            *["inner.station.published"] * 13,
            "report.roster.published",
        ],
    )
    [(_, counts)] = office.said("report.roster.published")
    assert {name: counts[name] for name in ("members", "stations", "stations_in_townships", "duty_days_per_month")} == {
        "members": 129, "stations": 13, "stations_in_townships": 10, "duty_days_per_month": 2,
    }  # fmt: skip
    assert (counts["townships_without_a_station"], counts["duty_days_of_month"]) == (0, [10, 20])
    assert (counts["revision"], counts["tier"], counts["parent"]) == (1, "county", "ili")
    shown = (await office.http.get("/api/v1/roster", headers=office.as_("officer"))).json()
    assert (shown["members"], len(shown["stations"]), len(shown["categories"])) == (129, 13, 18)


async def test_the_roster_that_is_given_out_is_the_one_that_is_there(office: Office) -> None:
    await bring(office, SAMPLE.read_bytes())
    path = "/api/v1/roster/members/zh-m001/leave"
    await office.http.post(
        path, json={"begins_on": "2026-03-01", "ends_on": "2026-03-02"}, headers=office.as_("officer")
    )
    given = await office.http.get("/api/v1/roster/file", headers=office.as_("dispatcher"))
    assert (await bring(office, given.content)).json() == {"changes": [], "applied": False}
    [leave] = next(each["leave"] for each in given.json()["members"] if each["code"] == "zh-m001")
    assert leave == {"begins_on": "2026-03-01", "ends_on": "2026-03-02", "stand_in": None}
    older = await bring(office, SAMPLE.read_bytes())
    assert older.json()["applied"] is False  # the sample says nothing of leave for this member
    member_only = await office.http.get("/api/v1/roster/file", headers=office.as_("member", "zh-m001"))
    assert member_only.status_code == 403


async def test_only_what_changed_is_told_and_who_left_comes_back(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2", station="st-2", communities=["c-2"]))
    await until(lambda: _count(office), 5)
    office.heard.clear()
    changes = (await office.import_roster(member("m-1", expertise=["roads"])))["changes"]
    assert [(each["kind"], each["code"], each["change"]) for each in changes] == [
        ("member", "m-1", "changed"),
        ("member", "m-2", "removed"),
    ]
    assert changes[0]["fields"] == {"expertise": {"before": [], "after": ["roads"]}}
    await until(
        lambda: _heard(office), ["inner.roster.published", "inner.station.published", "report.roster.published"]
    )
    [(_, station)] = office.said("inner.station.published")
    assert (station["code"], station["members"], station["revision"]) == ("st-2", [], 2)
    back = await office.import_roster(member("m-1", expertise=["roads"]), member("m-2"))
    assert [(each["code"], each["change"]) for each in back["changes"]] == [("m-2", "added")]
    reference = await office.submit(community="c-1")
    assert (await office.order(reference))["member"] in ("m-1", "m-2")


MISTAKES: list[tuple[Callable[[str], str], str, str | None]] = [
    (lambda text: text.replace('"st-2",', '"st-9",', 1), "/communities/1/station", '"station": "st-2"'),
    (lambda text: text.replace('"c-1"\n', '"c-9"\n'), "/members/0/communities/0", '"c-9"'),
    (lambda text: text.replace('"zh-Hans"', '"klingon"', 1), "/members/0/languages/0", '"klingon"'),
    (lambda text: text.replace('"m-2"', '"m-1"'), "/members/1/code", None),
    (lambda text: text.replace('"county"', '"hamlet"'), "/body/tier", '"hamlet"'),
    (lambda text: text.replace('"hours"', '"ours"'), "/duty_days/ours", '"ours"'),
    (lambda text: text.replace('"zhaosu"', '"hami"'), "/body/code", '"hami"'),
    (lambda text: text.replace('"parent": "ili",', '"parent": ili,'), "", '"parent": ili'),
    (lambda text: text.replace('"t-1",', '"t-1"', 1), "", '"t-2"'),
]


async def test_a_mistake_is_named_by_its_line_and_nothing_is_taken(office: Office, subtests: pytest.Subtests) -> None:
    good = json.dumps(roster(member("m-1"), member("m-2")), indent=1, ensure_ascii=False)
    for spoil, pointer, at in MISTAKES:
        with subtests.test(pointer=pointer, at=at):
            bad = spoil(good)
            assert bad != good
            answer = await bring(office, bad)
            problem = answer.json()
            assert (answer.status_code, problem["code"]) == (422, "roster-refused")
            [fault] = problem["errors"][:1]
            assert fault["pointer"] == f"#{pointer}"
            if at is not None:
                assert at in bad.splitlines()[fault["line"] - 1]
            assert (await office.http.get("/api/v1/roster", headers=office.as_("officer"))).json()["members"] == 0


async def test_bytes_that_are_no_text_are_refused_by_line(office: Office) -> None:
    good = json.dumps(roster(member("m-1")), indent=1).encode()
    for bad, line in ((good.replace(b'"m-1"', b'"m-\xff"'), None), (b"\n\n\x00", 3), (b"", 1), (b"[" * 5000, 1)):
        answer = await bring(office, bad)
        assert (answer.status_code, answer.json()["code"]) == (422, "roster-refused")
        assert line in (None, answer.json()["errors"][0]["line"])


async def test_the_page_compares_first_and_takes_over_then(office: Office) -> None:
    await office.sign_in_a_browser()
    page = (await office.http.get("/office/roster")).text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    content = json.dumps(roster(member("m-1")), indent=1)
    compared = await office.http.post(
        "/office/roster", data={"csrf": csrf}, files={"file": ("roster.json", content, "application/json")}
    )
    assert compared.status_code == 200 and 'name="apply"' in compared.text
    assert (await office.http.get("/api/v1/roster", headers=office.as_("officer"))).json()["members"] == 0
    taken = await office.http.post("/office/roster", data={"csrf": csrf, "content": content, "apply": "true"})
    assert taken.status_code == 303
    assert (await office.http.get("/api/v1/roster", headers=office.as_("officer"))).json()["members"] == 1
    wrong = await office.http.post(
        "/office/roster", data={"csrf": csrf}, files={"file": ("r.json", content.replace("st-1", "st-9", 1), "text/x")}
    )
    assert wrong.status_code == 422 and "/communities/0/station" in wrong.text
    parked = await office.http.get("/office/parked")
    assert parked.status_code == 200  # the neighbours are away in this test, and the page says so


async def _heard(office: Office) -> list[str]:
    return sorted(kind for kind, _ in office.said() if "published" in kind)


async def _count(office: Office) -> int:
    return len(await _heard(office))
