"""A consultation is planned, changed, called off: each member who is to know gets one letter with a calendar entry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from shared.clock import SystemClock
from shared.ids import new_id
from tests.integration.notify_run import ORIGIN, NotifyUnderTest, notify_of_zhaosu, planned
from tests.servers import NatsServer

SOON = SystemClock().now().replace(microsecond=0) + timedelta(days=3)
ICS = "BEGIN:VCALENDAR\r\nPRODID:-//x//EN\r\nVERSION:2.0\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:u@zhaosu\r\n"
ICS += "DTSTAMP:20260310T040000Z\r\nDTSTART:20260310T040000Z\r\nSEQUENCE:{sequence}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.fixture
async def zhaosu(nats_server: NatsServer, database_url: str) -> AsyncIterator[NotifyUnderTest]:
    async with notify_of_zhaosu(nats_server, database_url) as running:
        running.neighbours.emails = {"m1": "m1@mail.example", "m2": "m2@mail.example"}
        yield running


def invitation(standing: str, sequence: int = 0, **more: Any) -> dict[str, Any]:
    method = "CANCEL" if standing == "cancelled" else "REQUEST"
    return {
        "standing": standing,
        "takes_part": True,
        "topic": "供水协商",
        "station": "st1",
        "address": "三号楼前",
        "planned_at": SOON.isoformat(),
        "planned_until": None,
        "contributions_until": None,
        "reason": "大雪" if standing == "cancelled" else None,
        "sequence": sequence,
        "calendar": ICS.format(method=method, sequence=sequence),
        **more,
    }


def entry(mail: EmailMessage) -> tuple[str, Any]:
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    [event] = calendar.walk("VEVENT")
    assert part.get_param("method") == str(calendar["method"])
    return str(calendar["method"]), event


def text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    content: str = part.get_content()
    return content


async def test_each_member_is_invited_once_with_an_entry_of_the_own(zhaosu: NotifyUnderTest) -> None:
    consultation = new_id()
    zhaosu.neighbours.invitation = invitation("invited")
    await zhaosu.say(planned(consultation, 0, "m1", "m2"), "e1", times=2)
    assert await zhaosu.states(2, "sent") == ["sent"] * 2
    assert {mail["To"] for mail in zhaosu.mail.taken} == {"m1@mail.example", "m2@mail.example"}
    for mail in zhaosu.mail.taken:
        method, event = entry(mail)
        assert (method, event["sequence"], str(event["attendee"])) == ("REQUEST", 0, f"mailto:{mail['To']}")
        assert str(event["organizer"]) == "mailto:doorstep@zhaosu.example"
        assert "供水协商" in str(mail["Subject"])
        assert f"{ORIGIN}/work/consultations/{consultation}" in text(mail)
        assert "三号楼前" in text(mail)


async def test_a_change_and_its_end_are_told_with_the_same_entry(zhaosu: NotifyUnderTest) -> None:
    consultation = new_id()
    zhaosu.neighbours.invitation = invitation("changed", 1)
    await zhaosu.say(planned(consultation, 1, "m1"), "e2")
    assert await zhaosu.states(1, "sent") == ["sent"]
    zhaosu.neighbours.invitation = invitation("cancelled", 2)
    await zhaosu.say(planned(consultation, 2, "m1"), "e3")
    assert await zhaosu.states(2, "sent") == ["sent"] * 2
    changed, cancelled = zhaosu.mail.taken
    assert entry(changed)[0] == "REQUEST"
    assert (entry(cancelled)[0], entry(cancelled)[1]["sequence"]) == ("CANCEL", 2)
    assert entry(changed)[1]["uid"] == entry(cancelled)[1]["uid"]
    assert "大雪" in text(cancelled)


async def test_what_a_later_letter_tells_and_what_is_over_are_not_sent(zhaosu: NotifyUnderTest) -> None:
    consultation = new_id()
    zhaosu.neighbours.invitation = invitation("changed", 1)
    await zhaosu.say(planned(consultation, 0, "m1"), "e1")
    assert await zhaosu.states(1, "superseded") == ["superseded"]
    # Whoever was struck from the list hears of it, however often the others were told of changes since.
    zhaosu.neighbours.invitation = invitation("cancelled", 5, takes_part=False, reason="不该读到")
    await zhaosu.say(planned(consultation, 2, "m2"), "e2")
    assert await zhaosu.states(2, "sent", "superseded") == ["superseded", "sent"]
    assert "不该读到" not in text(zhaosu.mail.taken[0])
    zhaosu.neighbours.invitation = invitation("invited", planned_at="2023-03-10T02:00:00Z")
    await zhaosu.say(planned(new_id(), 0, "m1"), "e3")
    zhaosu.neighbours.invitation = None
    await zhaosu.say(planned(new_id(), 0, "m1"), "e4")
    assert (await zhaosu.states(4, "sent", "superseded")).count("sent") == 1


async def test_a_department_is_invited_in_its_language_without_an_account(zhaosu: NotifyUnderTest) -> None:
    zhaosu.neighbours.emails |= {"d-water": "water@office.example"}
    zhaosu.neighbours.invitation = invitation("invited")
    await zhaosu.say(planned(new_id(), 0, "m1", departments=("d-water",)), "e1", times=2)
    assert await zhaosu.states(2, "sent") == ["sent"] * 2
    [letter] = [mail for mail in zhaosu.mail.taken if mail["To"] == "water@office.example"]
    assert (letter["Content-Language"], entry(letter)[0]) == ("ug", "REQUEST")
    assert str(entry(letter)[1]["attendee"]) == "mailto:water@office.example"
    assert "/work/" not in text(letter) and "供水协商" in str(letter["Subject"])


LETTERS = list(product(["invited", "changed", "cancelled"], ["zh-Hans", "ug", "kk-Arab", "kk", "en"]))


async def test_in_every_language(nats_server: NatsServer, tmp_path: Path, subtests: pytest.Subtests) -> None:
    until = {"planned_until": SOON.isoformat(), "contributions_until": SOON.isoformat()}
    async with notify_of_zhaosu(nats_server, f"sqlite:///{tmp_path}/n.db") as zhaosu:
        # A member for each: an address, once asked for, is remembered with its language.
        zhaosu.neighbours.emails = {f"m{number}": f"m{number}@mail.example" for number in range(1, len(LETTERS) + 1)}
        for number, (standing, language) in enumerate(LETTERS, start=1):
            with subtests.test(standing=standing, language=language):
                zhaosu.neighbours.language = language
                zhaosu.neighbours.invitation = invitation(standing, topic=None, **until)
                await zhaosu.say(planned(new_id(), 0, f"m{number}"), f"e{number}")
                assert await zhaosu.states(number, "sent") == ["sent"] * number
                assert len(zhaosu.mail.taken) == number
                [mail] = [mail for mail in zhaosu.mail.taken if mail["To"] == f"m{number}@mail.example"]
                assert mail["Content-Language"] == language
                assert "\n" not in str(mail["Subject"])
