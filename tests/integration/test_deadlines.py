"""Deadlines on both databases: warned of, missed and told once each, at the right moments of working time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest

from services.consultation.deadlines.away import hear_handover
from services.consultation.deadlines.clock import DeadlineClock
from services.consultation.deadlines.keeping import Owed, hand_over, meet, release
from services.consultation.deadlines.pausing import PauseInput, pause, resume
from services.consultation.tables import BODY_CALENDAR
from services.consultation.usecases.acting import Actor, Moment
from shared.contracts import inner
from shared.contracts.subjects import Address
from shared.errors import Conflict, DomainError, NotFound
from shared.messaging.handlers import Received
from tests.integration.deadline_house import CASE, MONDAY, ZONE, House, local, opened, until

CONTACT = Owed("first-contact", CASE, CASE, "m-1")
ANSWER = Owed("answer", CASE, CASE, "m-1")
MEMBER = Actor(member="m-1", is_officer=False)
OFFICER = Actor(member=None, is_officer=True, account="officer")
WAITING = PauseInput(reason="resident")
# Of a first contact that is owed from Monday on: three working days, warned of one before, told one after.
MORNING_BEFORE, END, DAY_AFTER = local("2025-06-11T09:00"), local("2025-06-12T18:00"), local("2025-06-13T18:00")
A_MOMENT = timedelta(seconds=1)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as made:
        yield made


def then(at: datetime) -> Moment:
    return Moment(at, False)


async def rising(house: House) -> list[str]:
    """What the bodies above hear."""
    return [verb for verb, _, _ in await house.said(plane="report")]


async def test_a_deadline_is_warned_of_missed_and_told_each_once_and_not_a_moment_early(house: House) -> None:
    await house.owe(CONTACT)
    line = await house.line("first-contact")
    assert (line.due_at, line.working_days_left, line.is_late) == (END, 3, False)
    for early, moment in (
        ([], MORNING_BEFORE),
        (["warned"], END),
        (["warned", "missed"], DAY_AFTER),
    ):
        await house.at(moment - A_MOMENT)
        assert [verb for verb, _, _ in await house.said()] == early
        for _ in range(3):
            await house.at(moment)
    await house.at(DAY_AFTER + timedelta(days=30))
    assert await house.said() == [(verb, "first-contact", END) for verb in ("warned", "missed", "escalated")]
    assert await house.said(plane="report") == [("missed", "first-contact", END)]
    line = await house.line("first-contact")
    assert line.is_late
    assert (line.state, line.missed_at) == ("missed", END)
    assert line.working_days_left is not None and line.working_days_left < -10
    await house.run(lambda tx: release(tx, then(house.clock.now()), "first-contact", reference=CASE))
    assert await rising(house) == ["missed", "settled"]


async def test_a_clock_that_stood_still_tells_what_is_true_now_and_warns_of_nothing_past(house: House) -> None:
    await house.owe(CONTACT)
    await house.at(DAY_AFTER + timedelta(days=3))
    assert [verb for verb, _, _ in await house.said()] == ["missed", "escalated"]


async def test_who_is_in_time_is_never_heard_of_again(house: House) -> None:
    await house.owe(CONTACT, ANSWER)
    await house.run(lambda tx: meet(tx, then(END), "first-contact", reference=CASE))
    await house.at(DAY_AFTER)
    assert (await house.line("first-contact")).state == "met"
    assert await house.said() == await rising(house) == []


async def test_who_is_late_before_the_clock_came_round_is_late_all_the_same(house: House) -> None:
    await house.owe(CONTACT)
    await house.run(lambda tx: meet(tx, then(END + A_MOMENT), "first-contact", reference=CASE))
    await house.at(DAY_AFTER)
    assert (await house.line("first-contact")).state == "met-late"
    assert [verb for verb, _, _ in await house.said()] == ["missed"]
    assert await rising(house) == ["missed", "settled"]


async def test_a_paper_record_shows_that_it_was_done_in_time(house: House) -> None:
    await house.owe(CONTACT)
    await house.at(DAY_AFTER)
    await house.run(lambda tx: meet(tx, Moment(MONDAY, True), "first-contact", reference=CASE))
    assert (await house.line("first-contact")).state == "met"


async def test_no_clock_starts_for_what_paper_tells_of_long_ago_but_does_for_last_week_s_event(house: House) -> None:
    before = MONDAY - timedelta(days=60)
    await house.owe(CONTACT, at=before, on_paper=True)
    assert await house.book.of_case(CASE) == []
    await house.owe(ANSWER, at=MONDAY - timedelta(days=1), on_paper=True)
    await house.owe(CONTACT, at=before)
    assert {line.kind for line in await house.book.of_case(CASE)} == {"answer", "first-contact"}


async def test_what_nobody_owes_any_longer_is_not_told_of(house: House) -> None:
    await house.owe(CONTACT, ANSWER)
    await house.run(lambda tx: release(tx, then(MONDAY), "first-contact", "answer", reference=CASE))
    await house.at(DAY_AFTER + timedelta(days=60))
    assert await house.said() == []
    assert {line.state for line in await house.book.of_case(CASE)} == {"released"}


async def test_what_runs_already_goes_on_as_it_is(house: House) -> None:
    await house.owe(CONTACT)
    await house.owe(CONTACT, at=MONDAY + timedelta(days=1))
    assert (await house.line("first-contact")).due_at == END
    await house.run(lambda tx: hand_over(tx, CASE, "m-2"))
    assert (await house.line("first-contact")).member == "m-2"


async def test_a_date_of_its_own_and_a_length_of_its_own_come_before_the_body_s_term(house: House) -> None:
    referral = Owed("referral-reply", "r-1", CASE, "m-1", department="d-1", days=2)
    promise = Owed("commitment", "c-1", None, "m-1", due_on=date(2025, 6, 14))
    await house.owe(referral, promise)
    assert (await house.line("referral-reply")).due_at == local("2025-06-11T18:00")
    # A Saturday: in time until the end of Monday's work.
    later = await house.book.page(OFFICER, "soon", kind="commitment")
    assert [line.due_at for line in later.items] == [local("2025-06-16T18:00")]
    await house.run(lambda tx: meet(tx, then(MONDAY), "referral-reply", subject="r-1"))
    assert (await house.line("referral-reply")).state == "met"


# -- pauses ----------------------------------------------------------------------------------------------


async def test_a_pause_keeps_the_working_time_that_was_left(house: House) -> None:
    await house.open_case()
    await house.owe(CONTACT)
    line = await house.line("first-contact")
    await house.at(local("2025-06-11T16:00"))
    await house.run(lambda tx: pause(tx, MEMBER, CASE, line.id, PauseInput(reason="other", note="等居民回来")))
    paused = await house.line("first-contact")
    assert (paused.state, paused.paused_for, paused.working_days_left) == ("paused", "other", None)
    await house.at(DAY_AFTER + timedelta(days=10))
    # Ten working hours were left: five on Monday the 23rd from noon on, five on the next day.
    house.clock.at = local("2025-06-23T12:00")
    await house.run(lambda tx: resume(tx, OFFICER, CASE, line.id))
    resumed = await house.line("first-contact")
    assert (resumed.state, resumed.due_at) == ("running", local("2025-06-24T15:00"))
    await house.at(local("2025-06-24T15:00"))
    told = await house.said()
    assert [verb for verb, _, _ in told] == ["warned", "paused", "resumed", "missed"]
    assert told[-1][2] == local("2025-06-24T15:00")


async def test_a_warning_waits_with_its_deadline_and_is_not_given_twice(house: House) -> None:
    await house.open_case()
    await house.owe(ANSWER)
    line = await house.line("answer")
    for paused_at, resumed_at in (("2025-06-20T10:00", "2025-07-21T10:00"), ("2025-07-25T12:00", "2025-07-30T10:00")):
        await house.at(local(paused_at))
        await house.run(lambda tx: pause(tx, MEMBER, CASE, line.id, WAITING))
        await house.at(local(resumed_at))
        await house.run(lambda tx: resume(tx, MEMBER, CASE, line.id))
    # Seven working days were left on 20 June; so the end is 30 July, and the warning comes on the 25th.
    told = ["paused", "resumed", "warned", "paused", "resumed"]
    assert [verb for verb, _, _ in await house.said()] == told
    await house.at((await house.line("answer")).due_at)
    assert [verb for verb, _, _ in await house.said()] == [*told, "missed"]


async def test_the_answer_is_not_owed_by_time_while_another_body_has_the_issue(house: House) -> None:
    await house.open_case()
    await house.owe(ANSWER, CONTACT)
    before = await house.line("answer")
    step = 0

    async def handover(state: str, holder: str | None = None) -> str:
        nonlocal step
        step += 1
        facts = {"handover_id": "h", "reference": CASE, "step": step, "state": state, "other": "ili", "holder": holder}
        event = inner.HandoverMoved.model_validate({"occurred_at": house.clock.now(), **facts})
        received = Received(event, f"moved-{step}", Address("zhaosu", "inner", "handover", "moved", 1))
        await house.run(lambda tx: hear_handover(tx, received))
        return (await house.line("answer")).state.value

    await house.at(local("2025-06-10T10:00"))
    assert await handover("offered") == "running", "nobody has taken it yet"
    assert await handover("accepted") == "paused"
    assert (await house.line("answer")).paused_for == "procedure"
    await house.at(local("2025-06-17T10:00"))  # five working days on
    assert await handover("accepted", "region") == "paused"
    assert await handover("answered") == "running"
    after = await house.line("answer")
    days = timedelta(days=7)
    assert after.due_at == before.due_at + days, "what was left is left again"
    assert (await house.line("first-contact")).state != "paused", "the first contact was never theirs"
    # What somebody here let stand still is not the handover's to let go on.
    await house.run(lambda tx: pause(tx, MEMBER, CASE, after.id, WAITING))
    assert [await handover(state) for state in ("accepted", "returned")] == ["paused", "paused"]


async def test_a_pause_of_no_time_at_all_changes_nothing(house: House) -> None:
    await house.open_case()
    await house.owe(ANSWER)
    before = await house.line("answer")
    for at in (MONDAY + timedelta(microseconds=123457), local("2025-06-14T10:00"), local("2025-06-16T13:30")):
        await house.at(at)
        await house.run(lambda tx: pause(tx, MEMBER, CASE, before.id, WAITING))
        await house.run(lambda tx: resume(tx, MEMBER, CASE, before.id))
        assert (await house.line("answer")).due_at == before.due_at


async def test_a_pause_needs_its_reason_its_case_and_a_deadline_that_runs(house: House) -> None:
    await house.open_case()
    promise = Owed("commitment", "c-1", CASE, "m-1", due_on=date(2025, 6, 20))
    await house.owe(CONTACT, promise)
    contact, commitment = await house.line("first-contact"), await house.line("commitment")
    for actor, deadline, asked, error, code in (
        (MEMBER, contact, PauseInput(reason="other"), DomainError, "note-missing"),
        (Actor("m-9", False), contact, WAITING, NotFound, "case-not-found"),
        (MEMBER, commitment, WAITING, Conflict, "deadline-not-pausable"),
    ):
        with pytest.raises(error) as refused:
            await house.run(lambda tx, a=actor, d=deadline, p=asked: pause(tx, a, CASE, d.id, p))  # type: ignore[misc]
        assert refused.value.code == code
    with pytest.raises(NotFound):
        await house.run(lambda tx: pause(tx, MEMBER, CASE, "nothing", WAITING))
    with pytest.raises(Conflict):
        await house.run(lambda tx: resume(tx, MEMBER, CASE, contact.id))
    await house.run(lambda tx: pause(tx, MEMBER, CASE, contact.id, WAITING))
    with pytest.raises(Conflict):
        await house.run(lambda tx: pause(tx, MEMBER, CASE, contact.id, WAITING))
    await house.run(lambda tx: resume(tx, MEMBER, CASE, contact.id))
    house.clock.at = END
    with pytest.raises(Conflict) as over:
        await house.run(lambda tx: pause(tx, MEMBER, CASE, contact.id, WAITING))
    assert over.value.code == "deadline-over"


async def test_what_is_done_while_the_time_stands_still_is_done_in_time(house: House) -> None:
    await house.open_case()
    await house.owe(CONTACT)
    line = await house.line("first-contact")
    await house.run(lambda tx: pause(tx, MEMBER, CASE, line.id, WAITING))
    await house.run(lambda tx: meet(tx, then(END + timedelta(days=9)), "first-contact", reference=CASE))
    assert (await house.line("first-contact")).state == "met"


# -- the body's calendar ---------------------------------------------------------------------------------


async def test_a_day_off_moves_what_runs_and_leaves_what_is_over(house: House) -> None:
    await house.owe(CONTACT)
    await house.at(END)
    await house.owe(Owed("answer", "another", CASE, "m-1", days=3), at=END)
    due = (await house.line("answer")).due_at
    await house.publish(1, off=(date(2025, 6, 16),), on=(date(2025, 6, 21),))
    await house.at(END + A_MOMENT)
    assert due == local("2025-06-17T18:00")
    assert (await house.line("answer")).due_at == local("2025-06-18T18:00")
    assert (await house.line("first-contact")).due_at == END


async def test_an_older_calendar_that_comes_late_changes_nothing(house: House) -> None:
    await house.publish(2, off=(date(2025, 6, 10),))
    await house.publish(1)
    await house.owe(CONTACT)
    assert (await house.line("first-contact")).due_at == local("2025-06-13T18:00")


async def test_a_warning_given_before_the_end_moved_is_given_again(house: House) -> None:
    await house.owe(CONTACT)
    await house.at(MORNING_BEFORE)
    await house.publish(1, off=(date(2025, 6, 11), date(2025, 6, 12)))
    for moment in (MORNING_BEFORE + A_MOMENT, local("2025-06-13T09:00"), local("2025-06-16T18:00")):
        await house.at(moment)
    assert await house.said() == [
        ("warned", "first-contact", END),
        ("warned", "first-contact", local("2025-06-16T18:00")),
        ("missed", "first-contact", local("2025-06-16T18:00")),
    ]


async def test_cases_from_before_there_were_deadlines_owe_an_answer_from_the_first_start_on(house: House) -> None:
    await house.open_case()
    await house.run(lambda tx: tx.execute(BODY_CALENDAR.delete()))
    for _ in range(2):
        async with DeadlineClock(house.reader, house.writer, house.clock, ZONE).watched():
            (line,) = await house.book.of_case(CASE)
            assert (line.kind, line.member, line.due_at) == ("answer", "m-1", local("2025-06-30T18:00"))
        house.clock.at += timedelta(days=1)


async def test_another_zone_moves_every_end(house: House) -> None:
    await house.owe(CONTACT)
    async with DeadlineClock(house.reader, house.writer, house.clock, "Asia/Urumqi").watched():

        async def due() -> datetime:
            return (await house.line("first-contact")).due_at

        await until(due, END + timedelta(hours=2))


# -- the clock -------------------------------------------------------------------------------------------


async def test_two_replicas_tell_everything_once(house: House) -> None:
    await house.owe(*(Owed("first-contact", f"case-{number}", f"case-{number}", "m-1") for number in range(450)))
    house.clock.at = END
    clocks = [DeadlineClock(house.reader, house.writer, house.clock, ZONE) for _ in range(2)]
    async with clocks[0].watched(), clocks[1].watched():

        async def told_of() -> int:
            return len(await house.said())

        await until(told_of, 450, 30)
    told = await house.said()
    assert len(told) == 450
    assert {verb for verb, _, _ in told} == {"missed"}


async def test_the_clock_sleeps_until_there_is_something_to_do(house: House) -> None:
    clock = DeadlineClock(house.reader, house.writer, house.clock, ZONE)
    looks = 0
    scalar = house.reader.scalar

    async def counted(statement: object) -> object:
        nonlocal looks
        looks += 1
        return await scalar(statement)  # type: ignore[arg-type]

    house.reader.scalar = counted  # type: ignore[method-assign]
    async with clock.watched():
        await house.owe(CONTACT)
        for _ in range(50):
            await asyncio.sleep(0)
        assert looks <= 2
        house.clock.at = END
        clock.wake()

        async def verbs() -> list[str]:
            return [verb for verb, _, _ in await house.said()]

        await until(verbs, ["missed"])


async def test_late_ones_are_paged_the_longest_due_first(house: House) -> None:
    for number in range(120):
        await house.owe(Owed("first-contact", f"case-{number}", f"case-{number}", f"m-{number % 2}"))
    await house.at(END)
    seen, cursor = [], None
    while True:
        page = await house.book.page(OFFICER, "late", cursor=cursor)
        seen += [line.reference for line in page.items]
        if (cursor := page.next) is None:
            break
    assert len(seen) == len(set(seen)) == 120
    own = await house.book.page(Actor("m-1", False), "late")
    assert {line.member for line in own.items} == {"m-1"}
    assert (await house.book.counts()) == {"late": 120, "soon": 0, "paused": 0}
    with pytest.raises(DomainError):
        await house.book.page(OFFICER, "late", cursor="nonsense")
