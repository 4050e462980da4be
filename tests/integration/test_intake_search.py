"""Officers look for what residents wrote, with a reason; each issue that is shown counts as read."""

from __future__ import annotations

from typing import Any

import httpx
from sqlalchemy import text

from shared.db.engine import open_database
from shared.db.reader import Reader
from shared.web.auth import Role
from tests.integration.intake_house import IntakeHouse, bearing, intake_house
from tests.servers import NatsServer

OFFICER = bearing(Role.OFFICER, "officer-1")
ASKED = {"text": "canteen", "reason": "A resident asks after a letter without its number"}


async def search(house: IntakeHouse, headers: dict[str, str] = OFFICER, **asked: Any) -> httpx.Response:
    return await house.http.post("/api/v1/vault/search", json=ASKED | asked, headers=headers)


async def test_a_search_is_on_record_and_so_is_each_issue_it_shows(database_url: str, nats_server: NatsServer) -> None:
    async with intake_house(database_url, nats_server) as house:
        receipts = [await house.submit(words=f"{at}: the Canteen is loud, 100% of nights. " + "x" * 90) for at in "abc"]
        other = (await house.submit(words="路灯坏了，晚上看不见。"))["reference"]
        found = (await search(house)).json()
        newest = [each["reference"] for each in reversed(receipts)]
        assert [each["reference"] for each in found["items"]] == newest
        assert found["items"][0]["excerpt"].startswith("c: the Canteen is loud") and found["next"] is None
        assert found["items"][0]["excerpt"].endswith("…")
        assert [each["reference"] for each in (await search(house, text="路灯")).json()["items"]] == [other]
        assert len((await search(house, text="100% of")).json()["items"]) == 3
        assert (await search(house, text="100%%of")).json()["items"] == []

        reads = (await house.http.get(f"/api/v1/vault/{newest[0]}/reads", headers=OFFICER)).json()["items"]
        assert [(each["reader"], each["purpose"]) for each in reads] == [("officer-1", "search")] * 2
        await house.http.post(f"/api/v1/track/{receipts[0]['tracking_code']}/erase")
        assert len((await search(house)).json()["items"]) == 2, "what was erased is not found"

        for role in (Role.MEMBER, Role.CLERK, Role.DISPATCHER):
            assert (await search(house, bearing(role, "somebody"))).status_code == 403
        for wrong, field in (({"text": "x"}, "text"), ({"reason": ""}, "reason"), ({"cursor": "no"}, "cursor")):
            refused = await search(house, **wrong)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)

    database = open_database(database_url)
    rows = await Reader(database).all(text("SELECT reader, reason, shown FROM vault_searches ORDER BY id"))
    await database.dispose()
    assert [row.shown for row in rows] == [3, 1, 3, 0, 2]
    assert {(row.reader, row.reason) for row in rows} == {("officer-1", ASKED["reason"])}


async def test_twenty_to_a_page_and_no_more_read_than_shown(database_url: str, nats_server: NatsServer) -> None:
    async with intake_house(database_url, nats_server) as house:
        sent = [(await house.submit(words=f"canteen {number}"))["reference"] for number in range(23)]
        first = (await search(house)).json()
        assert len(first["items"]) == 20
        second = (await search(house, cursor=first["next"])).json()
        assert second["next"] is None
        assert [each["reference"] for each in first["items"] + second["items"]] == sent[::-1]
