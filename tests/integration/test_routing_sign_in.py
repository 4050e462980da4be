"""Signing in: the right password, wrong ones ever slower, accounts, and the cookie of pages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.routing_office import OFFICER, Office, member, running_office
from tests.servers import NatsServer


@pytest.fixture
async def office(tmp_path: Path, nats_server: NatsServer) -> AsyncIterator[Office]:
    url = f"sqlite:///{tmp_path}/service.db"
    async with running_office(url, nats_server, tmp_path, sample_mail_domain="sample.test") as running:
        yield running


async def sign_in(office: Office, login: str, password: str) -> tuple[int, dict[str, object]]:
    answer = await office.http.post("/api/v1/login", json={"login": login, "password": password})
    return answer.status_code, answer.json()


async def test_the_first_officer_makes_accounts_and_each_signs_in_once_made(office: Office) -> None:
    status, session = await sign_in(office, *OFFICER)
    assert status == 200
    assert (session["role"], session["token_type"], session["expires_in"]) == ("officer", "bearer", 43200)
    bearer = {"Authorization": f"Bearer {session['access_token']}"}
    await office.import_roster(member("m-1"))
    accounts = [
        {"login": "m-1", "password": "one-good-password", "role": "member", "member": "m-1"},
        {"login": "clerk", "password": "two-good-password", "role": "clerk", "member": None, "stations": ["st-1"]},
    ]
    made = [
        (await office.http.post("/api/v1/accounts", json={"accounts": accounts}, headers=bearer)).json()
        for _ in range(2)
    ]
    assert made == [
        {"created": 2, "changed": 0, "unchanged": 0},
        {"created": 0, "changed": 0, "unchanged": 2},
    ]
    status, session = await sign_in(office, "m-1", "one-good-password")
    assert (status, session["role"], session["member"]) == (200, "member", "m-1")

    for wrong, field in (
        ({"member": "m-9"}, "accounts[0].member"),
        ({"member": None}, "accounts[0].member"),
        ({"password": "short"}, "accounts[0].password"),
        ({"role": "service"}, "accounts[0].role"),
    ):
        refused = await office.http.post(
            "/api/v1/accounts", json={"accounts": [{**accounts[0], **wrong}]}, headers=bearer
        )
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
        assert "one-good-password" not in refused.text
    clerk = await sign_in(office, "clerk", "two-good-password")
    refused = await office.http.post(
        "/api/v1/accounts",
        json={"accounts": accounts},
        headers={"Authorization": f"Bearer {clerk[1]['access_token']}"},
    )
    assert refused.status_code == 403


async def test_who_left_the_roster_signs_in_no_longer(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2"))
    account = {"login": "m-1", "password": "one-good-password", "role": "member", "member": "m-1"}
    await office.http.post("/api/v1/accounts", json={"accounts": [account]}, headers=office.as_("officer"))
    assert (await sign_in(office, "m-1", "one-good-password"))[0] == 200
    await office.import_roster(member("m-2"))
    assert (await sign_in(office, "m-1", "one-good-password"))[0] == 401


async def test_wrong_guesses_get_slower_for_that_login_only(office: Office) -> None:
    for _ in range(5):
        status, problem = await sign_in(office, OFFICER[0], "guess")
        assert (status, problem["code"]) == (401, "wrong-sign-in")
    answer = await office.http.post("/api/v1/login", json={"login": OFFICER[0], "password": OFFICER[1]})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "15")
    assert (await sign_in(office, "nobody", "guess"))[0] == 401
    office.clock.at += timedelta(seconds=15)
    assert (await sign_in(office, OFFICER[0], "guess"))[0] == 401
    office.clock.at += timedelta(seconds=15)
    assert (await sign_in(office, *OFFICER))[0] == 429  # the sixth failure doubled the wait
    office.clock.at += timedelta(seconds=15)
    assert (await sign_in(office, *OFFICER))[0] == 200
    assert (await sign_in(office, OFFICER[0], "guess"))[0] == 401  # afresh after a success


async def test_many_guesses_at_once_gain_nothing(office: Office) -> None:
    answers = await asyncio.gather(*(sign_in(office, OFFICER[0], f"guess-{n}") for n in range(20)))
    assert sum(1 for status, _ in answers if status == 401) <= 6


async def test_the_page_sets_a_cookie_and_sends_each_role_to_its_place(office: Office) -> None:
    office.clock.at = datetime.now(UTC)  # the browser has its own clock, by which cookies end
    page = await office.http.get("/login?next=/office/roster")
    assert page.status_code == 200 and 'name="next" value="/office/roster"' in page.text
    form = {"login": OFFICER[0], "password": "wrong"}
    refused = await office.http.post("/login", data=form)
    assert refused.status_code == 401 and "wrong" not in re.findall(r'value="([^"]*)"', refused.text)
    form["password"] = OFFICER[1]
    answer = await office.http.post("/login", data={**form, "next": "https://elsewhere.test/"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/office")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert (await office.http.get("/office")).status_code == 200
    csrf = re.findall(r'name="csrf" value="([^"]+)"', (await office.http.get("/account")).text)[0]
    assert (
        await office.http.post("/account", data={"present": OFFICER[1], "new": "a-newer-password"})
    ).status_code == 403
    wrong = await office.http.post("/account", data={"csrf": csrf, "present": "x", "new": "a-newer-password"})
    assert wrong.status_code == 422
    changed = await office.http.post("/account", data={"csrf": csrf, "present": OFFICER[1], "new": "a-newer-password"})
    assert changed.status_code == 303
    assert (await sign_in(office, OFFICER[0], "a-newer-password"))[0] == 200
    out = await office.http.post("/logout", data={"csrf": csrf})
    assert out.status_code == 303
    again = await office.http.get("/office", headers={"Accept": "text/html"})
    assert (again.status_code, again.headers["location"]) == (303, "/login?next=%2Foffice")


async def test_members_addresses_are_for_services_alone(office: Office) -> None:
    await office.import_roster(
        member("m-1", languages=["ug", "zh-Hans"]), member("m-2", email="m2@body.test", display="二")
    )
    notify = office.as_("service", service="notify")
    answers = [
        (await office.http.get(f"/api/v1/members/{code}/address", headers=notify)).json() for code in ("m-1", "m-2")
    ]
    assert answers == [
        {"email": "m-1@sample.test", "language": "ug", "name": None},
        {"email": "m2@body.test", "language": "zh-Hans", "name": "二"},
    ]
    assert (await office.http.get("/api/v1/members/m-9/address", headers=notify)).status_code == 404
    assert (await office.http.get("/api/v1/members/m-1/address", headers=office.as_("officer"))).status_code == 403
