"""The member's pages as a browser without scripts uses them: fetched, filled in, sent."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.consultation.vault import HttpVault
from shared.errors import Unavailable
from shared.web.auth import SESSION_COOKIE, Role
from tests.integration.consultation_service import OWN, Bench, running
from tests.servers import NatsServer

LANGUAGES = ["zh-Hans", "ug", "kk-Arab", "kk", "en"]


@pytest.fixture
async def bench(tmp_path: Path, nats_server: NatsServer) -> AsyncIterator[Bench]:
    async with running(f"sqlite:///{tmp_path}/service.db", nats_server) as bench:
        browser = Browser(bench)

        async def roster_is_known() -> bool:
            return "st1" in await browser.get("/work/activities")

        await bench.until(roster_is_known, True)
        yield bench


class Fields(HTMLParser):
    """The forms of a page: action to the hidden fields in it; and every id, to find one used twice."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.ids: list[str] = []
        self._open: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "form":
            self._open = self.forms.setdefault(given.get("action", ""), {})
        if tag == "input" and given.get("type") == "hidden":
            self._open[given["name"]] = given["value"]


class Browser:
    """A signed-in reader of pages."""

    def __init__(self, bench: Bench, role: Role = Role.MEMBER, member: str | None = OWN) -> None:
        self._http = bench.http
        self._cookies = {SESSION_COOKIE: bench.token(role, member)}

    async def get(self, path: str, language: str = "en") -> str:
        headers = {"Accept": "text/html", "Accept-Language": language, "Cookie": self._cookie()}
        answer = await self._http.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def send(self, page: str, ending: str, files: Any = None, **entered: str | list[str]) -> httpx.Response:
        """Fill in the form of ``page`` whose action, without its key, has this ending."""
        forms = Fields(page).forms
        [action] = [action for action in forms if action.partition("?")[0].endswith(ending)]
        headers = {"Accept": "text/html", "Accept-Language": "en", "Cookie": self._cookie()}
        return await self._http.post(action, data={**forms[action], **entered}, files=files, headers=headers)

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())


async def test_a_case_is_worked_on_and_closed_without_scripts(bench: Bench) -> None:
    reference = await bench.taken()
    browser, here = Browser(bench), f"/work/{reference}"
    assert reference in await browser.get("/work")
    page = await browser.get(here)
    assert "cannot be fetched just now" in page

    def follows(answer: httpx.Response) -> None:
        assert (answer.status_code, answer.headers["location"]) == (303, here), answer.text

    follows(await browser.send(page, "/visits", visit_note="<b>看过</b>"))
    follows(await browser.send(page, "/referrals", department="d-water", due_on="2023-04-01"))
    page = await browser.get(here)
    assert "&lt;b&gt;看过&lt;/b&gt;" in page
    follows(await browser.send(page, "/replies", replying="d-water", reply_text="好的"))
    follows(await browser.send(page, "/notes", note_text="回访"))
    follows(await browser.send(page, "/surveys", findings="水压不足", members=[OWN], category="water-supply"))
    page = await browser.get(here)
    [survey] = set(re.findall(r'name="surveys" value="([^"]+)"', page))
    mode = {"place": "fixed", "gathering": "dispersed", "setting": "venue"}
    topic = {"topic": "供水", "residents": "2", "members": [OWN], "planned_for": "2023-04-01T10:00"}
    follows(await browser.send(page, "/consultations", surveys=[survey], **topic, **mode))
    page = await browser.get(here)
    [consultation] = set(re.findall(r"/work/consultations/[0-9a-f-]{36}", page))
    meeting = await browser.get(consultation)
    assert (await browser.send(meeting, "/hold")).status_code == 303
    meeting = await browser.get(consultation)
    half = await browser.send(meeting, "/close", **{"first.by": "d-water", "first.what": "换管"})
    assert half.status_code == 422
    assert 'id="first.due_on-error"' in half.text
    promised = {"first.by": "d-water", "first.what": "换管", "first.due_on": "2023-04-01"}
    assert (await browser.send(half.text, "/close", agreed="换管", **promised)).status_code == 303
    kept = await browser.send(await browser.get("/work/commitments"), "/keep")
    assert kept.status_code == 303
    assert "换管" in await browser.get("/work/commitments?state=kept")
    page = await browser.get(here)
    unanswered = await browser.send(page, "/close", outcome="solved")
    assert unanswered.status_code == 422 and 'id="answer-error"' in unanswered.text
    follows(await browser.send(unanswered.text, "/close", outcome="solved", answer="已解决"))
    assert "已解决" in await browser.get(here)
    assert reference in await browser.get("/work?state=closed")


