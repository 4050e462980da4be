"""Staff find issues by what is known of them, each within the own rights."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from shared.contracts import inner
from shared.ids import new_reference
from shared.web.auth import Role
from tests.integration.routing_office import NOW, Office, member, running_office, until
from tests.servers import NatsServer

FIND = "/api/v1/routing/search"


async def found(office: Office, headers: dict[str, str], **asked: str) -> list[str]:
    answer = await office.http.get(FIND, params=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return [each["reference"] for each in items]


async def test_by_everything_that_is_known_and_no_further_than_one_may_see(
    nats_server: NatsServer, database_url: str, tmp_path: Path
) -> None:
    async with running_office(database_url, nats_server, tmp_path) as office:
        await office.import_roster(member("m-1"), member("m-2", station="st-2", communities=["c-2"]))
        old = await office.submit(category="roads")
        office.clock.at = NOW + timedelta(days=20)
        far = await office.submit(station="st-2", community="c-2", category="noise")
        new = await office.submit(category="noise")
        for reference in (old, far, new):
            await office.order(reference)
        asked = inner.ReferralMade(
            occurred_at=NOW, reference=far, version_of_issue=2, department="d-roads", referral_id="r1"
        )
        for _ in range(2):
            await office.tell(asked, "consultation")
        officer, dispatcher = office.as_("officer"), office.as_("dispatcher")
        await until(lambda: found(office, officer, department="d-roads"), [far])

        assert set(await found(office, officer)) == {old, far, new}
        assert (await found(office, dispatcher))[-1] == old, "the newest first"
        assert await found(office, officer, reference=old.lower().replace("-", "")) == [old]
        assert await found(office, officer, reference=old[:6]) == [old]
        assert await found(office, officer, community="c-2") == await found(office, officer, station="st-2") == [far]
        assert await found(office, officer, township="t-2", state="assigned", member="m-2") == [far]
        assert set(await found(office, officer, category="noise")) == {far, new}
        assert await found(office, officer, department="d-roads", category="roads") == []
        assert await found(office, officer, to="2026-03-02") == [old]
        assert set(await found(office, officer, **{"from": "2026-03-22", "to": "2026-03-22"})) == {far, new}

        assert await found(office, office.as_("member", "m-2")) == [far]
        assert await found(office, office.as_("member", "m-1"), community="c-2") == []
        token = office.signers["routing"].sign(
            subject="clerk", role=Role.CLERK, stations=("st-1",), lifetime=timedelta(hours=1)
        )
        clerk = {"Authorization": f"Bearer {token}"}
        assert set(await found(office, clerk)) == {old, new}
        assert await found(office, clerk, station="st-2") == []
        assert (await office.http.get(FIND, headers=office.as_("service", service="intake"))).status_code == 403

        page = await office.http.get("/office/search", params={"community": "c-2"}, headers=officer)
        assert far in page.text and old not in page.text
        hidden = await office.http.get("/office/search", params={"community": "c-2"}, headers=clerk)
        assert hidden.status_code == 200 and far not in hidden.text and "office/queue" not in hidden.text


async def test_bad_questions_name_their_field(nats_server: NatsServer, database_url: str, tmp_path: Path) -> None:
    async with running_office(database_url, nats_server, tmp_path) as office:
        officer = office.as_("officer")
        for asked, field in (
            ({"from": "2026-03-03", "to": "2026-03-02"}, "to"),
            ({"state": "lost"}, "state"),
            ({"reference": "%%%"}, "reference"),
            ({"cursor": "x"}, "cursor"),
        ):
            answer = await office.http.get(FIND, params=asked, headers=officer)
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), asked
            if field != "cursor" and field != "reference":
                assert (await office.http.get("/office/search", params=asked, headers=officer)).status_code == 422
        assert await found(office, officer, reference=new_reference()) == []
