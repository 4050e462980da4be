"""Plans, contributions, the rule, commitments, the register and briefs, as a browser without scripts uses them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.web.auth import Role
from tests.integration.consultation_service import OTHER, OWN, Bench, running
from tests.integration.test_consultation_pages import LANGUAGES, Browser, Fields
from tests.servers import NatsServer

MODE = {"place": "fixed", "gathering": "dispersed", "setting": "venue"}
PLAN = {"topic": "供水", "residents": "2", "members": [OWN, OTHER], **MODE}
HERE = "/work/consultations"


@pytest.fixture
async def bench(tmp_path: Path, nats_server: NatsServer) -> AsyncIterator[Bench]:
    async with running(f"sqlite:///{tmp_path}/service.db", nats_server) as bench:
        browser = Browser(bench)

        async def roster_is_known() -> bool:
            return "st1" in await browser.get("/work/activities")

        await bench.until(roster_is_known, True)
        yield bench


def officer(bench: Bench) -> Browser:
    return Browser(bench, Role.OFFICER, None)


async def made(bench: Bench, path: str, body: dict[str, Any], who: str = OWN) -> str:
    answer = await bench.post(who, path, body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def opened(bench: Bench, **more: Any) -> str:
    survey = await made(bench, "/surveys", {"station": "st1", "members": [OWN], "findings": "水压不足"})
    wanted = {"topic": "供水", "station": "st1", "surveys": [survey], "members": [OWN, OTHER], **MODE, **more}
    return await made(bench, "/consultations", wanted)


def refused(answer: httpx.Response, *fields: str) -> str:
    assert answer.status_code in (409, 422), answer.text
    for field in fields:
        assert f'id="{field}-error"' in answer.text, field
    return answer.text


def followed(answer: httpx.Response, where: str) -> None:
    assert (answer.status_code, answer.headers.get("location")) == (303, where), answer.text


async def test_a_plan_is_entered_in_local_time_changed_and_called_off(bench: Bench) -> None:
    browser = Browser(bench)
    await made(bench, "/surveys", {"station": "st1", "members": [OWN]})
    page = await browser.get(HERE)
    [survey] = set(re.findall(r'name="surveys" value="([^"]+)"', page))
    times = {"planned_for": "2023-03-10T10:00", "planned_to": "2023-03-10T09:00"}
    wrong = await browser.send(page, HERE, **PLAN, surveys=survey, **times)
    page = refused(wrong, "planned_to")
    assert 'value="2023-03-10T09:00"' in page
    late = {"planned_for": "2023-03-10T10:00", "contributions_to": "2023-03-01T10:00"}
    page = refused(await browser.send(page, HERE, **PLAN, surveys=survey, **late), "contributions_to")
    crowd = {"resident_roles.affected": "3"}
    page = refused(await browser.send(page, HERE, **PLAN, surveys=survey, **crowd), "residents")
    right = {"planned_for": "2023-03-10T10:00", "planned_to": "2023-03-10T12:00", "agenda": "<i>看现场</i>"}
    roles = {"resident_roles.affected": "1", "resident_roles.representative": "1"}
    followed(await browser.send(page, HERE, **PLAN, surveys=survey, **right, **roles), HERE)

    [one] = set(re.findall(rf"{HERE}/[0-9a-f-]{{36}}", await browser.get(HERE)))
    page, opened_before = await browser.get(one), await browser.get(one)
    assert "&lt;i&gt;看现场&lt;/i&gt;" in page and 'value="2023-03-10T10:00"' in page
    assert (await bench.get(OWN, one.removeprefix("/work"))).json()["planned_at"] == "2023-03-10T02:00:00Z"
    moved = {"planned_for": "2023-03-11T15:30", "planned_to": "", "address": "三号楼前"}
    followed(await browser.send(page, "/plan", **PLAN, **moved), one)
    stale = await browser.send(opened_before, "/plan", **PLAN, **moved, agenda="x")
    assert "Somebody has changed this meanwhile" in refused(stale)
    page = await browser.get(one)
    assert "三号楼前" in page and 'value="2023-03-11T15:30"' in page
    calendar = await bench.http.get(f"{one}/invitation.ics", headers=bench.as_(OWN))
    assert b"DTSTART:20230311T073000Z" in calendar.content and b"SEQUENCE:1" in calendar.content
    refused(await browser.send(page, "/cancel"), "reason")
    followed(await browser.send(page, "/cancel", reason="大雪"), one)
    page = await browser.get(one)
    assert "大雪" in page and "/hold?" not in page


async def test_who_cannot_come_writes_and_the_record_holds_it_all(bench: Bench) -> None:
    own, other = Browser(bench), Browser(bench, Role.MEMBER, OTHER)
    until = (bench.clock.at + timedelta(days=1)).isoformat()
    one = f"{HERE}/{await opened(bench, contributions_until=until, agenda='一、看现场')}"
    page = await other.get(one)
    refused(await other.send(page, "/contributions"), "text")
    followed(await other.send(page, "/contributions", text="先修主管"), one)
    page, left_open = await own.get(one), {"/hold": await other.get(one), "/contributions": await other.get(one)}
    assert "先修主管" in page
    followed(await own.send(page, "/hold", residents="5"), one)
    page = await own.get(one)
    refused(await own.send(page, "/minutes"), "minutes")
    followed(await own.send(page, "/minutes", minutes="逐段更换\n十日内"), one)
    page = await own.get(one)
    rows = {"first.owner": "department:d-water", "first.what": "换管", "first.due_on": "2023-02-01"}
    page = refused(await own.send(page, "/close", agreed="换管", **rows), "first.due_on")
    third = {"third.what": "回访", "third.due_on": "2023-04-01"}
    page = refused(await own.send(page, "/close", agreed="换管", **third), "third.by")
    rows |= {"first.due_on": "2023-04-01", "first.by": "供水公司"}
    followed(await own.send(page, "/close", agreed="换管", **rows), one)
    # Who still had an older page open is told why it is too late, though its forms are gone.
    for form, said in (("/contributions", "is closed"), ("/hold", "is closed")):
        stale = {"text": "迟了"} if form == "/contributions" else {}
        assert said in refused(await other.send(left_open[form], form, **stale))
    bench.clock.at += timedelta(days=2)
    other = Browser(bench, Role.MEMBER, OTHER)
    assert "/contributions?" not in await other.get(one)
    record = await other.get(f"{one}/record", "zh-Hans")
    for said in ("协商记录", "水压不足", "先修主管", "逐段更换", "一、看现场", "供水公司", "2023年4月1日"):
        assert said in record, said
    assert "<form" not in record[record.index("<article") : record.index("</article>")]
    assert (await bench.get(OWN, one.removeprefix("/work"))).json()["residents"] == 5


async def test_the_rule_is_relaxed_by_an_officer_and_the_consultation_says_so(bench: Bench) -> None:
    browser, office = Browser(bench), officer(bench)
    page = await browser.get(HERE)
    none = await browser.send(page, HERE, **PLAN)
    assert "No survey, no consultation" in refused(none, "surveys")
    rule = f"{HERE}/rule"
    assert "/rule?key" not in await browser.get(rule)
    page = await office.get(rule)
    page = refused(await office.send(page, "/rule", reason="汛期"), "until_on")
    followed(await office.send(page, "/rule", reason="汛期急办", until_on="2023-03-05"), rule)
    followed(await browser.send(none.text, HERE, **PLAN), HERE)
    [one] = set(re.findall(rf"{HERE}/[0-9a-f-]{{36}}", await browser.get(HERE)))
    for path in (one, f"{one}/record"):
        page = await browser.get(path)
        assert "汛期急办" in page and "by officer" in page
    followed(await office.send(await office.get(rule), "/end"), rule)
    assert "Ended by officer" in await browser.get(rule)


async def test_a_commitment_is_followed_from_the_case_to_its_end(bench: Bench) -> None:
    browser = Browser(bench)
    reference = await bench.taken()
    case = f"/work/{reference}"
    page = await browser.get(case)
    page = refused(await browser.send(page, "/commitments", promise_what="换管"), "promise_due_on")
    nobody = {"promise_what": "换管", "promise_due_on": "2023-03-10"}
    page = refused(await browser.send(page, "/commitments", **nobody), "promise_by")
    past = {**nobody, "promise_due_on": "2023-01-10", "owner": f"member:{OWN}"}
    page = refused(await browser.send(page, "/commitments", **past), "promise_due_on")
    followed(await browser.send(page, "/commitments", **nobody, owner=f"member:{OWN}"), case)
    [one] = set(re.findall(r"/work/commitments/[0-9a-f-]{36}(?=\")", await browser.get("/work/commitments?only=mine")))
    page = await browser.get(one)
    refused(await browser.send(page, "/progress", audience="resident"), "text")
    followed(await browser.send(page, "/progress", text="材料到了", audience="resident"), one)
    assert "材料到了" in await browser.get(one)
    closing = {"outcome": "answered", "answer": "已安排"}
    assert (await bench.post(OWN, f"/cases/{reference}/close", closing)).status_code == 200
    bench.clock.at += timedelta(days=30)
    browser = Browser(bench)
    for path in (case, "/work?state=closed", one, "/work/commitments?only=overdue"):
        assert "verdue" in await browser.get(path), path
    refused(await browser.send(await browser.get(one), "/drop"), "reason")
    followed(await browser.send(await browser.get(one), "/keep", evidence="验收单"), one)
    page = await browser.get(one)
    assert "验收单" in page and "/keep?" not in page
    assert "overdue" not in await browser.get(case)


async def test_an_activity_is_recorded_and_joined(bench: Bench) -> None:
    own, other = Browser(bench), Browser(bench, Role.MEMBER, OTHER)
    here = "/work/activities"
    page = await own.get(here)
    page = refused(await own.send(page, here, kind="talk"), "members")
    followed(await own.send(page, here, kind="reception", members=OWN, subject="赶集日接待", audience="31"), here)
    page = await other.get(here)
    assert "赶集日接待" in page
    followed(await other.send(page, "/members"), here)
    assert "/members?" not in await other.get(here)
    [line] = (await bench.get(OTHER, "/activities?kind=reception")).json()["items"]
    assert line["members"] == [OWN, OTHER] or line["members"] == [OTHER, OWN]


async def test_a_brief_goes_its_way(bench: Bench) -> None:
    browser, office = Browser(bench), officer(bench)
    reference = await bench.taken()
    page = await browser.get(f"/work/briefs?issue={reference}")
    words = {"title": "关于供水", "text": "请联系13812345678"}
    page = refused(await browser.send(page, "/briefs", title="关于供水", issues=reference), "text")
    followed(await browser.send(page, "/briefs", **words, issues=reference), "/work/briefs")
    [one] = set(re.findall(r"/work/briefs/[0-9a-f-]{36}", await browser.get("/work/briefs")))
    page = await browser.get(one)
    page = refused(await browser.send(page, "/submit"))
    assert "telephone number" in page
    followed(await browser.send(page, "/edit", title="关于供水", text="管网老化", issues=reference), one)
    followed(await browser.send(await browser.get(one), "/submit", note="请审"), one)
    assert "/number?" not in await browser.get(one)
    page = await office.get(one)
    assert "This is required" in refused(await office.send(page, "/return"))
    followed(await office.send(page, "/return", note="补数据"), one)
    assert "补数据" in await browser.get(one)
    await browser.send(await browser.get(one), "/submit")
    for move in ("number", "hand-in", "answer"):
        followed(await office.send(await office.get(one), f"/{move}"), one)
    page = await browser.get(one, "zh-Hans")
    assert "〔2023〕1号" in page and "上级已回复" in page and "/edit?" not in page
    assert one in await browser.get("/work/briefs?state=answered")
    stranger = Browser(bench, Role.MEMBER, OTHER)
    assert one not in await stranger.get("/work/briefs")


async def test_every_page_in_every_language_with_each_id_once(bench: Bench, subtests: pytest.Subtests) -> None:
    reference = await bench.taken()
    one = await opened(bench, issues=[reference], planned_at="2023-03-10T10:00:00+08:00")
    held = await opened(bench)
    await bench.post(OWN, f"/consultations/{held}/hold")
    promise = {"by": "供水公司", "what": "换管", "due_on": "2023-04-01"}
    commitment = await made(bench, f"/cases/{reference}/commitments", promise)
    brief = await made(bench, "/briefs", {"title": "t", "text": "t", "issues": [reference]})
    await bench.post("officer", "/surveys/rule", {"reason": "汛期", "until_on": "2023-03-05"})
    paths = [
        *(f"{HERE}/{ident}{more}" for ident in (one, held) for more in ("", "/record")),
        f"{HERE}/rule",
        "/work/commitments",
        f"/work/commitments/{commitment}",
        "/work/activities",
        "/work/briefs",
        f"/work/briefs/{brief}",
        f"/work/{reference}",
    ]
    browsers = (Browser(bench), officer(bench), Browser(bench, Role.DISPATCHER, None))
    for language in LANGUAGES:
        with subtests.test(language=language):
            for browser, path in product(browsers, paths):
                page = await browser.get(path, language)
                assert f'lang="{language}" dir="{"rtl" if language in ("ug", "kk-Arab") else "ltr"}"' in page
                ids = Fields(page).ids
                assert len(ids) == len(set(ids)), (path, sorted(ids))
