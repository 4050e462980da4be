"""Residents who joined another's issue are told of the same steps, each once, under their own reference."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts import inner
from tests.integration.notify_run import NOW, NotifyUnderTest, notify_of_zhaosu, submitted
from tests.servers import NatsServer

FIRST, SECOND, SILENT = "AAAA-1111", "BBBB-2222", "CCCC-3333"


@pytest.fixture
async def zhaosu(nats_server: NatsServer, database_url: str) -> AsyncIterator[NotifyUnderTest]:
    async with notify_of_zhaosu(nats_server, database_url) as running:
        running.neighbours.emails = {FIRST: "first@mail.example", SECOND: "second@mail.example"}
        yield running


def shared(step: str, reference: str = SECOND, **more: Any) -> inner.ProgressShared:
    """The issue that ``reference`` is joined to was accepted or closed."""
    facts = {"occurred_at": NOW, "reference": reference, "joined_to": FIRST, "step": step, **more}
    return inner.ProgressShared.model_validate(facts)


async def test_whoever_joined_is_told_what_the_first_is_told(zhaosu: NotifyUnderTest) -> None:
    joined = submitted(SECOND).model_copy(update={"joined_to": FIRST})
    await zhaosu.say(joined, "e1", times=2)
    await zhaosu.say(shared("accepted"), "e2", times=2)
    await zhaosu.say(shared("closed", outcome="solved"), "e3", times=2)
    assert await zhaosu.states(3, "sent") == ["sent"] * 3
    assert [notice["kind"] for notice in reversed(await zhaosu.log())] == ["confirmation", "taken", "answer"]
    letters = [mail.get_body(("plain",)).get_content() for mail in zhaosu.mail.taken]  # type: ignore[union-attr]
    assert {mail["To"] for mail in zhaosu.mail.taken} == {"second@mail.example"}
    assert "合并办理" in letters[0]
    assert "灯已修好。" in letters[2], "the answer is that of the issue joined"
    assert all(FIRST not in letter for letter in letters), "another's reference is another's"


async def test_joining_by_staff_is_told_and_a_choice_of_ones_own_is_not_told_again(zhaosu: NotifyUnderTest) -> None:
    of_it = {"occurred_at": NOW, "reference": SECOND, "joined_to": FIRST}
    await zhaosu.say(submitted(SECOND), "e1")
    await zhaosu.say(inner.IssueJoined(**of_it, version_of_issue=2, is_news=False), "e2")
    await zhaosu.say(inner.IssueSplit(**of_it, version_of_issue=3), "e3")
    await zhaosu.say(inner.IssueJoined(**of_it, version_of_issue=4), "e4")
    assert await zhaosu.states(3, "sent") == ["sent"] * 3
    assert [notice["kind"] for notice in reversed(await zhaosu.log())] == ["confirmation", "split", "joined"]


async def test_who_left_no_address_is_told_nothing(zhaosu: NotifyUnderTest) -> None:
    await zhaosu.say(submitted(SILENT, "none"), "e1")
    await zhaosu.say(shared("closed", SILENT, outcome="solved"), "e2")
    await zhaosu.say(submitted(SECOND), "e3")
    assert await zhaosu.states(1, "sent") == ["sent"]


async def test_what_was_promised_is_not_called_an_answer(zhaosu: NotifyUnderTest) -> None:
    await zhaosu.say(submitted(SECOND), "e1")
    await zhaosu.say(shared("closed", outcome="answered", planned=True), "e2")
    assert await zhaosu.states(2, "sent") == ["sent"] * 2
    text = zhaosu.mail.taken[1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "已承诺" in text
