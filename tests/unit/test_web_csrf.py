"""A signed-in browser does nothing on behalf of another site."""

from __future__ import annotations

import pytest

from shared.web.auth import Role, safe_next
from tests.unit.web_app import ORIGIN, WebUnderTest, web_under_test


@pytest.fixture
def web() -> WebUnderTest:
    return web_under_test()


def _csrf(web: WebUnderTest, token: str) -> str:
    csrf: str = web.app.state.web.verifier.verify(token).csrf
    return csrf


async def test_a_form_with_its_csrf_value_is_accepted_and_still_readable(web: WebUnderTest) -> None:
    token = web.token()
    async with web.client(**web.cookie(token)) as client:
        answer = await client.post("/work/note", data={"csrf": _csrf(web, token), "words": "水管"})
        assert (answer.status_code, answer.json()) == (200, "水管")


async def test_a_script_may_send_the_value_as_a_header(web: WebUnderTest) -> None:
    token = web.token()
    async with web.client(**web.cookie(token)) as client:
        answer = await client.post("/api/v1/me", headers={"X-CSRF-Token": _csrf(web, token)})
        assert answer.status_code == 200


@pytest.mark.parametrize("csrf", [None, "", "wrong", "é"])
async def test_a_form_without_it_is_refused(web: WebUnderTest, csrf: str | None) -> None:
    fields = {"words": "x"} | ({} if csrf is None else {"csrf": csrf})
    async with web.client(**web.cookie(web.token())) as client:
        answer = await client.post("/work/note", data=fields)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


async def test_another_session_s_value_is_refused(web: WebUnderTest) -> None:
    async with web.client(**web.cookie(web.token())) as client:
        answer = await client.post("/api/v1/me", headers={"X-CSRF-Token": _csrf(web, web.token())})
        assert answer.status_code == 403


async def test_a_bearer_token_needs_none(web: WebUnderTest) -> None:
    async with web.client(authorization=f"Bearer {web.token()}") as client:
        assert (await client.post("/api/v1/me")).status_code == 200


async def test_reading_needs_none(web: WebUnderTest) -> None:
    async with web.client(**web.cookie(web.token())) as client:
        assert (await client.get("/api/v1/me")).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"origin": ORIGIN}, 201),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 201),
        ({"origin": "http://elsewhere.test"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site", "origin": ORIGIN}, 403),
    ],
)
async def test_a_resident_s_form_comes_from_our_own_page(
    web: WebUnderTest, headers: dict[str, str], status: int
) -> None:
    async with web.client(**headers) as client:
        answer = await client.post("/api/v1/issues", json={"words": "x", "station": "s"})
        assert answer.status_code == status


async def test_who_is_not_signed_in_is_sent_to_the_door_and_back(web: WebUnderTest) -> None:
    async with web.client(accept="text/html") as client:
        answer = await client.get("/work?state=open")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/login?next=%2Fwork%3Fstate%3Dopen"


async def test_a_program_is_told_401(web: WebUnderTest) -> None:
    async with web.client(accept="text/html") as client:
        answer = await client.get("/api/v1/me")
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_role_that_does_not_do_this_is_refused(web: WebUnderTest) -> None:
    async with web.client(authorization=f"Bearer {web.token(Role.CLERK)}") as client:
        assert (await client.get("/api/v1/office")).status_code == 403


@pytest.mark.parametrize(
    "target", ["//evil.test", "/\\evil.test", "https://evil.test", "evil", "", None, "/a\nb", "/\t/evil", "/a\\b"]
)
def test_signing_in_never_ends_on_another_site(target: str | None) -> None:
    assert safe_next(target) == "/"
    assert safe_next("/work?x=1") == "/work?x=1"
