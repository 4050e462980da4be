"""Raising issues over the API: what is accepted, what is refused by name, and what the neighbours hear of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from shared.contracts import inner, report
from shared.db.engine import open_database
from shared.db.reader import Reader
from shared.web.auth import Role
from tests.integration.intake_house import (
    PAPER_DATE,
    ROSTER,
    IntakeHouse,
    bearing,
    eventually,
    intake_house,
    issue,
)
from tests.servers import NatsServer

OFFICER = bearing(Role.OFFICER, "officer-1")
CLERK = bearing(Role.CLERK, "clerk-1", stations=("st1",))


@pytest.fixture
async def house(database_url: str, nats_server: NatsServer) -> AsyncIterator[IntakeHouse]:
    async with intake_house(database_url, nats_server) as running:
        yield running


async def test_an_issue_is_two_facts_and_no_words(house: IntakeHouse) -> None:
    contact = {"name": "居民", "phone": "+86 139 0000 0000", "email": "someone@example.org"}
    receipt = await house.submit(category="noise", anonymous=False, contact=contact, channel="qr")
    told = (await house.said("INNER", len(ROSTER) + 1))[-1]
    assert isinstance(told, inner.IssueSubmitted)
    assert (told.reference, told.version_of_issue, told.reply_by) == (receipt["reference"], 1, "email")
    assert (told.station, told.community, told.category, told.channel) == ("st1", "c1", "noise", "qr")
    (risen,) = await house.said("UP_zhaosu", 1)
    assert isinstance(risen, report.IssueSubmitted)
    assert risen.reception_id is not None  # raising it was the reception
    everything = told.model_dump_json() + risen.model_dump_json()
    for secret in ("食堂", "居民", "139 0000", "someone", receipt["tracking_code"]):
        assert secret not in everything


async def test_the_database_holds_no_tracking_code(house: IntakeHouse, database_url: str) -> None:
    receipt = (await house.http.post("/api/v1/issues", json=issue(), headers={"Idempotency-Key": "once"})).json()
    database = open_database(database_url)
    reader = Reader(database)
    for table in ("issues", "vault", "idempotency", "outbox", "timeline", "receptions"):
        assert receipt["tracking_code"] not in repr(await reader.all(text(f"SELECT * FROM {table}"))), table
    await database.dispose()


WRONG: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"station": "st9"}, 422, "station"),
    ({"station": None}, 422, "station"),
    ({"community": "c9"}, 422, "community"),
    ({"station": "st2"}, 422, "community"),
    ({"category": "weather"}, 422, "category"),
    ({"words": "字" * 20_000}, 422, "words"),
    ({"words": "  "}, 422, "words"),
    ({"words": None}, 422, "words"),
    ({"words": "a\0b"}, 422, "words"),
    ({"words": 7}, 422, "words"),
    ({"language": "fr"}, 422, "language"),
    ({"channel": "fax"}, 422, "channel"),
    ({"channel": "phone"}, 403, "channel"),
    ({"anonymous": "perhaps"}, 422, "anonymous"),
    ({"contact": {"phone": "+86 139"}}, 422, "contact"),
    ({"anonymous": False, "contact": {"name": "N"}}, 422, "contact"),
    ({"anonymous": False, "contact": {"email": "a@b.cn, c@d.cn"}}, 422, "contact.email"),
    ({"anonymous": False, "contact": {"email": "a@b.cn\nBcc: c@d.cn"}}, 422, "contact.email"),
    ({"anonymous": False, "contact": {"phone": "call me"}}, 422, "contact.phone"),
    ({"reception": "not-there"}, 422, "reception"),
    ({"recorded_at": PAPER_DATE.isoformat()}, 403, "recorded_at"),
    ({"recorded_at": "2023-01-06T09:00:00"}, 422, "recorded_at"),
    ({"urgent": True}, 422, "urgent"),
)


async def test_bad_input_is_named_and_changes_nothing(house: IntakeHouse) -> None:
    for wrong, status, field in WRONG:
        answer = await house.http.post("/api/v1/issues", json=issue(**wrong))
        assert answer.status_code == status, (wrong, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await house.js.stream_info("UP_zhaosu")).state.messages == 0


async def test_bytes_that_are_no_text_are_refused(house: IntakeHouse) -> None:
    answer = await house.http.post("/api/v1/issues", content=b'{"words": "\xff\xfe"}')
    assert answer.status_code in (400, 422)
    surrogate = b'{"station": "st1", "language": "ug", "words": "\\ud800"}'
    answer = await house.http.post("/api/v1/issues", content=surrogate, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)


async def test_a_token_that_is_sent_must_be_good(house: IntakeHouse) -> None:
    answer = await house.http.post("/api/v1/issues", json=issue(), headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401


async def test_an_officer_enters_a_paper_record_with_its_own_date(house: IntakeHouse) -> None:
    body = issue(recorded_at=PAPER_DATE.isoformat(), channel="walk-in")
    receipt = (await house.http.post("/api/v1/issues", json=body, headers=OFFICER)).json()
    seen = (await house.http.get(f"/api/v1/track/{receipt['tracking_code']}")).json()
    assert seen["submitted_at"] == "2023-01-06T09:00:00Z"
    (event,) = await house.said("UP_zhaosu", 1)
    assert event.on_paper and event.occurred_at == PAPER_DATE
    ahead = await house.http.post(
        "/api/v1/issues", json=body | {"recorded_at": "2999-01-01T00:00:00Z"}, headers=OFFICER
    )
    assert (ahead.status_code, ahead.json()["errors"][0]["field"]) == (422, "recorded_at")


async def test_the_same_key_is_the_same_issue_even_in_one_group(house: IntakeHouse) -> None:
    key = {"Idempotency-Key": "form-1"}
    together = await asyncio.gather(
        *(house.http.post("/api/v1/issues", json=issue(), headers=key) for _ in range(8)),
        *(house.http.post("/api/v1/issues", json=issue()) for _ in range(8)),
    )
    assert {answer.status_code for answer in together} == {201}
    assert len({answer.json()["reference"] for answer in together[:8]}) == 1
    assert len({answer.json()["reference"] for answer in together[8:]}) == 8
    later = await house.http.post("/api/v1/issues", json=issue(), headers=key)
    assert later.json() == together[0].json()
    other = await house.http.post("/api/v1/issues", json=issue(words="其他"), headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
    assert len(await house.said("UP_zhaosu", 9)) == 9
    assert (await house.js.stream_info("UP_zhaosu")).state.messages == 9


async def test_a_refused_issue_leaves_its_neighbours_in_the_group_alone(house: IntakeHouse) -> None:
    answers = await asyncio.gather(
        *(house.http.post("/api/v1/issues", json=issue(reception="not-there" if n % 2 else None)) for n in range(10))
    )
    assert [answer.status_code for answer in answers] == [201, 422] * 5


async def test_a_reception_with_and_without_an_issue(house: IntakeHouse) -> None:
    visit = {"station": "st1", "channel": "walk-in", "language": "ug"}
    alone = await house.http.post("/api/v1/receptions", json=visit, headers=CLERK)
    assert (alone.status_code, alone.json()["reference"]) == (201, None)
    told = visit | {"issue": {"words": "يول ناچار", "anonymous": True, "community": "c2", "category": "roads"}}
    key = {"Idempotency-Key": "visit-2"}
    with_issue = await house.http.post("/api/v1/receptions", json=told, headers=CLERK | key)
    assert with_issue.status_code == 201
    again = await house.http.post("/api/v1/receptions", json=told, headers=CLERK | key)
    assert again.json() == with_issue.json()
    events = await house.said("UP_zhaosu", 3)
    assert [type(event).__name__ for event in events] == ["ReceptionHeld", "ReceptionHeld", "IssueSubmitted"]
    assert isinstance(events[2], report.IssueSubmitted)
    assert (events[2].community, events[2].reception_id) == ("c2", None)

    later = issue(reception=alone.json()["id"], channel="walk-in")
    assert (await house.http.post("/api/v1/issues", json=later, headers=CLERK)).status_code == 201
    assert isinstance((await house.said("UP_zhaosu", 4))[3], report.IssueSubmitted)


NOT_RECEIVED: tuple[tuple[dict[str, str], dict[str, Any], int, str | None], ...] = (
    (bearing(Role.MEMBER, member="zh-m001"), {}, 403, None),
    ({}, {}, 401, None),
    (bearing(Role.CLERK, stations=("st2",)), {}, 403, "station"),
    (CLERK, {"station": "st9"}, 403, "station"),
    (bearing(Role.CLERK), {"station": "st9"}, 422, "station"),
    (CLERK, {"issue": {"words": ""}}, 422, "issue.words"),
    (CLERK, {"issue": {"words": "x", "category": "weather"}}, 422, "issue.category"),
    (CLERK, {"issue": {"words": "x", "community": "c9"}}, 422, "issue.community"),
    (CLERK, {"issue": {"words": "x", "contact": {"name": "N"}}}, 422, "issue.contact"),
    (CLERK, {"recorded_at": PAPER_DATE.isoformat()}, 403, "recorded_at"),
)


async def test_receptions_are_for_the_desk(house: IntakeHouse) -> None:
    for who, change, status, field in NOT_RECEIVED:
        visit = {"station": "st1", "channel": "walk-in", "language": "ug"} | change
        answer = await house.http.post("/api/v1/receptions", json=visit, headers=who)
        assert answer.status_code == status, (change, answer.text)
        if field is not None:
            assert answer.json()["errors"][0]["field"] == field


async def test_nothing_is_known_before_the_first_roster(database_url: str, nats_server: NatsServer) -> None:
    async with intake_house(database_url, nats_server, roster=False) as house:
        assert (await house.http.post("/api/v1/issues", json=issue())).status_code == 422
        for event in ROSTER:
            await house.tell(event)
        # Staff wait for what they have just imported.
        assert (await house.http.post("/api/v1/issues", json=issue(), headers=OFFICER)).status_code == 201
        smaller = ROSTER[2].model_copy(update={"revision": 2, "stations": ("st2",)})
        older = ROSTER[0].model_copy(update={"revision": 0, "communities": ("c7",)})
        await house.tell(older)
        await house.tell(smaller)
        await eventually(lambda: house.http.get("/s/st1"), lambda page: page.status_code == 404)
        assert (await house.http.post("/api/v1/issues", json=issue())).json()["code"] == "unknown-station"
