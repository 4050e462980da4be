"""The resident's own word about a closing, the window for it, and the clock that records silence once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from services.intake.tables import ISSUES, MESSAGING, TIMELINE
from services.intake.usecases.silence import Silence
from shared.clock import FixedClock, SystemClock
from shared.contracts import inner
from shared.db.engine import open_database
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.messaging.outbox import OutboxTable
from shared.web.auth import Role
from tests.integration.intake_house import IntakeHouse, bearing, eventually, intake_house
from tests.integration.test_intake_joining import FIRST, closed, joined, told, tracked
from tests.servers import NatsServer


class MovableClock:
    """The machine's clock, put forward by the test."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return SystemClock().now() + self.ahead


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def house(database_url: str, nats_server: NatsServer, clock: MovableClock) -> AsyncIterator[IntakeHouse]:
    async with intake_house(
        database_url, nats_server, clock=clock, word_window_days=2, look_again_seconds=0.05
    ) as running:
        yield running


async def test_an_answer_is_confirmed_once_and_may_still_be_disputed(house: IntakeHouse) -> None:
    receipt = await house.submit(**FIRST)
    track = f"/api/v1/track/{receipt['tracking_code']}"
    early = asyncio.create_task(house.http.post(f"{track}/confirm"))
    await closed(house, receipt)
    confirmed = await early
    assert (confirmed.status_code, confirmed.json()["word"]) == (200, "confirmed")
    twice = await house.http.post(f"{track}/confirm")
    assert (twice.status_code, twice.json()["code"]) == (409, "not-confirmable")
    seen = await tracked(house, receipt)
    assert (seen["word"], seen["can"]["confirm"], seen["can"]["reopen"]) == ("confirmed", False, True)
    (word,) = await told(house, inner.WordGiven)
    assert (word.word, word.version_of_issue, word.joined_to) == ("confirmed", 2, None)
    assert (await house.http.post(f"{track}/reopen", json={"reason": "又响了。"})).json()["word"] == "disputed"


@pytest.mark.parametrize(
    ("rating", "word"), [("satisfied", "confirmed"), ("unsatisfied", "disputed"), ("partly", None)]
)
async def test_a_rating_says_it_too(house: IntakeHouse, rating: str, word: str | None) -> None:
    receipt = await house.submit(**FIRST)
    await closed(house, receipt)
    rated = await house.http.post(f"/api/v1/track/{receipt['tracking_code']}/rating", json={"rating": rating})
    assert rated.json()["word"] == word
    assert (await told(house, inner.FeedbackGiven))[0].word == word


async def test_after_the_window_it_is_refused_with_the_reason_and_silence_is_on_record(
    house: IntakeHouse, clock: MovableClock
) -> None:
    first, second = await joined(house)
    await closed(house, first)
    until = datetime.fromisoformat((await tracked(house, first))["word_until"])
    assert (await tracked(house, second))["word_until"] == (await tracked(house, first))["word_until"]
    clock.ahead = until - datetime.now(UTC) + timedelta(minutes=1)
    words = await told(house, inner.WordGiven, 2)
    assert {(each.reference, each.word, each.joined_to) for each in words} == {
        (first["reference"], "silent", None),
        (second["reference"], "silent", first["reference"]),
    }
    for receipt in (first, second):
        seen = await tracked(house, receipt)
        assert (seen["word"], seen["can"]["reopen"], seen["can"]["rate"]) == ("silent", False, True)
        assert [line["step"] for line in seen["timeline"]].count("silent") == 1
        refused = await house.http.post(f"/api/v1/track/{receipt['tracking_code']}/reopen", json={"reason": "又响了。"})
        assert (refused.status_code, refused.json()["code"]) == (409, "window-over")
        assert "2 working days" in refused.json()["title"]
    late = await house.http.post(f"/api/v1/track/{first['tracking_code']}/rating", json={"rating": "satisfied"})
    assert (late.status_code, late.json()["word"]) == (201, "silent"), "a late rating is a rating and no word"


