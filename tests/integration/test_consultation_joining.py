"""A case rests while its matter is worked on under another, and hears what every resident says of the closing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts import inner
from shared.ids import new_reference
from tests.integration.consultation_service import NOW, OWN, Bench, running
from tests.servers import NatsServer


@pytest.fixture
async def bench(database_url: str, nats_server: NatsServer) -> AsyncIterator[Bench]:
    async with running(database_url, nats_server) as service:
        yield service


async def say(bench: Bench, kind: type[Any], reference: str, version: int, **facts: Any) -> None:
    """Intake's next event of an issue."""
    await bench.tell("intake", kind(occurred_at=NOW, reference=reference, version_of_issue=version, **facts))


async def case(bench: Bench, reference: str) -> dict[str, Any]:
    """The case as an officer sees it."""
    found: dict[str, Any] = (await bench.get("officer", f"/cases/{reference}")).json()
    return found


def carrier(bench: Bench, reference: str) -> Any:
    """A look at what a case is worked on under."""

    async def look() -> Any:
        return (await case(bench, reference)).get("joined_to", "no case")

    return look


def kinds(whole: dict[str, Any]) -> list[str]:
    """The kinds of the thread's entries."""
    return [entry["kind"] for entry in whole["thread"]]


async def test_a_joined_case_rests_and_goes_on_where_it_was(bench: Bench) -> None:
    lead, other = await bench.taken(), await bench.taken()
    await say(bench, inner.IssueJoined, other, 2, joined_to=lead)
    await bench.until(carrier(bench, other), lead)
    for path, body in (
        ("visits", {"note": "x"}),
        ("notes", {"text": "x"}),
        ("close", {"outcome": "solved", "answer": "x"}),
    ):
        refused = await bench.post(OWN, f"/cases/{other}/{path}", body)
        assert (refused.status_code, refused.json()["code"]) == (409, "case-joined"), path
        assert lead in refused.json()["title"]
    whole = await case(bench, lead)
    assert (whole["residents"], kinds(whole)[-1]) == (2, "resident-joined")
    listed = (await bench.get(OWN, "/cases")).json()["items"]
    assert [each["reference"] for each in listed] == [lead]
    owed = [each for each in await owed_for(bench, other) if each["state"] in ("running", "paused")]
    assert owed == [], "nobody owes an answer to what is worked on elsewhere"

    await say(bench, inner.IssueSplit, other, 3, joined_to=lead)
    await bench.until(carrier(bench, other), None)
    whole = await case(bench, other)
    assert (whole["state"], kinds(whole)[-2:]) == ("in-progress", ["joined", "split"])
    assert [each["kind"] for each in await owed_for(bench, other) if each["state"] == "running"] == ["answer"]
    assert (await bench.post(OWN, f"/cases/{other}/visits", {"note": "x"})).status_code == 201
    assert (await case(bench, lead))["residents"] == 1


async def test_news_of_the_two_neighbours_may_come_in_any_order(bench: Bench) -> None:
    lead, other = await bench.taken(), new_reference()
    await say(bench, inner.IssueJoined, other, 2, joined_to=lead)
    await bench.assign(other)
    await bench.until(carrier(bench, other), lead)
    assert (await case(bench, lead))["residents"] == 2


async def test_a_case_closed_in_the_same_moment_keeps_its_answer(bench: Bench) -> None:
    lead, other = await bench.taken(), await bench.taken()
    assert (
        await bench.post(OWN, f"/cases/{other}/close", {"outcome": "solved", "answer": "修好了"})
    ).status_code == 200
    await say(bench, inner.IssueJoined, other, 2, joined_to=lead)
    await say(bench, inner.IssueSplit, other, 3, joined_to=lead)

    async def heard() -> set[str]:
        return {"joined", "split"} & set(kinds(await case(bench, other)))

    await bench.until(heard, {"joined", "split"})
    whole = await case(bench, other)
    assert (whole["state"], whole["joined_to"], whole["answer"]) == ("closed", None, "修好了")


async def test_who_took_it_back_is_counted_no_more(bench: Bench) -> None:
    lead, other = await bench.taken(), await bench.taken()
    await say(bench, inner.IssueJoined, other, 2, joined_to=lead)
    await bench.until(carrier(bench, other), lead)
    await say(bench, inner.IssueWithdrawn, other, 3)
    await bench.until(carrier(bench, other), None)
    assert ((await case(bench, other))["state"], (await case(bench, lead))["residents"]) == ("withdrawn", 1)


@pytest.mark.parametrize("word", ["confirmed", "silent"])
async def test_the_residents_word_stands_beside_the_outcome(bench: Bench, word: str) -> None:
    reference = await bench.taken()
    assert (await bench.post(OWN, f"/cases/{reference}/close", {"outcome": "solved", "answer": "好"})).is_success
    await say(bench, inner.WordGiven, reference, 2, word=word)

    async def said() -> Any:
        return (await case(bench, reference))["word"]

    await bench.until(said, word)
    await say(bench, inner.FeedbackGiven, reference, 3, rating="unsatisfied", word="disputed")
    await bench.until(said, "disputed")
    await say(bench, inner.FeedbackGiven, reference, 4, rating="satisfied")

    async def rated() -> Any:
        return (await case(bench, reference))["rating"]

    await bench.until(rated, "satisfied")
    assert await said() == "disputed", "a rating after the window says no word"


async def test_what_another_resident_says_is_on_the_thread_and_leaves_the_first_ones_word(bench: Bench) -> None:
    lead, joined = await bench.taken(), new_reference()
    await say(bench, inner.IssueJoined, joined, 2, joined_to=lead)
    assert (await bench.post(OWN, f"/cases/{lead}/close", {"outcome": "solved", "answer": "好"})).is_success
    await say(bench, inner.FeedbackGiven, joined, 3, rating="unsatisfied", word="disputed", joined_to=lead)
    await say(bench, inner.WordGiven, joined, 4, word="confirmed", joined_to=lead)

    async def heard() -> set[str]:
        return {"rated", "confirmed"} & set(kinds(await case(bench, lead)))

    await bench.until(heard, {"rated", "confirmed"})
    whole = await case(bench, lead)
    assert (whole["word"], whole["rating"]) == (None, None)


async def owed_for(bench: Bench, reference: str) -> list[dict[str, Any]]:
    """What is and was owed for a case."""
    found: list[dict[str, Any]] = (await bench.get("officer", f"/cases/{reference}/deadlines")).json()
    return found
