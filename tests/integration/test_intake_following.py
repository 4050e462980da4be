"""Following an issue: what the neighbours report, what the resident does about it, and who reads the words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

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
)
from tests.servers import NatsServer

MEMBER = bearing(Role.MEMBER, "account-1", member="zh-m001")
OTHER_MEMBER = bearing(Role.MEMBER, "account-2", member="zh-m002")
OFFICER = bearing(Role.OFFICER, "officer-1")
NOTIFY = bearing(Role.SERVICE, "notify")
CONTACT = {"name": "居民", "phone": "+86 139 0000 0000", "email": "someone@example.org"}


@pytest.fixture
async def house(database_url: str, nats_server: NatsServer) -> AsyncIterator[IntakeHouse]:
    async with intake_house(database_url, nats_server) as running:
        yield running


async def closed(house: IntakeHouse) -> tuple[str, str]:
    """The reference and code of an issue that went the whole way."""
    receipt = await house.submit(anonymous=False, contact=CONTACT)
    reference, code = receipt["reference"], receipt["tracking_code"]
    await house.assigned(reference)
    await house.happened(inner.IssueAccepted, reference, member="zh-m001")
    await house.happened(inner.VisitMade, reference, "consultation")
    await house.happened(inner.ReferralMade, reference, "consultation", department="roads-office")
    await house.happened(inner.ReferralReplied, reference, "consultation", department="roads-office")
    await house.happened(inner.ConsultationHeld, reference, "consultation", consultation_id="x")
    await house.happened(inner.CommitmentMade, reference, "consultation", commitment_id="y")
    await house.happened(inner.IssueClosed, reference, "consultation", outcome="solved", member="zh-m001")
    await house.state(code, "closed")
    return reference, code


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_resident_reads_who_has_an_issue_that_was_handed_on(house: IntakeHouse) -> None:
    receipt = await house.submit()
    reference, track = receipt["reference"], f"/api/v1/track/{receipt['tracking_code']}"
    await house.assigned(reference)
    has_it = (None, None, "region", "ili")
    for step, holder in enumerate(has_it, start=1):
        state = "offered" if step == 1 else "accepted"
        facts = {"handover_id": "h", "step": step, "state": state, "other": "ili", "holder": holder}
        await house.tell(inner.HandoverMoved(occurred_at=PAPER_DATE, reference=reference, **facts))

        async def with_body() -> tuple[str, str | None]:
            seen = (await house.http.get(track)).json()
            return seen["with_body"], seen["offered_to"]

        wanted = ("zhaosu", "ili") if step == 1 else (holder or "ili", None)
        await eventually(with_body, lambda seen, wanted=wanted: seen == wanted)
    timeline = (await house.http.get(track)).json()["timeline"]
    assert [(line["step"], line["code"]) for line in timeline if line["step"].startswith("handed")] == [
        ("handed", "ili"),
        ("handed-taken", "ili"),
        ("handed-on", "region"),
        ("handed-on", "ili"),
    ]
    page = (await house.http.get(f"/track/{receipt['tracking_code']}")).text
    assert "It was handed on, and is now with:" in page


async def test_the_whole_way(house: IntakeHouse) -> None:
    reference, code = await closed(house)
    await house.happened(inner.CommitmentSettled, reference, "consultation", commitment_id="y", kept=True)
    track = f"/api/v1/track/{code}"

    async def seen() -> list[tuple[str, str | None]]:
        timeline = (await house.http.get(track)).json()["timeline"]
        return [(line["step"], line["code"]) for line in timeline]

    steps = await eventually(seen, lambda lines: lines[-1][0] == "kept")
    assert steps == [
        ("submitted", None),
        ("assigned", None),
        ("accepted", None),
        ("visited", None),
        ("referred", "roads-office"),
        ("replied", "roads-office"),
        ("consulted", None),
        ("promised", None),
        ("closed", "solved"),
        ("kept", None),
    ]
    now = (await house.http.get(track)).json()
    assert (now["state"], now["outcome"], now["rating"]) == ("closed", "solved", None)
    assert now["can"] == {"rate": True, "confirm": True, "reopen": True, "withdraw": False}
    assert (now["answer"], now["answer_available"]) == (None, False)

    rated = await house.http.post(f"{track}/rating", json={"rating": "partly", "reason": "晚了"})
    assert (rated.status_code, rated.json()["rating"]) == (201, "partly")
    twice = await house.http.post(f"{track}/rating", json={"rating": "satisfied"})
    assert (twice.status_code, twice.json()["code"]) == (409, "not-rateable")
    assert (await house.http.post(f"{track}/withdraw")).status_code == 409
    reopened = await house.http.post(f"{track}/reopen", json={"reason": "又吵了"})
    assert (reopened.status_code, reopened.json()["state"]) == (200, "in-progress")
    await house.happened(inner.IssueClosed, reference, "consultation", outcome="answered", member="zh-m001")
    again = await house.state(code, "closed")
    assert (again["outcome"], again["rating"], again["can"]["rate"]) == ("answered", None, True)

    feedback, reopening = (await house.said("UP_zhaosu", 3))[1:]
    assert isinstance(feedback, report.FeedbackGiven)
    assert isinstance(reopening, report.IssueReopened)
    assert (feedback.step, reopening.step) == (2, 3)
    words = (await house.http.get(f"/api/v1/vault/{reference}", headers=MEMBER)).json()
    assert [reason["words"] for reason in words["reasons"]] == ["晚了", "又吵了"]


async def test_events_may_come_twice_late_and_early(house: IntakeHouse) -> None:
    receipt = await house.submit()
    reference, code = receipt["reference"], receipt["tracking_code"]
    accepted = inner.IssueAccepted(occurred_at=PAPER_DATE, reference=reference, version_of_issue=2, member="zh-m001")
    await house.tell(accepted)
    await house.assigned(reference)
    await house.state(code, "accepted")
    await house.tell(accepted, event_id="said-again-under-another-id")
    unknown = accepted.model_copy(update={"reference": "2222-2222"})
    await house.tell(unknown)

    async def parked() -> list[dict[str, str]]:
        found = await house.http.get("/api/v1/intake/parked", headers=OFFICER)
        return found.json()["items"]  # type: ignore[no-any-return]

    (waiting,) = await eventually(parked, bool)
    assert "There is no such issue" in waiting["reason"]
    steps = [line["step"] for line in (await house.http.get(f"/api/v1/track/{code}")).json()["timeline"]]
    assert sorted(steps) == ["accepted", "assigned", "submitted"]


async def test_a_rating_waits_for_a_closing_under_way(house: IntakeHouse) -> None:
    receipt = await house.submit()
    reference, code = receipt["reference"], receipt["tracking_code"]
    rating = asyncio.create_task(house.http.post(f"/api/v1/track/{code}/rating", json={"rating": "satisfied"}))
    await house.assigned(reference)
    await house.happened(inner.IssueClosed, reference, "consultation", outcome="solved", member="zh-m001")
    assert (await rating).status_code == 201


async def test_an_officer_enters_a_rating_from_paper(house: IntakeHouse) -> None:
    _, code = await closed(house)
    body = {"rating": "satisfied", "recorded_at": PAPER_DATE.isoformat()}
    rating = f"/api/v1/track/{code}/rating"
    assert (await house.http.post(rating, json=body)).status_code == 403
    keyed = OFFICER | {"Idempotency-Key": "F-1"}
    first = await house.http.post(rating, json=body, headers=keyed)
    again = await house.http.post(rating, json=body, headers=keyed)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    given = (await house.said("UP_zhaosu", 2))[1]
    assert (given.on_paper, given.occurred_at) == (True, PAPER_DATE)


async def test_what_was_taken_back_stays_so(house: IntakeHouse) -> None:
    receipt = await house.submit()
    reference, code = receipt["reference"], receipt["tracking_code"]
    await house.assigned(reference)
    await house.state(code, "assigned")
    withdrawn = await house.http.post(f"/api/v1/track/{code}/withdraw", json={})
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
    await house.happened(inner.IssueAccepted, reference, member="zh-m001")
    await house.happened(inner.IssueClosed, reference, "consultation", outcome="withdrawn", member="zh-m001")

    async def drained() -> int:
        info = await house.js.consumer_info("INNER", "intake-inner-v1")
        return (info.num_pending or 0) + (info.num_ack_pending or 0)

    await eventually(drained, lambda left: left == 0)
    now = (await house.http.get(f"/api/v1/track/{code}")).json()
    assert [line["step"] for line in now["timeline"]] == ["submitted", "assigned", "withdrawn"]
    assert (await house.http.get(f"/api/v1/vault/{reference}", headers=MEMBER)).status_code == 404
    told = [event for event in await house.said("INNER", len(ROSTER) + 5) if isinstance(event, inner.IssueWithdrawn)]
    assert [event.version_of_issue for event in told] == [2]


async def test_unknown_codes_are_told_nothing_and_at_once(house: IntakeHouse) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    for path in ("", "/rating", "/reopen", "/withdraw", "/erase"):
        address = f"/api/v1/track/{'a' * 26}{path}"
        body = {"/rating": {"rating": "satisfied"}, "/reopen": {"reason": "x"}}.get(path, {})
        answer = await (house.http.post(address, json=body) if path else house.http.get(address))
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-tracking-code")
    assert loop.time() - began < 1.5


async def test_every_reading_of_the_words_is_on_record(house: IntakeHouse) -> None:
    receipt = await house.submit(anonymous=False, contact=CONTACT)
    reference = receipt["reference"]
    vault = f"/api/v1/vault/{reference}"
    # The order is on its way while the member opens it.
    opening = asyncio.create_task(house.http.get(vault, headers=MEMBER))
    await house.assigned(reference)
    opened = (await opening).json()
    assert (opened["words"], opened["contact"], opened["erased"]) == ("食堂晚上太吵。", CONTACT, False)

    not_theirs = [
        await house.http.get(vault, headers=who)
        for who in (OTHER_MEMBER, bearing(Role.CLERK, stations=("st2",)), bearing(Role.SERVICE, "consultation"))
    ]
    unknown = await house.http.get("/api/v1/vault/2222-2222", headers=MEMBER)
    for answer in not_theirs:
        ours = answer.json() | {"instance": None, "request_id": None}
        assert ours == unknown.json() | {"instance": None, "request_id": None}
    assert (await house.http.get(vault)).status_code == 401

    for who in (OFFICER, bearing(Role.DISPATCHER), bearing(Role.CLERK, stations=("st1",)), NOTIFY):
        assert (await house.http.get(vault, headers=who)).status_code == 200
    reply = (await house.http.get(f"{vault}/reply-address", headers=NOTIFY)).json()
    assert reply == {
        "email": CONTACT["email"],
        "phone": CONTACT["phone"],
        "language": "zh-Hans",
        "tracking_url": f"http://desk.test/track/{receipt['tracking_code']}",
    }
    consultation = bearing(Role.SERVICE, "consultation")
    assert (await house.http.get(f"{vault}/reply-address", headers=consultation)).status_code == 404
    assert (await house.http.get(f"{vault}/reply-address", headers=OFFICER)).status_code == 403

    assert (await house.http.get(f"{vault}/reads", headers=MEMBER)).status_code == 403
    reads = (await house.http.get(f"{vault}/reads", headers=OFFICER)).json()["items"]
    assert [(read["role"], read["purpose"]) for read in reversed(reads)] == [
        ("member", "casework"),
        ("officer", "oversight"),
        ("dispatcher", "dispatch"),
        ("clerk", "station-desk"),
        ("service", "reply"),
        ("service", "reply"),
    ]


async def test_erased_is_gone_from_every_table(house: IntakeHouse, database_url: str) -> None:
    reference, code = await closed(house)
    track = f"/api/v1/track/{code}"
    await house.http.post(f"{track}/rating", json={"rating": "unsatisfied", "reason": "一点也没有改"})
    for _ in range(2):
        erased = await house.http.post(f"{track}/erase")
        assert (erased.status_code, erased.json()["erased"]) == (200, True)
    now = (await house.http.get(track)).json()
    assert (now["state"], now["rating"], now["erased"]) == ("closed", "unsatisfied", True)
    opened = (await house.http.get(f"/api/v1/vault/{reference}", headers=OFFICER)).json()
    assert (opened["words"], opened["contact"], opened["reasons"], opened["erased"]) == (None, None, [], True)

    database = open_database(database_url)
    reader = Reader(database)
    tables = ("issues", "vault", "vault_reasons", "idempotency", "outbox", "timeline", "receptions", "parked")
    for table in tables:
        rows = repr(await reader.all(text(f"SELECT * FROM {table}")))
        for secret in ("食堂", "居民", "139 0000", "someone@", "一点也"):
            assert secret not in rows, (table, secret)
    await database.dispose()

    async def records() -> int:
        info = await house.js.stream_info("INNER", subjects_filter="doorstep.zhaosu.inner.record.erased.v1")
        return sum((info.state.subjects or {}).values())

    await eventually(records, lambda count: count == 1)