async def test_a_record_on_paper_from_inside_the_window_is_heard_after_it(
    house: IntakeHouse, clock: MovableClock
) -> None:
    receipt = await house.submit(**FIRST)
    await closed(house, receipt)
    said_at = datetime.now(UTC)
    clock.ahead = timedelta(days=20)
    await told(house, inner.WordGiven)
    clock.ahead = timedelta()
    body = {"rating": "satisfied", "recorded_at": said_at.isoformat()}
    path = f"/api/v1/track/{receipt['tracking_code']}/rating"
    rated = await house.http.post(path, json=body, headers=bearing(Role.OFFICER, "officer-1"))
    assert (rated.status_code, rated.json()["word"]) == (201, "confirmed")


async def test_nobody_is_silent_who_has_spoken_or_whose_issue_is_open_again(
    house: IntakeHouse, clock: MovableClock
) -> None:
    confirmed, reopened, silent = [await house.submit(**FIRST) for _ in range(3)]
    for receipt in (confirmed, reopened, silent):
        await closed(house, receipt)
    await house.http.post(f"/api/v1/track/{confirmed['tracking_code']}/confirm")
    await house.http.post(f"/api/v1/track/{reopened['tracking_code']}/reopen", json={"reason": "又响了。"})
    clock.ahead = timedelta(days=20)

    async def words() -> list[str | None]:
        return [(await tracked(house, each))["word"] for each in (confirmed, reopened, silent)]

    await eventually(words, lambda said: said[2] is not None)
    assert await words() == ["confirmed", "disputed", "silent"]


async def test_the_window_is_counted_in_the_days_on_which_the_body_works(house: IntakeHouse) -> None:
    today = datetime.now(UTC).date()
    week = tuple(today + timedelta(days=ahead) for ahead in range(-1, 8))
    common = {"occurred_at": datetime.now(UTC), "days_on": (), "terms": ()}
    hours = ("10:00-12:00",)
    await house.tell(inner.CalendarPublished(revision=2, hours=hours, days_off=week, **common))
    await house.tell(inner.CalendarPublished(revision=1, hours=("10:00-23:00",), days_off=(), **common))
    receipt = await house.submit(**FIRST)
    await closed(house, receipt)
    until = datetime.fromisoformat((await tracked(house, receipt))["word_until"])
    assert until.date() > week[-1]
    assert until.astimezone(ZoneInfo("Asia/Shanghai")).hour == 12


class _Cut(Exception):
    """The machine stopped here."""


async def test_a_stop_before_the_commit_leaves_the_silence_due_and_two_replicas_record_it_once(
    house: IntakeHouse, database_url: str
) -> None:
    for _ in range(3):
        await closed(house, await house.submit(**FIRST))
    moment = FixedClock(datetime.now(UTC))
    databases = [open_database(database_url) for _ in range(2)]
    outbox = OutboxTable(MESSAGING, body="zhaosu", service="intake", hand_over=lambda kept: None)
    writers = [Writer(database, moment, outbox) for database in databases]
    reader = Reader(databases[0])
    silence = Silence()

    async def cut(tx: Transaction) -> int:
        await silence.settle(tx)
        raise _Cut

    async with writers[0].running(), writers[1].running():
        assert await writers[0].run(silence.settle) == 0, "nobody is silent while there is time"
        moment.at += timedelta(days=30)
        with pytest.raises(_Cut):
            await writers[0].run(cut)
        assert await reader.scalar(select(func.count()).where(ISSUES.c.word == "silent")) == 0
        recorded = await asyncio.gather(*(writer.run(silence.settle) for writer in writers for _ in range(3)))
    assert sum(recorded) == 3
    assert await reader.scalar(select(func.count()).where(ISSUES.c.word == "silent")) == 3
    assert await reader.scalar(select(func.count()).where(TIMELINE.c.step == "silent")) == 3
    assert await silence.next_at(reader) is None
    for database in databases:
        await database.dispose()
