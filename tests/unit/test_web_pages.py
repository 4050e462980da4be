"""What every page and every answer has: its headers, its direction, its style sheets, its probes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.errors import DomainError
from shared.web.assets import FOLDER
from shared.web.auth import Role
from shared.web.edge import CONTENT_SECURITY_POLICY
from shared.web.paging import decode_cursor, encode_cursor
from shared.web.state import LANGUAGE_COOKIE
from tests.unit.web_app import WebUnderTest, web_under_test


@pytest.fixture
def web() -> WebUnderTest:
    return web_under_test()


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/nothing", "/api/v1/refusals/failure", "/language"])
async def test_no_answer_goes_without_its_security_headers(web: WebUnderTest, path: str) -> None:
    async with web.client() as client:
        headers = (await client.get(path)).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


async def test_a_known_request_id_is_kept_and_a_strange_one_is_not(web: WebUnderTest) -> None:
    async with web.client() as client:
        kept = await client.get("/livez", headers={"X-Request-Id": "abcd-1234"})
        strange = await client.get("/livez", headers={"X-Request-Id": "a b\t<script>"})
    assert kept.headers["x-request-id"] == "abcd-1234"
    assert re.fullmatch("[0-9a-f]{16}", strange.headers["x-request-id"])


async def test_alive_is_not_ready(web: WebUnderTest) -> None:
    async with web.client() as client:
        assert (await client.get("/livez")).status_code == 204
        ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"database": True, "nats": False})


async def test_requests_are_counted_by_route_and_never_by_path(web: WebUnderTest) -> None:
    async with web.client() as client:
        await client.get("/s/very-special-station")
        metrics = (await client.get("/metrics")).text
    assert 'route="/s/{station}",service="intake",status="404"} 1.0' in metrics
    assert "very-special-station" not in metrics


OF_SINGLE_PAGES = ("calendar.css", "record.css", "tiers.css")
"""Sheets that one page asks for beside those of every page."""


async def test_a_style_sheet_is_kept_for_ever_under_its_own_hash(web: WebUnderTest) -> None:
    async with web.client(accept="text/html") as client:
        page = await client.get("/nothing")
        sheets = re.findall(r'href="(/static/[^"]+\.css)"', page.text)
        assert len(sheets) == len({*FOLDER.glob("*.css")} - {FOLDER / name for name in OF_SINGLE_PAGES})
        for sheet in sheets:
            answer = await client.get(sheet)
            assert answer.headers["content-type"].startswith("text/css")
            assert "immutable" in answer.headers["cache-control"]
        older = await client.get("/static/000000000000/doorstep.css")
        assert (older.status_code, older.headers["cache-control"]) == (200, "no-cache")
        assert (await client.get("/static/0/..%2Ffactory.py")).status_code == 404


async def test_a_language_is_chosen_once(web: WebUnderTest) -> None:
    async with web.client(accept="text/html") as client:
        chosen = await client.get("/language?to=ug&next=/s/s-1")
        assert (chosen.status_code, chosen.headers["location"]) == (303, "/s/s-1")
        assert client.cookies[LANGUAGE_COOKIE] == "ug"
        assert 'dir="rtl"' in (await client.get("/nothing")).text
        assert (await client.get("/language?to=xx&next=//evil.test")).headers["location"] == "/"


@pytest.mark.parametrize(
    ("role", "places"),
    [
        (Role.MEMBER, ["/work", "/office/search", "/reports"]),
        (Role.CLERK, ["/desk", "/office/search"]),
        (None, []),
    ],
)
async def test_each_role_finds_its_own_pages(web: WebUnderTest, role: Role | None, places: list[str]) -> None:
    headers = web.cookie(web.token(role)) if role else {}
    async with web.client(accept="text/html", **headers) as client:
        page = (await client.get("/nothing")).text
    navigation = page.partition('class="places"')[2].partition("</nav>")[0]
    assert re.findall('href="([^"]+)"', navigation) == places


async def test_what_was_typed_is_shown_as_text(web: WebUnderTest) -> None:
    async with web.client(accept="text/html") as client:
        page = await client.get("/%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script" not in page.text


def test_style_sheets_know_no_left_and_right() -> None:
    physical = re.compile(
        r"(?<![\w-])(?:margin|padding|border|inset)?-?(?:left|right)\s*:|text-align:\s*(?:left|right)"
    )
    for sheet in FOLDER.glob("*.css"):
        assert not physical.search(sheet.read_text(encoding="utf-8")), sheet.name


def test_templates_hold_no_inline_style_or_script() -> None:
    project = Path(__file__).resolve().parents[2]
    inline = re.compile(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:", re.IGNORECASE)
    for folder in ("shared", "services"):
        for template in (project / folder).rglob("*.html"):
            assert not inline.search(template.read_text(encoding="utf-8")), template


def test_a_cursor_comes_back_as_it_went() -> None:
    assert decode_cursor(encode_cursor("2026-03-10", 7), str, int) == ("2026-03-10", 7)


@pytest.mark.parametrize("cursor", ["", "x", "é", "!!!!", encode_cursor("a"), encode_cursor("a", "b"), "A" * 5000])
def test_a_foreign_cursor_is_named(cursor: str) -> None:
    with pytest.raises(DomainError) as refused:
        decode_cursor(cursor, str, int)
    assert refused.value.field == "cursor"
