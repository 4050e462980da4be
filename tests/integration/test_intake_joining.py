"""Two residents, one matter: joined at once or by staff, told alike, split again, and each erased alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from shared.contracts import inner, report
from shared.contracts.event import Event
from shared.db.engine import open_database
from shared.db.reader import Reader
from shared.web.auth import Role
from tests.integration.intake_house import IntakeHouse, bearing, eventually, intake_house
from tests.servers import NatsServer

MEMBER = bearing(Role.MEMBER, "account-1", member="zh-m001")
OTHER_MEMBER = bearing(Role.MEMBER, "account-2", member="zh-m002")
OFFICER = bearing(Role.OFFICER, "officer-1")
FIRST = {"words": "食堂晚上太吵，抽油烟机响到十一点，睡不着。", "category": "noise", "community": "c1"}
SECOND = {"words": "楼下饭店油烟机噪音大，晚上十一点还在响，影响休息。", "category": "noise", "community": "c1"}
REASON = {"reason": "同一家食堂。"}
CONTACT = {"name": "居民", "phone": "+86 139 0000 0000", "email": "second@example.org"}


@pytest.fixture
async def house(database_url: str, nats_server: NatsServer) -> AsyncIterator[IntakeHouse]:
    async with intake_house(database_url, nats_server) as running:
        yield running


async def likely(house: IntakeHouse, **asked: Any) -> list[dict[str, Any]]:
    """What is answered to a resident who is about to raise ``asked``."""
    answer = await house.http.post("/api/v1/issues/likely", json={"station": "st1", **SECOND, **asked})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def joined(house: IntakeHouse) -> tuple[dict[str, str], dict[str, str]]:
    """The receipts of an issue and of one that joined it when it was raised."""
    first = await house.submit(**FIRST)
    (candidate,) = await likely(house)
    second = await house.submit(**SECOND, join=candidate["id"], anonymous=False, contact=CONTACT)
    return first, second


async def tracked(house: IntakeHouse, receipt: dict[str, str]) -> dict[str, Any]:
    """What a resident sees."""
    seen: dict[str, Any] = (await house.http.get(f"/api/v1/track/{receipt['tracking_code']}")).json()
    return seen


async def told(house: IntakeHouse, kind: type[Event], number: int = 1) -> list[Any]:
    """The first ``number`` events of a class that intake said."""
    name = "INNER" if kind.plane == "inner" else "UP_zhaosu"

    async def look() -> list[Any]:
        state = (await house.js.stream_info(name)).state
        return [event for event in await house.said(name, state.last_seq) if type(event) is kind]

    found: list[Any] = await eventually(look, lambda events: len(events) >= number)
    return found


async def closed(house: IntakeHouse, receipt: dict[str, str], outcome: str = "solved") -> None:
    """Neighbours accept and close an issue."""
    reference = receipt["reference"]
    await house.assigned(reference)
    await house.happened(inner.IssueAccepted, reference, member="zh-m001")
    await house.happened(inner.IssueClosed, reference, "consultation", outcome=outcome, member="zh-m001")
    await house.state(receipt["tracking_code"], "closed")


async def test_a_likely_same_issue_shows_no_word_and_nobody(house: IntakeHouse) -> None:
    first = await house.submit(**FIRST, anonymous=False, contact=CONTACT)
    (candidate,) = await likely(house)
    assert set(candidate) == {"id", "category", "community", "submitted_on", "state", "outcome", "residents"}
    assert (candidate["category"], candidate["community"], candidate["residents"]) == ("noise", "c1", 1)
    assert first["reference"] not in str(candidate)
    assert await likely(house) == [candidate]  # and the next who asks is given the same


async def test_only_what_is_near_and_may_be_the_same_is_likely(house: IntakeHouse) -> None:
    await house.submit(**FIRST)
    assert len(await likely(house)) == 1
    assert len(await likely(house, community="c2")) == 1, "the same station"
    assert len(await likely(house, category=None)) == 1, "whose category is not known may be the same"
    assert await likely(house, category="roads") == []
    assert await likely(house, words="蜜蜂这几天死了很多，请专家来看看。", category=None) == []
    far = await house.http.post("/api/v1/issues/likely", json={**SECOND, "station": "st9"})
    assert (far.status_code, far.json()["errors"][0]["field"]) == (422, "station")


async def test_in_another_writing_place_and_matter_are_enough_for_a_while(house: IntakeHouse) -> None:
    await house.submit(**FIRST)
    uyghur = "ئاشخانا كەچتە بەك شاۋقۇن قىلىدۇ، ئۇخلىيالمايمىز."
    assert len(await likely(house, words=uyghur)) == 1
    assert await likely(house, words=uyghur, category=None) == []


async def test_what_was_erased_or_taken_back_is_likely_no_more(house: IntakeHouse) -> None:
    erased, withdrawn = await house.submit(**FIRST), await house.submit(**FIRST)
    assert len(await likely(house)) == 2
    await house.http.post(f"/api/v1/track/{erased['tracking_code']}/erase")
    await house.http.post(f"/api/v1/track/{withdrawn['tracking_code']}/withdraw")
    assert await likely(house) == []


async def test_who_joins_has_a_receipt_of_their_own_and_is_asked_for_no_member(house: IntakeHouse) -> None:
    first, second = await joined(house)
    assert first["reference"] != second["reference"] and first["tracking_code"] != second["tracking_code"]
    submitted = (await told(house, inner.IssueSubmitted, 2))[1]
    assert (submitted.reference, submitted.joined_to) == (second["reference"], first["reference"])
    (told_joined,) = await told(house, inner.IssueJoined)
    assert (told_joined.version_of_issue, told_joined.joined_to, told_joined.is_news) == (2, first["reference"], False)
    (risen,) = await told(house, report.IssueJoined)
    assert (risen.reference, risen.step, risen.joined_to) == (second["reference"], 2, first["reference"])
    seen = await tracked(house, second)
    assert (seen["reference"], seen["state"], seen["joined"]["residents"]) == (second["reference"], "submitted", 2)
    assert first["reference"] not in str(seen), "another's reference is another's"
    (candidate,) = await likely(house)
    assert candidate["residents"] == 2


async def test_what_becomes_of_one_is_shown_and_told_to_both(house: IntakeHouse) -> None:
    first, second = await joined(house)
    await closed(house, first)
    seen = await tracked(house, second)
    assert (seen["state"], seen["outcome"]) == ("closed", "solved")
    assert [line["step"] for line in seen["timeline"]] == ["submitted", "joined", "assigned", "accepted", "closed"]
    shared = await told(house, inner.ProgressShared, 2)
    assert [(each.reference, each.joined_to, each.step, each.outcome) for each in shared] == [
        (second["reference"], first["reference"], "accepted", None),
        (second["reference"], first["reference"], "closed", "solved"),
    ]


async def test_each_speaks_for_themselves_and_either_may_reopen(house: IntakeHouse) -> None:
    first, second = await joined(house)
    await closed(house, first)
    rate = await house.http.post(f"/api/v1/track/{second['tracking_code']}/rating", json={"rating": "satisfied"})
    assert (rate.status_code, rate.json()["word"], rate.json()["state"]) == (201, "confirmed", "closed")
    assert (await tracked(house, first))["word"] is None
    (feedback,) = await told(house, inner.FeedbackGiven)
    assert (feedback.reference, feedback.joined_to) == (second["reference"], first["reference"])
    reopened = await house.http.post(
        f"/api/v1/track/{second['tracking_code']}/reopen", json={"reason": "第二天又响了。"}
    )
    assert (reopened.status_code, reopened.json()["state"]) == (200, "in-progress")
    (event,) = await told(house, inner.IssueReopened)
    assert event.reference == first["reference"], "the work goes on where it was done"
    assert [(await tracked(house, each))["state"] for each in (first, second)] == ["in-progress"] * 2
    assert [(await tracked(house, each))["word"] for each in (first, second)] == [None, "disputed"]
    await house.happened(inner.IssueClosed, first["reference"], "consultation", outcome="solved", member="zh-m001")
    await house.state(second["tracking_code"], "closed")
    again = await tracked(house, second)
    assert (again["word"], again["rating"], again["can"]["rate"]) == (None, None, True)
    read = (await house.http.get(f"/api/v1/vault/{first['reference']}", headers=MEMBER)).json()
    assert [each["reasons"][0]["words"] for each in read["joined"]] == ["第二天又响了。"]


async def test_who_joins_what_is_closed_is_told_the_answer_at_once(house: IntakeHouse) -> None:
    first = await house.submit(**FIRST)
    await closed(house, first)
    (candidate,) = await likely(house)
    assert (candidate["state"], candidate["outcome"]) == ("closed", "solved")
    second = await house.submit(**SECOND, join=candidate["id"])
    (shared,) = await told(house, inner.ProgressShared)
    assert (shared.reference, shared.step) == (second["reference"], "closed")
    assert (await tracked(house, second))["can"]["reopen"] is True


@pytest.mark.parametrize("wrong", ["a" * 24, "not an id"])
async def test_what_was_not_shown_cannot_be_joined(house: IntakeHouse, wrong: str) -> None:
    await house.submit(**FIRST)
    body = {"station": "st1", "language": "ug", "anonymous": True, **SECOND, "join": wrong}
    refused = await house.http.post("/api/v1/issues", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "join")
    assert len(await likely(house)) == 1


async def test_a_clerk_joins_for_whom_they_receive(house: IntakeHouse) -> None:
    await house.submit(**FIRST)
    (candidate,) = await likely(house)
    told = {"words": SECOND["words"], "category": "noise", "anonymous": True, "join": candidate["id"]}
    visit = {"station": "st1", "community": "c1", "channel": "walk-in", "language": "ug", "issue": told}
    clerk = bearing(Role.CLERK, stations=("st1",))
    received = await house.http.post("/api/v1/receptions", json=visit, headers=clerk)
    assert received.status_code == 201, received.text
    assert (await tracked(house, received.json()))["joined"]["residents"] == 2
    wrong = visit | {"issue": told | {"join": "a" * 24}}
    refused = await house.http.post("/api/v1/receptions", json=wrong, headers=clerk)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "issue.join")


async def test_a_member_reads_what_everybody_said_who_joined(house: IntakeHouse) -> None:
    first, second = await joined(house)
    await house.assigned(first["reference"])
    await house.state(first["tracking_code"], "assigned")
    vault = f"/api/v1/vault/{first['reference']}"
    opened = (await house.http.get(vault, headers=MEMBER)).json()
    assert [(each["reference"], each["words"]) for each in opened["joined"]] == [(second["reference"], SECOND["words"])]
    own = await house.http.get(f"/api/v1/vault/{second['reference']}", headers=MEMBER)
    assert (own.status_code, own.json()["joined_to"]) == (200, first["reference"])
    assert (await house.http.get(vault, headers=OTHER_MEMBER)).status_code == 404
    reads = (await house.http.get(f"/api/v1/vault/{second['reference']}/reads", headers=OFFICER)).json()["items"]
    assert [read["member"] for read in reads] == ["zh-m001", "zh-m001"], "both readings are on record"


async def test_erasing_one_leaves_the_other(house: IntakeHouse, database_url: str) -> None:
    first, second = await joined(house)
    await house.http.post(f"/api/v1/issues/{second['reference']}/split", json=REASON, headers=OFFICER)
    await house.http.post(f"/api/v1/track/{second['tracking_code']}/erase")
    opened = await house.http.get(f"/api/v1/vault/{first['reference']}", headers=OFFICER)
    assert (opened.json()["words"], opened.json()["joined"]) == (FIRST["words"], [])
    database = open_database(database_url)
    reader = Reader(database)
    for table in ("vault", "vault_reasons", "vault_drafts", "vault_groupings", "timeline", "issues", "outbox"):
        rows = repr(await reader.all(text(f"SELECT * FROM {table}")))
        for secret in (SECOND["words"], REASON["reason"], CONTACT["email"], "139 0000"):
            assert secret not in rows, (table, secret)
    await database.dispose()


async def test_staff_join_and_split_and_it_goes_back_to_where_it_was(house: IntakeHouse) -> None:
    first, second = await house.submit(**FIRST), await house.submit(**SECOND)
    join, split = (f"/api/v1/issues/{second['reference']}/{act}" for act in ("join", "split"))
    await house.assigned(second["reference"])
    await house.happened(inner.IssueAccepted, second["reference"], member="zh-m001")
    await house.happened(inner.VisitMade, second["reference"], "consultation")
    await house.state(second["tracking_code"], "in-progress")
    answer = await house.http.post(join, json={"to": first["reference"], **REASON}, headers=OFFICER)
    assert answer.json() == {"reference": second["reference"], "state": "joined", "joined_to": first["reference"]}
    again = await house.http.post(join, json={"to": first["reference"], **REASON}, headers=OFFICER)
    assert (again.status_code, len(await told(house, inner.IssueJoined))) == (200, 1)
    assert (await tracked(house, second))["state"] == "submitted", "where the other one stands"
    back = await house.http.post(split, json=REASON, headers=OFFICER)
    assert back.json() == {"reference": second["reference"], "state": "in-progress", "joined_to": None}
    (told_split,) = await told(house, inner.IssueSplit)
    assert (told_split.reference, told_split.version_of_issue) == (second["reference"], 3)
    seen = await tracked(house, second)
    assert (seen["state"], seen["joined"]) == ("in-progress", None)
    twice = await house.http.post(split, json=REASON, headers=OFFICER)
    assert (twice.status_code, twice.json()["code"]) == (409, "not-joined")


async def test_who_may_join_and_what_is_refused(house: IntakeHouse) -> None:
    first, second = await house.submit(**FIRST), await house.submit(**SECOND)
    ended = await house.submit(**FIRST)
    await house.http.post(f"/api/v1/track/{ended['tracking_code']}/withdraw")
    await house.assigned(second["reference"])
    await house.state(second["tracking_code"], "assigned")
    path = f"/api/v1/issues/{second['reference']}/join"
    clerk_elsewhere = bearing(Role.CLERK, stations=("st2",))
    for who, status in ((OTHER_MEMBER, 404), (clerk_elsewhere, 404), ({}, 401)):
        assert (
            await house.http.post(path, json={"to": first["reference"], **REASON}, headers=who)
        ).status_code == status
    for to, code in (
        (second["reference"], "same-issue"),
        (ended["reference"], "issue-has-ended"),
        ("2222-2222", "unknown-issue"),
    ):
        refused = (await house.http.post(path, json={"to": to, **REASON}, headers=OFFICER)).json()
        assert (refused["code"], refused["errors"][0]["field"]) == (code, "to")
    nothing = await house.http.post(path, json={"to": first["reference"], "reason": " "}, headers=OFFICER)
    assert (nothing.status_code, nothing.json()["errors"][0]["field"]) == (422, "reason")
    assert (await tracked(house, second))["joined"] is None
    for who in (MEMBER, bearing(Role.CLERK, stations=("st1",))):
        done = await house.http.post(path, json={"to": first["reference"], **REASON}, headers=who)
        assert done.status_code == 200, done.text


async def test_what_joined_it_comes_along(house: IntakeHouse) -> None:
    first, second = await joined(house)
    third = await house.submit(**FIRST)
    path = f"/api/v1/issues/{first['reference']}/join"
    assert (await house.http.post(path, json={"to": third["reference"], **REASON}, headers=OFFICER)).status_code == 200
    assert [(await tracked(house, each))["joined"]["residents"] for each in (first, second)] == [3, 3]
    events = await told(house, inner.IssueJoined, 3)
    assert [(each.joined_to, each.is_news) for each in events[1:]] == [
        (third["reference"], True),
        (third["reference"], False),
    ]
    back = {"to": second["reference"], **REASON}
    circle = await house.http.post(f"/api/v1/issues/{third['reference']}/join", json=back, headers=OFFICER)
    assert circle.json()["code"] == "same-issue"


async def test_those_who_joined_go_on_without_whom_they_joined(house: IntakeHouse) -> None:
    first, second = await joined(house)
    (candidate,) = await likely(house)
    third = await house.submit(**SECOND, join=candidate["id"])
    withdrawn = await house.http.post(f"/api/v1/track/{first['tracking_code']}/withdraw")
    assert withdrawn.json()["state"] == "withdrawn"
    (event,) = await told(house, inner.IssueSplit)
    assert event.reference == second["reference"], "the first who joined carries it now"
    assert (await tracked(house, second))["joined"] is None
    assert (await tracked(house, third))["joined"]["residents"] == 2


async def test_a_case_closed_in_the_same_moment_is_not_joined(house: IntakeHouse) -> None:
    first, second = await house.submit(**FIRST), await house.submit(**SECOND)
    await house.http.post(
        f"/api/v1/issues/{second['reference']}/join", json={"to": first["reference"], **REASON}, headers=OFFICER
    )
    await house.assigned(second["reference"])
    await house.happened(inner.IssueClosed, second["reference"], "consultation", outcome="answered", member="zh-m001")
    seen = await house.state(second["tracking_code"], "closed")
    assert (seen["outcome"], seen["joined"]) == ("answered", None)
    (event,) = await told(house, inner.IssueSplit)
    assert (event.reference, event.version_of_issue) == (second["reference"], 3)


async def test_the_same_request_joins_once(house: IntakeHouse) -> None:
    await house.submit(**FIRST)
    (candidate,) = await likely(house)
    body = {"station": "st1", "language": "ug", "anonymous": True, **SECOND, "join": candidate["id"]}
    sent = [await house.http.post("/api/v1/issues", json=body, headers={"Idempotency-Key": "J-1"}) for _ in range(2)]
    assert sent[0].json() == sent[1].json()
    assert (await likely(house))[0]["residents"] == 2
    assert len(await told(house, inner.IssueSubmitted, 2)) == 2