async def test_a_form_sent_twice_is_one_act_and_a_forged_one_none(bench: Bench) -> None:
    reference = await bench.taken()
    browser = Browser(bench)
    page = await browser.get(f"/work/{reference}")
    for _ in range(2):
        assert (await browser.send(page, "/visits", visit_note="a")).status_code == 303
    assert (await browser.send(page, "/visits", visit_note="b")).status_code == 409
    assert (await browser.send(page, "/visits", csrf="forged")).status_code == 403
    thread = (await bench.get(OWN, f"/cases/{reference}")).json()["thread"]
    assert [entry["kind"] for entry in thread].count("visit") == 1


async def test_work_that_belongs_to_no_issue(bench: Bench) -> None:
    browser = Browser(bench)
    talk = await browser.send(
        await browser.get("/work/activities"), "/activities", kind="talk", audience="83", members=OWN
    )
    assert talk.status_code == 303
    assert "83" in await browser.get("/work/activities")
    page = await browser.get("/work/consultations")
    assert "record a survey first" in page
    assert (await browser.send(page, "/surveys", findings="f", members=OWN)).status_code == 303
    page = await browser.get("/work/consultations")
    mode = {"place": "fixed", "gathering": "dispersed", "setting": "venue"}
    without = await browser.send(page, "/work/consultations", topic="t", residents="0", members=OWN, **mode)
    assert without.status_code == 422 and 'id="surveys-error"' in without.text
    [survey] = set(re.findall(r'name="surveys" value="([^"]+)"', page))
    more = {"topic": "t", "residents": "0", "members": OWN, "surveys": survey}
    assert (await browser.send(without.text, "/work/consultations", **more, **mode)).status_code == 303


async def test_every_page_in_every_language_with_each_id_once(bench: Bench, subtests: pytest.Subtests) -> None:
    reference = await bench.taken()
    waiting = await bench.assign()
    await bench.until(lambda: bench.state_of(waiting), "assigned")
    await bench.post(OWN, f"/cases/{reference}/referrals", {"department": "d-water"})
    browsers = (Browser(bench), Browser(bench, Role.OFFICER, None), Browser(bench, Role.DISPATCHER, None))
    paths = ("/work", f"/work/{reference}", "/work/consultations", "/work/commitments", "/work/activities")
    for language in LANGUAGES:
        with subtests.test(language=language):
            for browser, path in product(browsers, paths):
                page = await browser.get(path, language)
                assert f'lang="{language}" dir="{"rtl" if language in ("ug", "kk-Arab") else "ltr"}"' in page
                ids = Fields(page).ids
                assert len(ids) == len(set(ids)), (path, sorted(ids))


async def test_readers_and_strangers(bench: Bench) -> None:
    reference = await bench.taken()
    dispatcher = await Browser(bench, Role.DISPATCHER, None).get(f"/work/{reference}")
    assert "/visits" not in dispatcher
    visitor = await bench.http.get(f"/work/{reference}", headers={"Accept": "text/html"})
    assert (visitor.status_code, visitor.headers["location"]) == (303, f"/login?next=%2Fwork%2F{reference}")
    stranger = {"Cookie": f"{SESSION_COOKIE}={bench.token(Role.MEMBER, 'm-third')}", "Accept": "text/html"}
    assert (await bench.http.get(f"/work/{reference}", headers=stranger)).status_code == 404


async def test_the_vault_is_asked_with_the_readers_own_token() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(
            200, json={"reference": "R", "words": "水管漏水", "language": "ug", "contact": None, "erased": False}
        )

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://desk.test") as client:
        assert (await HttpVault(client).words("R", "token")).words == "水管漏水"
    assert asked[0].headers["authorization"] == "Bearer token"
    broken = httpx.MockTransport(lambda request: httpx.Response(503))
    async with httpx.AsyncClient(transport=broken, base_url="http://desk.test") as client:
        with pytest.raises(Unavailable):
            await HttpVault(client).words("R", "token")
