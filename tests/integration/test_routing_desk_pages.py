"""The pages of the rule, of the queue and of colleagues, as people use them without scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.routing_office import Office, member, running_office, until
from tests.integration.test_routing_pages import become, csrf_of
from tests.servers import NatsServer

AWAY = {"begins_on": "2026-03-01", "ends_on": "2026-03-09"}
FAR = {"station": "st-2", "communities": ["c-2"]}
ENGLISH = {"Accept-Language": "en"}
RULE = {
    "based_on": "0",
    "place.matter": "1",
    "place.nearness": "2",
    "place.load": "3",
    "place.recent": "4",
    "days": "14",
    "matter_first": ["roads"],
    "answer_within": "4",
    "return_within": "5",
}


@pytest.fixture
async def office(tmp_path: Path, nats_server: NatsServer) -> AsyncIterator[Office]:
    async with running_office(f"sqlite:///{tmp_path}/service.db", nats_server, tmp_path) as running:
        yield running


async def test_an_officer_changes_the_rule_and_tries_it(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2", **FAR, expertise=["roads"], languages=["ug"]))
    become(office, "dispatcher")
    page = await office.http.get("/office/rule", headers=ENGLISH)
    assert page.status_code == 200 and "what is usual" in page.text and "Let this rule hold" not in page.text
    asked = "/office/what-if?community=c-1&category=roads&language=ug"
    before = await office.http.get(asked, headers=ENGLISH)
    assert '<h2 id="answer"><bdi>m-1</bdi></h2>' in before.text
    assert "m-2 would have come next, but is farther away." in before.text

    become(office, "officer")
    csrf = await csrf_of(office, "/office/rule")
    twice = await office.http.post("/office/rule", data={**RULE, "csrf": csrf, "place.load": "2"}, headers=ENGLISH)
    assert twice.status_code == 422 and "place.load-error" in twice.text
    without = {name: value for name, value in RULE.items() if name != "place.matter"}
    needed = await office.http.post("/office/rule", data={**without, "csrf": csrf}, headers=ENGLISH)
    assert needed.status_code == 422
    assert "What comes before nearness must be a criterion of the rule itself." in needed.text
    kept = await office.http.post("/office/rule", data={**RULE, "csrf": csrf})
    assert (kept.status_code, kept.headers["location"]) == (303, "/office/rule")
    outdated = await office.http.post("/office/rule", data={**RULE, "csrf": csrf, "days": "7"}, headers=ENGLISH)
    assert outdated.status_code == 422 and "Somebody changed the rule meanwhile." in outdated.text
    page = await office.http.get("/office/rule", headers=ENGLISH)
    assert "Version 1" in page.text and "Knowing it comes before nearness:" in page.text
    after = await office.http.get(asked, headers=ENGLISH)
    assert '<h2 id="answer"><bdi>m-2</bdi></h2>' in after.text
    wrong = await office.http.get("/office/what-if?community=c-9", headers=ENGLISH)
    assert wrong.status_code == 422 and "community-error" in wrong.text
    for language in ("zh-Hans", "ug"):
        for path in ("/office/rule", asked, "/office/queue", "/office/what-if"):
            shown = await office.http.get(path, headers={"Accept-Language": language})
            assert shown.status_code == 200 and f'lang="{language}"' in shown.text


async def test_the_dispatcher_ticks_orders_and_reads_what_became_of_each(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2", **FAR))
    first, second = await office.submit(), await office.submit()
    await office.order(second)
    become(office, "dispatcher")
    page = await office.http.get("/office/queue?state=assigned", headers=ENGLISH)
    assert first in page.text and second in page.text
    csrf = await csrf_of(office, "/office/queue?state=assigned")
    chosen = {"csrf": csrf, "references": [first, second], "action": "assign", "member": "m-2"}
    nobody = await office.http.post("/office/queue?state=assigned", data={**chosen, "member": ""}, headers=ENGLISH)
    assert nobody.status_code == 422 and "member-error" in nobody.text
    none = await office.http.post("/office/queue", data={**chosen, "references": []}, headers=ENGLISH)
    assert none.status_code == 422
    done = await office.http.post("/office/queue?state=assigned", data=chosen, headers=ENGLISH)
    assert done.status_code == 200 and done.text.count("given to m-2") == 2
    again = await office.http.post("/office/queue", data={**chosen, "action": "offer-again"}, headers=ENGLISH)
    assert again.text.count("The order no longer allows this.") == 2


async def test_colleagues_and_stand_ins_find_what_they_can_take(office: Office) -> None:
    everybody = [member("m-2", communities=[]), member("m-3", **FAR)]
    await office.import_roster(member("m-1"), *everybody)
    reference, second = await office.submit(), await office.submit()
    await office.order(second)
    become(office, "member", "m-2")
    page = await office.http.get("/work/orders", headers=ENGLISH)
    assert f"/work/orders/{reference}" in page.text
    path = f"/work/orders/{reference}"
    assert "Nobody has taken this order at your station yet." in (await office.http.get(path, headers=ENGLISH)).text
    claimed = await office.http.post(f"{path}/claim", data={"csrf": await csrf_of(office, path)})
    assert (claimed.status_code, claimed.headers["location"]) == (303, f"/work/{reference}")

    await office.import_roster(member("m-1", leave=[AWAY]), *everybody)
    become(office, "dispatcher")
    page = await office.http.get("/office/queue", headers=ENGLISH)
    assert "1 open order, on leave until Mar 9, 2026" in page.text
    csrf = await csrf_of(office, "/office/queue")
    hand_over = "/office/members/m-1/hand-over"
    refused = await office.http.post(hand_over, data={"csrf": csrf}, headers=ENGLISH)
    assert refused.status_code == 422 and "to-error" in refused.text
    given = await office.http.post(hand_over, data={"csrf": csrf, "to": "m-3"})
    assert given.status_code == 303
    order = await office.order(second)
    assert (order["state"], order["member"], order["why"]["chosen_by"]) == ("assigned", "m-3", "stand-in")
    become(office, "officer")
    assert (await office.http.get("/work/orders")).status_code == 303


async def test_a_member_gives_back_what_is_another_bodys(office: Office) -> None:
    await office.import_roster(member("m-1"))
    reference = await office.submit()
    await office.order(reference)
    become(office, "member", "m-1")
    path = f"/work/orders/{reference}"
    page = (await office.http.get(path, headers=ENGLISH)).text
    assert "This is not for our body" in page and '<option value="ili">' in page and '<option value="d-roads">' in page
    csrf = await csrf_of(office, path)
    sent = {"csrf": csrf, "proposed_owner": "ili", "why_not_here": "属于地区"}
    empty = await office.http.post(f"{path}/wrong-body", data={**sent, "why_not_here": " "})
    assert empty.status_code == 422 and "why_not_here-error" in empty.text
    own = await office.http.post(f"{path}/wrong-body", data={**sent, "proposed_owner": "zhaosu"})
    assert own.status_code == 422 and "proposed_owner-error" in own.text
    back = await office.http.post(f"{path}/wrong-body", data=sent)
    assert (back.status_code, back.headers["location"]) == (303, "/work")
    become(office, "dispatcher")
    shown = (await office.http.get(path, headers=ENGLISH)).text
    assert "A member says that this belongs to ili." in shown and "属于地区" in shown
    for place in ("/office/queue", "/office", "/office/orders?state=returned"):
        assert reference in (await office.http.get(place)).text
    await until(lambda: _returns(office), ["ili"])


async def _returns(office: Office) -> list[str]:
    return [event["proposed_owner"] for _, event in office.said("inner.issue.returned")]
