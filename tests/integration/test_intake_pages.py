"""The pages as a browser without scripts sends and reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.contracts import inner
from shared.ids import new_id
from shared.web.auth import Role
from tests.integration.intake_house import IntakeHouse, hidden, intake_house, token
from tests.servers import NatsServer

HTML = {"Accept": "text/html"}


@pytest.fixture
async def house(tmp_path: Path, nats_server: NatsServer) -> AsyncIterator[IntakeHouse]:
    async with intake_house(f"sqlite:///{tmp_path}/intake.db", nats_server) as running:
        running.http.headers.update(HTML)
        yield running


async def test_from_the_qr_code_to_the_answer(house: IntakeHouse) -> None:
    page = await house.http.get("/s/st1")
    assert page.status_code == 200
    key = hidden(page.text, "form_key")
    form = {
        "form_key": key,
        "channel": "qr",
        "community": "c2",
        "category": "noise",
        "words": "食堂晚上太吵。<script>",
        "reply": "contact",
        "contact.email": "someone@example.org",
        "consent": "true",
    }
    sent = await house.http.post("/s/st1", data=form)
    assert sent.status_code == 303
    again = await house.http.post("/s/st1", data=form)
    assert again.headers["location"] == sent.headers["location"]
    other = await house.http.post("/s/st1", data=form | {"words": "路灯不亮"})
    assert other.status_code == 409
    assert hidden(other.text, "form_key") != key
    assert "路灯不亮" in other.text

    receipt = await house.http.get(sent.headers["location"])
    code = sent.headers["location"].split("/")[2]
    assert code in receipt.text
    assert 'src="data:image/svg+xml' in receipt.text
    assert receipt.headers["cache-control"] == "no-store"
    typed = await house.http.get("/track", params={"code": f" {code[:13].upper()}-{code[13:]} "})
    assert (typed.status_code, typed.headers["location"]) == (303, f"/track/{code}")

    reference = (await house.http.get(f"/api/v1/track/{code}")).json()["reference"]
    await house.assigned(reference)
    await house.happened(inner.IssueClosed, reference, "consultation", outcome="solved", member="zh-m001")
    await house.state(code, "closed")
    assert "cannot be shown just now" in (await house.http.get(f"/track/{code}")).text
    nothing = await house.http.post(f"/track/{code}/rating", data={"reason": "x"})
    assert nothing.status_code == 422
    for action, data in (
        ("rating", {"rating": "partly"}),
        ("reopen", {"reason": "又吵了"}),
        ("withdraw", {}),
        ("erase", {}),
    ):
        acted = await house.http.post(f"/track/{code}/{action}", data=data)
        assert (acted.status_code, acted.headers["location"]) == (303, f"/track/{code}"), action
    ended = await house.http.post(f"/track/{code}/withdraw")
    assert ended.status_code == 409
    assert "has ended already" in ended.text


INCOMPLETE: tuple[tuple[dict[str, str], str], ...] = (
    ({"words": ""}, "This is required"),
    ({"reply": ""}, "choose one of the two"),
    ({"reply": "contact"}, "phone number or an e-mail"),
    ({"reply": "contact", "contact.name": "N", "consent": "true"}, "phone number or an e-mail"),
    ({"reply": "contact", "contact.phone": "+86 139"}, "Without your agreement"),
    ({"contact.phone": "+86 139"}, "kept without any contact"),
    ({"contact.email": "no mailbox", "reply": "contact"}, "expected form"),
    ({"community": "c9"}, "no such community"),
)


async def test_a_form_says_beside_the_field_what_is_missing(house: IntakeHouse) -> None:
    for change, says in INCOMPLETE:
        form = {"form_key": new_id(), "words": "太吵", "reply": "anonymous"} | change
        page = await house.http.post("/s/st1", data=form)
        assert page.status_code == 422, change
        assert says in page.text, change
        assert form["words"] in page.text


async def test_what_is_not_there_is_said_kindly(house: IntakeHouse) -> None:
    unknown = await house.http.get("/s/st9")
    assert (unknown.status_code, "do not know this station" in unknown.text) == (404, True)
    assert (await house.http.post("/s/st9", data={"form_key": new_id(), "words": "x"})).status_code == 404
    assert (await house.http.get("/s/st9/qr.svg")).status_code == 404
    guess = await house.http.get("/track", params={"code": "abc"})
    assert (guess.status_code, "No issue has this tracking code" in guess.text) == (404, True)
    for path in ("/track/abc", "/track/abc/receipt"):
        assert (await house.http.get(path)).status_code == 404


async def test_the_start_leads_to_a_station(house: IntakeHouse) -> None:
    start = await house.http.get("/")
    assert 'href="/s/st1?via=web"' in start.text
    assert (await house.http.get("/", params={"station": "st2"})).headers["location"] == "/s/st2?via=web"
    assert hidden((await house.http.get("/s/st1?via=web")).text, "channel") == "web"
    printed = await house.http.get("/s/st1/qr.svg")
    assert printed.headers["content-type"].startswith("image/svg+xml")


async def test_pages_speak_the_readers_language(house: IntakeHouse) -> None:
    uyghur = await house.http.get("/s/st1", headers={"Accept-Language": "ug"})
    assert '<html lang="ug" dir="rtl">' in uyghur.text
    chinese = await house.http.get("/s/st1", headers={"Accept-Language": "zh-CN"})
    assert "谁能看到您写的内容" in chinese.text


async def test_the_desk(house: IntakeHouse) -> None:
    nobody = await house.http.get("/desk")
    assert (nobody.status_code, nobody.headers["location"]) == (303, "/login?next=%2Fdesk")
    house.http.cookies.set("doorstep_session", token(Role.CLERK, "clerk-1", stations=("st1",)))
    desk = await house.http.get("/desk")
    assert '<option value="st2"' not in desk.text
    visit = {
        "csrf": hidden(desk.text, "csrf"),
        "form_key": hidden(desk.text, "form_key"),
        "station": "st1",
        "channel": "walk-in",
        "language": "ug",
    }
    assert (await house.http.post("/desk", data=visit | {"csrf": "stolen"})).status_code == 403
    elsewhere = await house.http.post("/desk", data=visit | {"station": "st2"})
    assert (elsewhere.status_code, "not your station" in elsewhere.text) == (403, True)
    alone = await house.http.post("/desk", data=visit)
    assert alone.headers["location"] == "/desk?registered=true"
    empty = await house.http.post("/desk", data=visit | {"form_key": new_id(), "category": "noise"})
    assert (empty.status_code, "Write down what the resident said" in empty.text) == (422, True)
    told = visit | {"form_key": new_id(), "words": "يول ناچار", "reply": "anonymous", "category": "roads"}
    with_issue = await house.http.post("/desk", data=told)
    code = with_issue.headers["location"].split("/")[2]
    reference = (await house.http.get(f"/api/v1/track/{code}")).json()["reference"]
    assert f"/desk/issues/{reference}" in (await house.http.get("/desk")).text

    words = await house.http.get(f"/desk/issues/{reference}")
    assert "يول ناچار" in words.text
    assert "Who has read this" not in words.text
    house.http.cookies.set("doorstep_session", token(Role.OFFICER, "officer-1"))
    assert "clerk-1" in (await house.http.get(f"/desk/issues/{reference}")).text
    house.http.cookies.set("doorstep_session", token(Role.CLERK, "clerk-2", stations=("st2",)))
    assert (await house.http.get(f"/desk/issues/{reference}")).status_code == 404
    assert (await house.http.get("/desk", params={"cursor": "forged"})).status_code == 422
