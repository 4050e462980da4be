"""Casework over HTTP and events, on both databases: from the order to the answer, and every refusal on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared.contracts import inner, report
from shared.ids import new_reference
from tests.integration.consultation_service import NOW, OTHER, OWN, Bench, assigned, running
from tests.servers import NatsServer


@pytest.fixture
async def bench(database_url: str, nats_server: NatsServer) -> AsyncIterator[Bench]:
    async with running(database_url, nats_server) as bench:
        yield bench


def problem(answer) -> tuple[int, str, str | None]:  # type: ignore[no-untyped-def]
    document = answer.json()
    errors = document.get("errors") or [{"field": None}]
    return answer.status_code, document["code"], errors[0]["field"]


async def test_an_order_becomes_a_closed_case_with_its_answer(bench: Bench) -> None:
    reference = await bench.taken()
    visit = await bench.post(OWN, f"/cases/{reference}/visits", {"note": "家里水管老化"})
    assert visit.status_code == 201
    referral = await bench.post(
        OWN, f"/cases/{reference}/referrals", {"department": "d-water", "due_on": "2023-03-20", "note": "请查看"}
    )
    assert referral.status_code == 201
    assert referral.json() | {"id": ""} == {"id": "", "department": "d-water", "due_on": "2023-03-20"}
    reply = await bench.post(OWN, f"/cases/{reference}/referrals/d-water/reply", {"text": "已更换"})
    assert (reply.status_code, reply.json()["state"]) == (200, "replied")
    assert (await bench.post(OWN, f"/cases/{reference}/notes", {"text": "回访"})).status_code == 201
    closed = await bench.post(OWN, f"/cases/{reference}/close", {"outcome": "solved", "answer": "水管已换好。"})
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")

    case = (await bench.get(OWN, f"/cases/{reference}")).json()
    assert [(entry["kind"], entry["audience"]) for entry in case["thread"] if entry["kind"] != "note"] == [
        ("assigned", "staff"),
        ("accepted", "resident"),
        ("visit", "resident"),
        ("referral", "resident"),
        ("reply", "resident"),
        ("closed", "resident"),
    ]
    assert all(entry["audience"] == "staff" for entry in case["thread"] if entry["kind"] == "note")
    told = (await bench.get("service", f"/answers/{reference}")).json()
    nothing = {"commitments": [], "competent": None, "entries": []}
    assert told == {"answer": "水管已换好。", "outcome": "solved", **nothing}

    await bench.until(lambda: count(bench, inner.IssueClosed), 1)
    steps = [
        (kind, [event.version_of_issue for event in await bench.said(kind)])
        for kind in (inner.VisitMade, inner.ReferralMade, inner.ReferralReplied, inner.IssueClosed)
    ]
    assert [versions for _, versions in steps] == [[1], [2], [3], [4]]
    await bench.until(lambda: count(bench, report.IssueClosed), 1)
    [risen] = await bench.said(report.IssueClosed)
    assert (risen.reference, risen.step, risen.outcome) == (reference, 4, "solved")


async def count(bench: Bench, kind) -> int:  # type: ignore[no-untyped-def]
    return len(await bench.said(kind))


async def test_no_word_of_anybody_is_in_an_event(bench: Bench) -> None:
    reference = await bench.taken()
    await bench.post(OWN, f"/cases/{reference}/visits", {"note": "SECRET-NOTE"})
    await bench.post(OWN, f"/cases/{reference}/close", {"outcome": "answered", "answer": "SECRET-ANSWER"})
    await bench.until(lambda: count(bench, report.IssueClosed), 1)
    for stream in ("INNER", "UP_zhaosu"):
        js = bench.client.jetstream()
        last = (await js.stream_info(stream)).state.last_seq
        for sequence in range(1, last + 1):
            assert b"SECRET" not in ((await js.get_msg(stream, sequence)).data or b"")


async def test_a_visit_right_after_acceptance_waits_for_it(bench: Bench) -> None:
    reference = await bench.assign()
    await bench.until(lambda: bench.state_of(reference), "assigned")
    asked = asyncio.create_task(bench.post(OWN, f"/cases/{reference}/visits"))
    await bench.accept(reference)
    assert (await asked).status_code == 201


async def test_a_visit_without_acceptance_is_refused_after_a_moment(bench: Bench) -> None:
    reference = await bench.assign()
    assert problem(await bench.post(OWN, f"/cases/{reference}/visits")) == (409, "not-accepted-yet", None)


async def test_somebody_elses_case_is_answered_like_none(bench: Bench) -> None:
    reference = await bench.taken()
    theirs = await bench.get(OTHER, f"/cases/{reference}")
    nobodys = await bench.get(OTHER, f"/cases/{new_reference()}")
    malformed = await bench.get(OTHER, "/cases/not-a-reference")
    same = {"status", "code", "title", "detail"}
    for answer in (theirs, nobodys, malformed):
        assert answer.status_code == 404
        assert {key: answer.json()[key] for key in same} == {key: nobodys.json()[key] for key in same}
    assert problem(await bench.post(OTHER, f"/cases/{reference}/visits")) == (404, "case-not-found", None)
    assert (await bench.get(OTHER, "/cases")).json()["items"] == []
    assert [each["reference"] for each in (await bench.get(OWN, "/cases")).json()["items"]] == [reference]
    assert (await bench.get("dispatcher", f"/cases/{reference}")).status_code == 200
    assert (await bench.post("dispatcher", f"/cases/{reference}/visits")).status_code == 403
    assert (await bench.get("clerk", f"/cases/{reference}")).status_code == 403
    assert (await bench.http.get(f"/api/v1/cases/{reference}")).status_code == 401


async def test_bad_input_names_its_field_and_changes_nothing(bench: Bench) -> None:
    reference = await bench.taken()
    path = f"/cases/{reference}"
    refused = {
        "answer": await bench.post(OWN, f"{path}/close", {"outcome": "solved"}),
        "outcome": await bench.post(OWN, f"{path}/close", {"outcome": "withdrawn", "answer": "a"}),
        "department": await bench.post(OWN, f"{path}/referrals", {"department": "d-none"}),
        "text": await bench.post(OWN, f"{path}/notes", {"text": "\0"}),
        "note": await bench.post(OWN, f"{path}/visits", {"note": "x" * 4001}),
        "surprise": await bench.post(OWN, f"{path}/visits", {"surprise": 1}),
        "recorded_at": await bench.post("officer", f"{path}/visits", {"recorded_at": "2033-01-01T00:00:00Z"}),
    }
    assert {field: problem(answer)[::2] for field, answer in refused.items()} == {
        field: (422, field) for field in refused
    }
    dated = await bench.post(OWN, f"{path}/visits", {"recorded_at": "2023-01-01T00:00:00Z"})
    assert problem(dated)[:2] == (403, "own-date-needs-officer")
    named = await bench.post(OWN, f"{path}/visits", {"member": OTHER})
    assert problem(named)[:2] == (403, "not-your-name")
    assert await count(bench, inner.VisitMade) == 0
    assert (await bench.get(OWN, path)).json()["state"] == "in-progress"


async def test_an_officer_enters_a_paper_record_which_is_marked(bench: Bench) -> None:
    reference = await bench.taken()
    at = "2023-01-05T10:00:00+08:00"
    visit = {"member": OTHER, "recorded_at": at}
    assert (await bench.post("officer", f"/cases/{reference}/visits", visit)).status_code == 201
    closing = {"outcome": "answered", "member": OWN, "recorded_at": at}
    assert (await bench.post("officer", f"/cases/{reference}/close", closing)).status_code == 200
    await bench.until(lambda: count(bench, inner.IssueClosed), 1)
    [made] = await bench.said(inner.VisitMade)
    assert made.on_paper and made.occurred_at.isoformat() == "2023-01-05T02:00:00+00:00"
    thread = (await bench.get("officer", f"/cases/{reference}")).json()["thread"]
    [entry] = [entry for entry in thread if entry["kind"] == "visit"]
    assert (entry["member"], entry["on_paper"]) == (OTHER, True)


async def test_the_same_key_is_one_visit_and_another_body_is_a_conflict(bench: Bench) -> None:
    reference = await bench.taken()
    path, key = f"/cases/{reference}/visits", {"Idempotency-Key": "visit-1"}
    first, again = [await bench.post(OWN, path, {"note": "a"}, **key) for _ in range(2)]
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert problem(await bench.post(OWN, path, {"note": "b"}, **key))[:2] == (409, "idempotency-key-reused")
    thread = (await bench.get(OWN, f"/cases/{reference}")).json()["thread"]
    assert [entry["kind"] for entry in thread].count("visit") == 1


async def test_a_referral_is_answered_once_and_may_be_made_again(bench: Bench) -> None:
    path = f"/cases/{await bench.taken()}/referrals"
    roads = {"department": "d-roads"}
    assert problem(await bench.post(OWN, f"{path}/d-roads/reply"))[:2] == (404, "referral-not-found")
    assert (await bench.post(OWN, path, roads)).status_code == 201
    assert problem(await bench.post(OWN, path, roads))[:2] == (409, "already-referred")
    assert (await bench.post(OWN, f"{path}/d-roads/reply")).status_code == 200
    assert problem(await bench.post(OWN, f"{path}/d-roads/reply"))[:2] == (409, "already-replied")
    assert (await bench.post(OWN, path, roads)).status_code == 201


async def test_withdrawn_before_anybody_was_given_it(bench: Bench) -> None:
    reference = new_reference()
    gone = inner.IssueWithdrawn(occurred_at=NOW, reference=reference, version_of_issue=2)
    await bench.tell("intake", gone)
    await bench.assign(reference)
    await bench.until(lambda: bench.state_of(reference), "withdrawn")


async def test_declined_then_given_to_the_next_whatever_the_order_of_arrival(bench: Bench) -> None:
    reference = new_reference()
    declined = inner.IssueDeclined(occurred_at=NOW, reference=reference, version_of_issue=2, member=OWN)
    # The second assignment overtakes the decline it follows from, and waits for it.
    await bench.tell("routing", assigned(reference, 1), assigned(reference, 3, OTHER), declined)
    await bench.until(lambda: member_of(bench, reference), OTHER)
    assert (await bench.get(OWN, f"/cases/{reference}")).status_code == 404
    await bench.tell("routing", declined)  # once more under another id: late, so without effect
    accepted = inner.IssueAccepted(occurred_at=NOW, reference=reference, version_of_issue=4, member=OTHER)
    await bench.tell("routing", accepted)
    await bench.until(lambda: bench.state_of(reference), "in-progress")


async def test_an_issue_of_another_body_goes_back_and_one_that_closes_while_it_is_handed_over_stays_closed(
    bench: Bench,
) -> None:
    reference = await bench.taken()
    of_it = {"occurred_at": NOW, "reference": reference}
    back = inner.IssueReturned(**of_it, version_of_issue=3, member=OWN, proposed_owner="ili")
    await bench.tell("routing", back)
    await bench.until(lambda: bench.state_of(reference), "returned")
    await bench.tell("routing", assigned(reference, 4, OTHER))
    await bench.tell("routing", inner.IssueAccepted(**of_it, version_of_issue=5, member=OTHER))
    await bench.until(lambda: bench.state_of(reference), "in-progress")
    assert (
        await bench.post(OTHER, f"/cases/{reference}/close", {"outcome": "answered", "answer": "x"})
    ).status_code == 200
    # Handed over to a stand-in in the same moment: heard of too late to matter, and not parked.
    await bench.tell("routing", assigned(reference, 6, OWN))
    await bench.tell("routing", inner.IssueAccepted(**of_it, version_of_issue=7, member=OWN))
    await bench.until(lambda: member_of(bench, reference), OWN)
    assert await bench.state_of(reference) == "closed"
    await bench.tell("intake", inner.IssueReopened(**of_it, version_of_issue=2))
    await bench.until(lambda: bench.state_of(reference), "in-progress")


async def member_of(bench: Bench, reference: str) -> str | None:
    answer = await bench.get("officer", f"/cases/{reference}")
    return str(answer.json()["member"]) if answer.status_code == 200 else None


async def test_reopened_goes_on_with_the_same_member_and_can_be_closed_again(bench: Bench) -> None:
    reference = await bench.taken()
    closing = {"outcome": "answered", "answer": "first"}
    assert (await bench.post(OWN, f"/cases/{reference}/close", closing)).status_code == 200
    assert problem(await bench.post(OWN, f"/cases/{reference}/close", closing))[:2] == (409, "case-closed")
    rated = inner.FeedbackGiven(occurred_at=NOW, reference=reference, version_of_issue=2, rating="unsatisfied")
    await bench.tell("intake", rated, inner.IssueReopened(occurred_at=NOW, reference=reference, version_of_issue=3))
    await bench.until(lambda: bench.state_of(reference), "in-progress")
    again = await bench.post(OWN, f"/cases/{reference}/close", {"outcome": "solved", "answer": "second"})
    assert again.status_code == 200
    assert (await bench.get("service", f"/answers/{reference}")).json()["answer"] == "second"


async def test_an_erased_record_leaves_facts_and_no_words(bench: Bench) -> None:
    reference = await bench.taken()
    await bench.post(OWN, f"/cases/{reference}/notes", {"text": "phone 139"})
    await bench.post(OWN, f"/cases/{reference}/close", {"outcome": "answered", "answer": "to you"})
    await bench.tell("intake", inner.RecordErased(occurred_at=NOW, reference=reference))

    async def texts() -> set[str | None]:
        case = (await bench.get(OWN, f"/cases/{reference}")).json()
        return {case["answer"], *(entry["text"] for entry in case["thread"])}

    await bench.until(texts, {None})
    assert (await bench.get(OWN, f"/cases/{reference}")).json()["outcome"] == "answered"


async def test_lists_are_paged_and_their_cursors_checked(bench: Bench) -> None:
    references = [new_reference() for _ in range(53)]
    await bench.tell("routing", *(assigned(reference, 1) for reference in references))

    async def pages() -> list[int]:
        sizes, cursor = [], ""
        while True:
            page = (await bench.get(OWN, f"/cases?state=assigned{cursor}")).json()
            sizes.append(len(page["items"]))
            if page["next"] is None:
                return sizes
            cursor = f"&cursor={page['next']}"

    await bench.until(pages, [50, 3])
    assert problem(await bench.get(OWN, "/cases?cursor=nonsense")) == (422, "cursor-not-valid", "cursor")
    assert (await bench.get(OWN, "/cases?state=sleeping")).status_code == 422


async def test_answers_are_for_services_only(bench: Bench) -> None:
    reference = await bench.taken()
    assert (await bench.get(OWN, f"/answers/{reference}")).status_code == 403
    assert (await bench.get("service", f"/answers/{new_reference()}")).status_code == 404
    untold = (await bench.get("service", f"/answers/{reference}")).json()
    nothing = {"commitments": [], "competent": None, "entries": []}
    assert untold == {"answer": None, "outcome": None, **nothing}


async def test_an_expired_session_is_refused(bench: Bench) -> None:
    headers = bench.as_(OWN)
    bench.clock.at += timedelta(hours=2)
    assert (await bench.http.get("/api/v1/cases", headers=headers)).status_code == 401
