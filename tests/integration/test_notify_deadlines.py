"""A deadline that is near is a letter to the member; one that stays late is a letter to the office too. Each once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts import inner
from tests.integration.notify_run import NOW, ORIGIN, NotifyUnderTest, notify_of_zhaosu
from tests.servers import NatsServer


@pytest.fixture
async def zhaosu(nats_server: NatsServer, database_url: str) -> AsyncIterator[NotifyUnderTest]:
    async with notify_of_zhaosu(nats_server, database_url) as running:
        running.neighbours.emails = {"m1": "m1@mail.example", "office": "office@mail.example"}
        running.neighbours.language = "ug"
        yield running


def facts(**more: Any) -> dict[str, Any]:
    """What a deadline says of itself."""
    known = {"occurred_at": NOW, "deadline_id": "d1", "kind": "answer", "due_at": NOW, "reference": "AAAA-1111"}
    return {**known, "member": "m1", **more}


async def test_the_member_is_warned_and_the_office_told_each_in_its_language_and_once(zhaosu: NotifyUnderTest) -> None:
    await zhaosu.say(inner.DeadlineWarned(**facts()), "e1", times=2)
    await zhaosu.say(inner.DeadlineMissed(**facts()), "e2", times=2)
    await zhaosu.say(inner.DeadlineEscalated(**facts()), "e3", times=2)
    assert await zhaosu.states(4, "sent") == ["sent"] * 4
    to = [(mail["To"], mail["Content-Language"]) for mail in zhaosu.mail.taken]
    assert to == [("m1@mail.example", "ug")] * 3 + [("office@mail.example", "zh-Hans")]
    bodies = [mail.get_body(("plain",)).get_content() for mail in zhaosu.mail.taken]  # type: ignore[union-attr]
    assert all(f"{ORIGIN}/work/AAAA-1111" in body for body in bodies[:3])
    assert f"{ORIGIN}/office/deadlines" in bodies[3]
    assert "m1" in bodies[3]


async def test_who_owes_another_body_an_answer_is_told_and_so_is_who_waits_for_it(zhaosu: NotifyUnderTest) -> None:
    pressed = {"occurred_at": NOW, "supervision_id": "s1", "reference": "AAAA-1111", "other": "ili", "answer_by": NOW}
    here = {**pressed, "is_ours": False, "member": "m1"}
    await zhaosu.say(inner.SupervisionMoved(**here, state="open"), "e1", times=2)
    await zhaosu.say(inner.SupervisionLate(**here), "e2", times=2)
    await zhaosu.say(inner.SupervisionMoved(**here, state="answered"), "e3")
    await zhaosu.say(inner.SupervisionMoved(**{**pressed, "is_ours": True, "member": None}, state="answered"), "e4")
    handed = {"occurred_at": NOW, "handing_id": "h1", "reference": "2026-3", "other": "ili", "answer_by": NOW}
    brief = {**handed, "is_ours": True, "brief_id": "b1", "member": "m1"}
    for number, state in enumerate(("undecided", "adopted", "withdrawn")):
        await zhaosu.say(inner.BriefMoved(**brief, state=state), f"b{number}")
    await zhaosu.say(inner.BriefLate(**brief), "b4", times=2)
    await zhaosu.say(
        inner.BriefMoved(**{**handed, "is_ours": False, "brief_id": None, "member": None}, state="undecided"), "b5"
    )
    assert await zhaosu.states(9, "sent") == ["sent"] * 9
    sent = [(notice["kind"], notice["audience"]) for notice in await zhaosu.log()]
    assert sorted(sent) == [
        ("brief-back", "office"),
        ("brief-late", "office"),
        ("brief-received", "office"),
        ("brief-settled", "member"),
        ("superv-answered", "office"),
        ("supervised", "member"),
        ("supervised-late", "member"),
        ("supervision", "office"),
        ("supervision-late", "office"),
    ]
    links = {mail.get_body(("plain",)).get_content().split(ORIGIN)[1].split()[0] for mail in zhaosu.mail.taken}  # type: ignore[union-attr]
    assert links == {"/office/supervisions/s1", "/work/briefs/b1", "/work/briefs/received/h1"}


async def test_what_concerns_no_single_issue_and_no_member_is_told_to_the_office_alone(zhaosu: NotifyUnderTest) -> None:
    nobody = facts(kind="commitment", reference=None, member=None, commitment_id="c1")
    await zhaosu.say(inner.DeadlineWarned(**nobody), "e1")
    await zhaosu.say(inner.DeadlineMissed(**nobody), "e2")
    await zhaosu.say(inner.DeadlineEscalated(**nobody), "e3")
    assert await zhaosu.states(1, "sent") == ["sent"]
    (notice,) = await zhaosu.log()
    assert (notice["kind"], notice["audience"], notice["member"]) == ("deadline-office", "office", None)
    await zhaosu.say(inner.DeadlineWarned(**facts(kind="commitment", reference=None, commitment_id="c1")), "e4")
    assert await zhaosu.states(2, "sent") == ["sent"] * 2
    body = zhaosu.mail.taken[-1].get_body(("plain",))
    assert body is not None
    assert f"{ORIGIN}/work/commitments" in body.get_content()


async def test_a_late_handover_is_told_to_the_office_of_either_body_once(zhaosu: NotifyUnderTest) -> None:
    known = {"occurred_at": NOW, "reference": "AAAA-1111", "other": "ili", "due_at": NOW}
    told = {
        "未在期限内接收或退回本机构移交的诉求": {"is_ours": True, "missed": "offer"},
        "移交本机构的诉求，本机构未在期限内接收或退回": {"is_ours": False, "missed": "offer"},
        "已接收本机构移交的诉求，但未在期限内答复": {"is_ours": True, "missed": "answer"},
        "对方仍在等待答复": {"is_ours": False, "missed": "answer"},
    }
    for number, facts_of_it in enumerate(told.values()):
        late = inner.HandoverLate(**known, handover_id=f"h{number}", **facts_of_it)
        await zhaosu.say(late, f"e{number}", times=2)
    assert await zhaosu.states(len(told), "sent") == ["sent"] * len(told)
    bodies = [mail.get_body(("plain",)).get_content() for mail in zhaosu.mail.taken]  # type: ignore[union-attr]
    for number, (sentence, body) in enumerate(zip(told, bodies, strict=True)):
        assert sentence in body and f"{ORIGIN}/office/handovers/h{number}" in body
    assert {mail["To"] for mail in zhaosu.mail.taken} == {"office@mail.example"}


async def test_an_office_without_an_address_is_seen_in_the_log(zhaosu: NotifyUnderTest) -> None:
    zhaosu.neighbours.emails = {}
    await zhaosu.say(inner.DeadlineEscalated(**facts()), "e1")
    assert await zhaosu.states(2, "no-address") == ["no-address"] * 2
