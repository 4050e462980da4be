"""The thread's forms as a browser without scripts fills them in, by a member and by an officer."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from shared.web.auth import SESSION_COOKIE, Role
from tests.integration.consultation_service import OTHER, OWN, Bench, running
from tests.integration.test_consultation_pages import Browser
from tests.servers import NatsServer


@pytest.fixture
async def bench(tmp_path: Path, nats_server: NatsServer) -> AsyncIterator[Bench]:
    async with running(f"sqlite:///{tmp_path}/service.db", nats_server) as bench:
        browser = Browser(bench)

        async def roster_is_known() -> bool:
            return "st1" in await browser.get("/work/activities")

        await bench.until(roster_is_known, True)
        yield bench


def photograph(colour: str) -> bytes:
    encoded = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(encoded, "JPEG")
    return encoded.getvalue()


async def send_photos(browser: Browser, page: str, ending: str, photos: list[bytes], **entered: str) -> httpx.Response:
    """Send a form with files in it, as its ``enctype`` asks for."""
    assert 'enctype="multipart/form-data"' in page
    files = [("photos", (f"{number}.jpg", photo, "image/jpeg")) for number, photo in enumerate(photos)]
    return await browser.send(page, ending, files, **entered)


async def test_the_members_forms_make_one_thread(bench: Bench) -> None:
    reference = await bench.taken()
    browser, here = Browser(bench), f"/work/{reference}"

    async def follows(answer: httpx.Response) -> str:
        assert (answer.status_code, answer.headers.get("location")) == (303, here), answer.text
        return await browser.get(here)

    page = await browser.get(here)
    page = await follows(
        await browser.send(page, "/contacts", means="phone", contact_text="约好周四", contact_audience="resident")
    )
    assert "约好周四" in page and "By telephone" in page
    page = await follows(await browser.send(page, "/members", invited=OTHER))
    page = await follows(await browser.send(page, "/referrals", department="d-water", request="请查看"))
    assert "The department can reply by its link" in page
    page = await follows(await browser.send(page, "/reminders", reminded="d-water"))
    assert "supervisions" not in page, "only the body presses"
    page = await follows(await browser.send(page, "/revocations", revoked="d-water"))
    assert "no longer good" in page
    page = await follows(
        await browser.send(page, "/replies", replying="d-water", reply_text="已换", reply_audience="resident")
    )
    page = await follows(await browser.send(page, "/notes", note_text="回访", note_audience="staff"))
    forbidden = await browser.send(page, "/notes", note_text="x", note_audience="office")
    assert forbidden.status_code == 403
    elsewhere = await browser.send(page, "/close", outcome="not-ours", answer="请找供电公司")
    assert elsewhere.status_code == 422 and 'id="competent-error"' in elsewhere.text
    none = await browser.send(page, "/close", answer="好")
    assert none.status_code == 422 and 'id="outcome-error"' in none.text
    page = await follows(await browser.send(page, "/close", outcome="not-ours", answer="好", competent="县供电公司"))
    assert "县供电公司" in page
    kinds = [entry["kind"] for entry in (await bench.get(OWN, f"/cases/{reference}")).json()["thread"]]
    assert kinds == [
        *(
            "assigned",
            "accepted",
            "contact",
            "invited",
            "referral",
            "reminder",
            "link-revoked",
            "reply",
            "note",
            "closed",
        )
    ]


async def test_a_visit_brings_its_photographs(bench: Bench) -> None:
    reference = await bench.taken()
    browser, here = Browser(bench), f"/work/{reference}"
    page = await browser.get(here)
    sent = await send_photos(browser, page, "/visits", [photograph("red"), photograph("blue")], visit_note="看过")
    assert sent.status_code == 303, sent.text
    page = await browser.get(here)
    pictures = set(re.findall(rf'src="({here}/photos/[0-9a-f-]+)"', page))
    assert len(pictures) == 2
    for picture in pictures:
        headers = {"Cookie": f"{SESSION_COOKIE}={bench.token(Role.MEMBER, OWN)}"}
        shown = await bench.http.get(picture, headers=headers)
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
        stranger = {"Cookie": f"{SESSION_COOKIE}={bench.token(Role.MEMBER, 'm-third')}"}
        assert (await bench.http.get(picture, headers=stranger)).status_code == 404
    wrong = await send_photos(browser, page, "/visits", [b"not a picture"], visit_note="还在这里")
    assert wrong.status_code == 422 and 'id="photos-error"' in wrong.text and "还在这里" in wrong.text
    many = await send_photos(browser, page, "/visits", [photograph("red")] * 5)
    assert many.status_code == 422 and "At most 4 photographs" in many.text
    kinds = [entry["kind"] for entry in (await bench.get(OWN, f"/cases/{reference}")).json()["thread"]]
    assert kinds.count("visit") == 1, "what is refused changes nothing"


async def test_the_office_presses_and_notes_for_itself(bench: Bench) -> None:
    reference = await bench.taken()
    officer, here = Browser(bench, Role.OFFICER, None), f"/work/{reference}"
    await bench.post(OWN, f"/cases/{reference}/referrals", {"department": "d-water"})
    await bench.post(OWN, f"/cases/{reference}/referrals/d-water/remind")
    page = await officer.get(here)
    pressed = await officer.send(page, "/supervisions", supervised="d-water", new_due_on="2023-04-01")
    assert pressed.status_code == 303, pressed.text
    page = await officer.get(here)
    past = await officer.send(page, "/supervisions", supervised="d-water", new_due_on="2023-01-01")
    assert past.status_code == 422 and 'id="new_due_on-error"' in past.text
    noted = await officer.send(page, "/notes", note_text="内部", note_audience="office")
    assert noted.status_code == 303
    assert "内部" in await officer.get(here)
    assert "内部" not in await Browser(bench).get(here)
    owing = await officer.get("/work/referrals?department=&state=supervised")
    assert reference in owing and "Pressed by the body" in owing
    assert reference not in await officer.get("/work/referrals?state=replied")
    assert reference in await Browser(bench).get("/work/referrals", "ug")


async def test_an_old_page_closes_nothing(bench: Bench) -> None:
    reference = await bench.taken()
    browser = Browser(bench)
    old = await browser.get(f"/work/{reference}")
    await bench.post("officer", f"/cases/{reference}/members", {"member": OTHER})
    await bench.post(OTHER, f"/cases/{reference}/close", {"outcome": "solved", "answer": "好"})
    late = await browser.send(old, "/close", outcome="answered", answer="另一个答复")
    assert late.status_code == 409 and "changed this case meanwhile" in late.text
    assert (await bench.get(OWN, f"/cases/{reference}")).json()["outcome"] == "solved"
