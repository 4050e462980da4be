"""“Is it one of these?” as a browser without scripts is asked it, and what becomes of a draft nobody comes back to."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from services.intake.tables import DRAFTS
from shared.db.engine import open_database
from shared.db.reader import Reader
from shared.ids import new_id
from shared.web.auth import Role
from tests.integration.intake_house import IntakeHouse, eventually, hidden, intake_house, token
from tests.integration.test_intake_joining import FIRST, SECOND, tracked
from tests.servers import NatsServer

HTML = {"Accept": "text/html"}
CONTACT = {"reply": "contact", "contact.email": "second@example.org", "consent": "true"}


@pytest.fixture
async def house(database_url: str, nats_server: NatsServer) -> AsyncIterator[IntakeHouse]:
    async with intake_house(database_url, nats_server) as running:
        running.http.headers.update(HTML)
        yield running


def form(**changed: Any) -> dict[str, str]:
    """What the second resident fills in."""
    return {"form_key": new_id(), "channel": "qr", "reply": "anonymous", **SECOND, **changed}


async def asked(house: IntakeHouse, sent: dict[str, str]) -> str:
    """Send the form; the address of the question that comes back."""
    answer = await house.http.post("/s/st1", data=sent)
    assert answer.status_code == 303
    address = answer.headers["location"]
    assert address == f"/s/st1/same/{sent['form_key']}"
    return str(address)


async def receipt_of(house: IntakeHouse, answer: httpx.Response) -> dict[str, str]:
    """The receipt that a page leads to."""
    assert answer.status_code == 303, answer.text
    code = answer.headers["location"].split("/")[2]
    shown = await house.http.get(answer.headers["location"])
    assert code in shown.text
    return {"tracking_code": code, "reference": re.findall(r'class="reference">([^<]+)<', shown.text)[0]}


def choices(page: str) -> list[str]:
    """What can be chosen on the page."""
    return re.findall(r'type="radio" name="choice" value="([^"]+)"', page)


async def test_the_question_shows_no_word_of_another_and_keeps_ones_own(house: IntakeHouse) -> None:
    first = await house.submit(**FIRST)
    address = await asked(house, form())
    page = await house.http.get(address)
    assert page.status_code == 200
    assert SECOND["words"] in page.text
    assert FIRST["words"] not in page.text and first["reference"] not in page.text
    assert [len(choice) for choice in choices(page.text)] == [24, len("raise")]
    chinese = await house.http.get(address, headers={"Accept-Language": "zh-CN"})
    assert "是不是下面这些事项之一" in chinese.text and SECOND["words"] in chinese.text
    nothing = await house.http.post(address, data={})
    assert nothing.status_code == 422
    assert "This is required" in nothing.text and SECOND["words"] in nothing.text


async def test_joining_gives_a_receipt_and_the_way_of_the_issue_joined(house: IntakeHouse) -> None:
    first = await house.submit(**FIRST)
    address = await asked(house, form(**CONTACT))
    (candidate, _) = choices((await house.http.get(address)).text)
    second = await receipt_of(house, await house.http.post(address, data={"choice": candidate}))
    assert second["reference"] != first["reference"]
    assert (await tracked(house, second))["joined"]["residents"] == 2
    page = (await house.http.get(f"/track/{second['tracking_code']}")).text
    assert "2 residents raised it" in page and first["reference"] not in page
    # The same answer again, and the same form again, are the same issue.
    again = await receipt_of(house, await house.http.post(address, data={"choice": "raise"}))
    back = await receipt_of(house, await house.http.get(address))
    assert again == back == second


async def test_raising_it_all_the_same(house: IntakeHouse) -> None:
    await house.submit(**FIRST)
    sent = form()
    address = await asked(house, sent)
    second = await receipt_of(house, await house.http.post(address, data={"choice": "raise"}))
    assert (await tracked(house, second))["joined"] is None
    assert await receipt_of(house, await house.http.post("/s/st1", data=sent)) == second
    changed = await house.http.post("/s/st1", data=sent | {"words": "食堂油烟机又响了，睡不着。"})
    assert changed.status_code == 409
    assert hidden(changed.text, "form_key") != sent["form_key"]


async def test_what_is_discarded_was_never_said(house: IntakeHouse, database_url: str) -> None:
    await house.submit(**FIRST)
    address = await asked(house, form())
    discarded = await house.http.post(address.replace("/same/", "/discard/"))
    assert (discarded.status_code, discarded.headers["location"]) == (303, "/s/st1?via=web")
    assert (await house.http.get(address)).status_code == 404
    assert await _drafts(database_url) == 0
    assert len((await house.http.post("/api/v1/issues/likely", json={"station": "st1", **SECOND})).json()["items"]) == 1


async def test_going_back_and_writing_more_keeps_the_newer_words(house: IntakeHouse) -> None:
    await house.submit(**FIRST)
    sent = form()
    await asked(house, sent)
    address = await asked(house, sent | {"words": SECOND["words"] + "请快一点。"})
    assert "请快一点。" in (await house.http.get(address)).text


async def test_an_issue_that_ended_meanwhile_cannot_be_joined_and_nothing_is_lost(house: IntakeHouse) -> None:
    first = await house.submit(**FIRST)
    address = await asked(house, form())
    (candidate, _) = choices((await house.http.get(address)).text)
    await house.http.post(f"/api/v1/track/{first['tracking_code']}/withdraw")
    refused = await house.http.post(address, data={"choice": candidate})
    assert refused.status_code == 422
    assert "not among those" in refused.text and SECOND["words"] in refused.text
    assert choices(refused.text) == ["raise"]
    assert (await house.http.post(address, data={"choice": "raise"})).status_code == 303


async def test_where_nothing_is_likely_nothing_is_asked(house: IntakeHouse, database_url: str) -> None:
    await house.submit(**FIRST)
    sent = await house.http.post("/s/st1", data=form(category="roads", words="村口到学校的路坑坑洼洼。"))
    assert sent.headers["location"].endswith("/receipt")
    assert await _drafts(database_url) == 0


async def test_a_draft_nobody_comes_back_to_is_raised_as_it_was_written(
    database_url: str, nats_server: NatsServer
) -> None:
    async with intake_house(database_url, nats_server, draft_minutes=0.01, look_again_seconds=0.05) as house:
        house.http.headers.update(HTML)
        await house.submit(**FIRST)
        sent = form(**CONTACT)
        address = await asked(house, sent)

        async def look() -> httpx.Response:
            return await house.http.get(address)

        receipt = await receipt_of(house, await eventually(look, lambda page: page.status_code == 303))
        opened = await house.http.get(
            f"/api/v1/vault/{receipt['reference']}",
            headers={"Authorization": f"Bearer {token(Role.OFFICER)}"},
        )
        assert (opened.json()["words"], opened.json()["contact"]["email"]) == (SECOND["words"], "second@example.org")
        assert await receipt_of(house, await house.http.post(address, data={"choice": "raise"})) == receipt
        assert await _drafts(database_url) == 0


async def test_staff_join_and_split_on_the_page_of_the_issue(house: IntakeHouse) -> None:
    first, second = await house.submit(**FIRST), await house.submit(**SECOND)
    house.http.cookies.set("doorstep_session", token(Role.CLERK, stations=("st1",)))
    address = f"/desk/issues/{second['reference']}"
    page = (await house.http.get(address)).text
    assert first["reference"] in page, "the likely same one is offered"
    csrf = hidden(page, "csrf")
    empty = await house.http.post(f"{address}/join", data={"csrf": csrf, "to": first["reference"]})
    assert empty.status_code == 422 and "This is required" in empty.text
    wrong = await house.http.post(f"{address}/join", data={"csrf": csrf, "to": "2222-2222", "reason": "同一家食堂。"})
    assert wrong.status_code == 422 and "There is no such issue." in wrong.text
    joined = await house.http.post(
        f"{address}/join", data={"csrf": csrf, "to": first["reference"].lower(), "reason": "同一家食堂。"}
    )
    assert (joined.status_code, joined.headers["location"]) == (303, address)
    shown = html.unescape((await house.http.get(address)).text)
    assert "Worked on together with others" in shown and "同一家食堂。" in shown
    lead = (await house.http.get(f"/desk/issues/{first['reference']}")).text
    assert SECOND["words"] in lead and "Raised by one resident more" in lead
    split = await house.http.post(f"{address}/split", data={"csrf": csrf, "reason": "另一家。"})
    assert split.status_code == 303
    assert "Split from" in (await house.http.get(address)).text


async def _drafts(database_url: str) -> int:
    database = open_database(database_url)
    found: int = await Reader(database).scalar(select(func.count()).select_from(DRAFTS))
    await database.dispose()
    return found
