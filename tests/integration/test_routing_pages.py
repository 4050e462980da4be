"""The page of an order and the office's queue, for each reader in their language."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.web.auth import SESSION_COOKIE
from tests.integration.routing_office import Office, member, running_office, until
from tests.servers import NatsServer


@pytest.fixture
async def office(tmp_path: Path, nats_server: NatsServer) -> AsyncIterator[Office]:
    async with running_office(f"sqlite:///{tmp_path}/service.db", nats_server, tmp_path) as running:
        yield running


def become(office: Office, role: str, code: str | None = None) -> None:
    """Whoever has this cookie from now on."""
    office.http.cookies.set(SESSION_COOKIE, office.as_(role, code)["Authorization"].removeprefix("Bearer "))


async def _member(office: Office, reference: str) -> str:
    return str((await office.order(reference))["member"])


async def csrf_of(office: Office, path: str) -> str:
    return str(re.findall(r'name="csrf" value="([^"]+)"', (await office.http.get(path)).text)[0])


async def test_a_member_reads_why_and_takes_the_order(office: Office) -> None:
    await office.import_roster(member("m-1", expertise=["roads"], languages=["ug"]), member("m-2"))
    reference = await office.submit(category="roads", language="ug")
    await office.order(reference)
    become(office, "member", "m-1")
    path = f"/work/orders/{reference}"
    page = await office.http.get(path, headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "m-1 covers the community c-1, where the issue was raised." in page.text
    assert "m-1 knows the matter: Roads." in page.text
    assert "m-2 would have come next, but knows other fields." in page.text
    assert "The words cannot be shown at the moment." in page.text
    right_to_left = await office.http.get(path, headers={"Accept-Language": "ug"})
    assert '<html lang="ug" dir="rtl">' in right_to_left.text
    assert (await office.http.post(f"{path}/accept")).status_code == 403  # a form of ours carries its csrf value
    taken = await office.http.post(f"{path}/accept", data={"csrf": await csrf_of(office, path)})
    assert (taken.status_code, taken.headers["location"]) == (303, f"/work/{reference}")
    become(office, "member", "m-2")
    assert (await office.http.get(path)).status_code == 404


async def test_a_member_gives_it_back_and_the_dispatcher_gives_it_on(office: Office) -> None:
    await office.import_roster(member("m-1"))
    reference = await office.submit()
    await office.order(reference)
    become(office, "member", "m-1")
    path = f"/work/orders/{reference}"
    csrf = await csrf_of(office, path)
    empty = await office.http.post(f"{path}/decline", data={"csrf": csrf, "reason": " "})
    assert empty.status_code == 422 and "reason-error" in empty.text
    back = await office.http.post(f"{path}/decline", data={"csrf": csrf, "reason": "出差 <b>"})
    assert (back.status_code, back.headers["location"]) == (303, "/work")

    become(office, "dispatcher")
    queue = (await office.http.get("/office", headers={"Accept-Language": "en"})).text
    assert f"/work/orders/{reference}" in queue and "Nobody to ask" in queue
    page = (await office.http.get(path, headers={"Accept-Language": "en"})).text
    assert "出差 &lt;b&gt;" in page and "There is nobody left in the roster who was not asked." in page
    await office.import_roster(member("m-1"), member("m-2"), member("m-3", communities=[]))
    await until(lambda: _member(office, reference), "m-2")  # a new roster: tried again by itself
    page = (await office.http.get(path)).text
    assert '<option value="m-3">' in page
    csrf = await csrf_of(office, path)
    wrong = await office.http.post(f"/office/orders/{reference}/assign", data={"csrf": csrf, "member": "m-9"})
    assert wrong.status_code == 422 and "member-error" in wrong.text
    given = await office.http.post(f"/office/orders/{reference}/assign", data={"csrf": csrf, "member": "m-3"})
    assert given.status_code == 303
    for address in ("/office", "/office/orders", "/office/orders?state=assigned", "/office/roster", "/account"):
        assert (await office.http.get(address)).status_code == 200
    become(office, "member", "m-3")
    assert (await office.http.get("/office", headers={"Accept": "text/html"})).status_code == 403
