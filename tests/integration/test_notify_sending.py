"""From an event to a mail: who is told, once, again after failures, and never of what came from paper."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.notify import domain, notices
from shared.contracts import inner
from shared.ids import derived_id
from shared.web.auth import Role
from tests.integration.notify_run import (
    LINK,
    NOW,
    ORIGIN,
    REPLY_LINK,
    MailServer,
    NotifyUnderTest,
    assigned,
    closed,
    notify_of_zhaosu,
    pressed,
    referred,
    submitted,
)
from tests.servers import NatsServer


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "PAUSES", tuple(pause / 50 for pause in domain.PAUSES[:2]))


@pytest.fixture
async def zhaosu(nats_server: NatsServer, database_url: str) -> AsyncIterator[NotifyUnderTest]:
    async with notify_of_zhaosu(nats_server, database_url) as running:
        yield running


async def test_resident_and_member_are_told_once_in_their_language(zhaosu: NotifyUnderTest) -> None:
    zhaosu.neighbours.emails = {"AAAA-1111": "resident@mail.example", "m1": "m1@mail.example"}
    zhaosu.neighbours.language = "ug"
    await zhaosu.say(submitted("AAAA-1111"), "e1", times=2)
    await zhaosu.say(assigned("AAAA-1111", "m1"), "e2", times=2)
    await zhaosu.say(closed("AAAA-1111"), "e3", times=2)
    assert await zhaosu.states(3, "sent") == ["sent"] * 3
    confirmation, order, answer = zhaosu.mail.taken
    assert [mail["To"] for mail in zhaosu.mail.taken] == [
        "resident@mail.example",
        "m1@mail.example",
        "resident@mail.example",
    ]
    assert confirmation["Message-ID"] == f"<{derived_id('e1', 'notice', 'confirmation')}@zhaosu.example>"
    text = [mail.get_body(("plain",)) for mail in (confirmation, order, answer)]
    assert all(part is not None for part in text)
    assert LINK in text[0].get_content()  # type: ignore[union-attr]
    assert f"{ORIGIN}/work/orders/AAAA-1111" in text[1].get_content()  # type: ignore[union-attr]
    assert "灯已修好。" in text[2].get_content()  # type: ignore[union-attr]
    assert "修路" in text[2].get_content()  # type: ignore[union-attr]
    assert {mail["Content-Language"] for mail in zhaosu.mail.taken} == {"ug"}


async def test_a_department_is_written_to_in_its_language_until_it_has_replied(zhaosu: NotifyUnderTest) -> None:
    zhaosu.neighbours.emails = {"d-noise": "noise@office.example"}
    zhaosu.neighbours.asked = {"r1": "请到现场核查夜间噪声。"}
    await zhaosu.say(referred("AAAA-1111", "r1"), "e1", times=2)
    assert await zhaosu.states(1, "sent") == ["sent"]
    await zhaosu.say(pressed("AAAA-1111", "r1"), "e2", times=2)
    assert await zhaosu.states(2, "sent") == ["sent"] * 2
    zhaosu.neighbours.asked.clear()
    await zhaosu.say(pressed("AAAA-1111", "r1"), "e3")
    assert await zhaosu.states(3, "sent", "superseded") == ["sent", "sent", "superseded"]
    assert [mail["To"] for mail in zhaosu.mail.taken] == ["noise@office.example"] * 2
    assert {mail["Content-Language"] for mail in zhaosu.mail.taken} == {"ug"}
    for mail in zhaosu.mail.taken:
        plain = mail.get_body(("plain",))
        assert plain is not None
        assert "请到现场核查夜间噪声。" in plain.get_content()
        assert f"{REPLY_LINK}?to=ug" in plain.get_content()
    assert {notice["audience"] for notice in await zhaosu.log()} == {"department"}


async def test_a_member_who_is_asked_in_is_told(zhaosu: NotifyUnderTest) -> None:
    zhaosu.neighbours.emails = {"m2": "m2@mail.example"}
    asked_in = inner.MemberInvited(occurred_at=NOW, reference="AAAA-1111", member="m2")
    await zhaosu.say(asked_in, "e1", times=2)
    assert await zhaosu.states(1, "sent") == ["sent"]
    [mail] = zhaosu.mail.taken
    plain = mail.get_body(("plain",))
    assert plain is not None and f"{ORIGIN}/work/AAAA-1111\n" in plain.get_content()


async def test_nobody_is_told_who_left_no_address_or_whose_record_is_paper(zhaosu: NotifyUnderTest) -> None:
    zhaosu.neighbours.emails = {"BBBB-2222": None}
    await zhaosu.say(submitted("AAAA-1111", "none"), "e1")
    await zhaosu.say(closed("AAAA-1111"), "e2")
    await zhaosu.say(submitted("BBBB-2222"), "e3")
    await zhaosu.say(assigned("BBBB-2222", "m9"), "e4")
    await zhaosu.say(submitted("CCCC-3333", on_paper=True), "e5")
    assert await zhaosu.states(3, "no-address", "skipped-paper") == ["no-address", "no-address", "skipped-paper"]
    assert zhaosu.mail.taken == []


async def test_a_passing_refusal_is_tried_again_and_a_final_one_is_not(zhaosu: NotifyUnderTest) -> None:
    zhaosu.neighbours.emails = {f"R-{n}": f"r{n}@mail.example" for n in range(3)}
    zhaosu.mail.answers = ["451 later", "550 nobody here", "250 OK", "250 OK"]
    for n in range(3):
        await zhaosu.say(submitted(f"R-{n}"), f"e{n}")
    states = await zhaosu.states(3, "sent", "dead")
    assert sorted(states) == ["dead", "sent", "sent"]
    dead = (await zhaosu.log(state="dead"))[0]
    assert (dead["reason"], dead["tries"], dead["due_at"]) == ("smtp-550", 1, None)
    tries = {notice["tries"] for notice in await zhaosu.log(state="sent")}
    assert tries == {1, 2}


async def test_after_the_last_try_it_is_given_up(zhaosu: NotifyUnderTest) -> None:
    zhaosu.neighbours.emails = {"R-1": "r@mail.example"}
    zhaosu.mail.answers = ["421 busy"] * 9
    await zhaosu.say(submitted("R-1"), "e1")
    assert await zhaosu.states(1, "dead") == ["dead"]
    assert (await zhaosu.log())[0]["tries"] == len(domain.PAUSES) + 1


async def test_a_neighbour_that_is_away_only_delays(zhaosu: NotifyUnderTest) -> None:
    zhaosu.neighbours.emails = {"R-1": "r@mail.example"}
    zhaosu.neighbours.away = True
    await zhaosu.say(submitted("R-1"), "e1")
    await zhaosu.states(1, "failed")
    assert (await zhaosu.log())[0]["reason"] == "neighbour-away"
    zhaosu.neighbours.away = False
    await zhaosu.states(1, "sent")
    assert len(zhaosu.mail.taken) == 1


async def test_a_letter_that_cannot_be_written_holds_up_nobody(zhaosu: NotifyUnderTest) -> None:
    zhaosu.neighbours.emails = {"m1": "m1@mail.example", "m2": "m2@mail.example"}
    unreadable = assigned("R-1", "m1").model_copy(
        update={"answer_by": NOW.replace(year=9999, month=12, day=31, hour=23)}
    )
    await zhaosu.say(unreadable, "e1")
    await zhaosu.say(assigned("R-2", "m2"), "e2")
    assert await zhaosu.states(2, "sent", "dead") == ["dead", "sent"]
    assert (await zhaosu.log(state="dead"))[0]["reason"] == "letter-not-written"


async def test_a_crash_after_posting_repeats_the_same_mail(
    nats_server: NatsServer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "LEASE", timedelta(seconds=1))
    mail = MailServer(silent=True)
    async with notify_of_zhaosu(nats_server, database_url, mail) as first:
        first.neighbours.emails = {"R-1": "r@mail.example"}
        await first.say(submitted("R-1"), "e1")
        async with asyncio.timeout(20):
            while not mail.taken:  # noqa: ASYNC110 (the mail server cannot call us)
                await asyncio.sleep(0.02)
    mail.silent = False
    async with notify_of_zhaosu(nats_server, database_url, mail) as again:
        again.neighbours.emails = {"R-1": "r@mail.example"}
        await again.states(1, "sent")
    assert len(mail.taken) == 2
    assert len({message["Message-ID"] for message in mail.taken}) == 1


async def test_the_log_is_paged_and_closed_to_members(zhaosu: NotifyUnderTest) -> None:
    for n in range(60):
        await zhaosu.say(submitted(f"R-{n}", on_paper=True), f"e{n}")
    await zhaosu.say(submitted("R-last", on_paper=True), "last")
    seen: list[str] = []
    while "R-last" not in [notice["reference"] for notice in await zhaosu.log()]:  # noqa: ASYNC110 (a table cannot call us)
        await asyncio.sleep(0.02)
    cursor: dict[str, str] = {}
    while True:
        page = (await zhaosu.get("/api/v1/notices", **cursor)).json()
        seen += [notice["reference"] for notice in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert len(seen) == len(set(seen)) == 61
    assert (await zhaosu.get("/api/v1/notices", Role.MEMBER)).status_code == 403
    assert (await zhaosu.get("/api/v1/notices", cursor="x")).json()["errors"][0]["field"] == "cursor"
    page_of_people = await zhaosu.get("/notices", Role.OFFICER, state="skipped-paper")
    assert page_of_people.status_code == 200
    assert "R-last" in page_of_people.text
    assert "cursor=" in page_of_people.text
