"""The briefing is written when its day comes, once, and notify hears of it until it has said that it did."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.reporting.briefings import duty
from shared.clock import FixedClock
from shared.web.auth import Role
from tests.integration.reporting_run import ReportingUnderTest, closed, reporting_of_ili, submitted
from tests.servers import NatsServer

MONDAY = datetime(2023, 3, 6, 1, tzinfo=UTC)  # nine in the morning in Shanghai
DAY = timedelta(days=1)
PAST = "/api/v1/reporting/briefings"


class NotifyUnderTest(ThreadingHTTPServer):
    """Writes down what it is told, and answers as it was told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Told)
        self.told: list[str] = []
        self.away = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Told(BaseHTTPRequestHandler):
    server: NotifyUnderTest

    def do_PUT(self) -> None:
        self.server.told.append(self.path.rpartition("/")[2])
        self.send_response(503 if self.server.away else 204)
        self.end_headers()

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def notify() -> Iterator[NotifyUnderTest]:
    server = NotifyUnderTest()
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    yield server
    server.shutdown()
    serving.join()
    server.server_close()


async def weeks(ili: ReportingUnderTest, wanted: list[str]) -> None:
    async with asyncio.timeout(20):
        while (await ili.get(PAST)).json()["items"] != wanted:  # noqa: ASYNC110 (a clock's duty cannot call us)
            await asyncio.sleep(0.02)


async def heard(notify: NotifyUnderTest, count: int) -> None:
    async with asyncio.timeout(20):
        while len(notify.told) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_written_once_and_told_until_notify_has_it(
    nats_server: NatsServer, database_url: str, notify: NotifyUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duty, "LOOK_EVERY_SECONDS", 0.02)
    clock = FixedClock(MONDAY + 7 * DAY - timedelta(minutes=61))
    notify.away = True
    async with reporting_of_ili(nats_server, database_url, clock, neighbours_url=notify.url) as ili:
        await ili.report(
            [
                ("1", submitted("before", MONDAY - DAY, "noise")),
                ("2", submitted("one", MONDAY, "noise")),
                ("3", submitted("two", MONDAY + DAY, "roads")),
                ("4", closed("one", 3, MONDAY + 2 * DAY, "solved")),
            ],
            "ili",
        )
        await ili.caught_up()
        # What came before the first look is briefed on as it was then: the week of the 27th, with nothing of the next.
        await weeks(ili, ["2023-02-27"])
        clock.at = MONDAY + 7 * DAY
        await weeks(ili, ["2023-03-06", "2023-02-27"])
        await heard(notify, 3)
        assert "2023-03-06" not in notify.told, "the older one first, until notify has it"
    # As after a kill: written, and not yet said to be sent.
    notify.away = False
    async with reporting_of_ili(nats_server, database_url, clock, neighbours_url=notify.url) as ili:
        already = len(notify.told)
        await heard(notify, already + 2)
        await asyncio.sleep(0.2)  # ten more looks of the duty, none of which may say it again
        assert notify.told[already:] == ["2023-02-27", "2023-03-06"]
        facts = (await ili.get(f"{PAST}/2023-03-06")).json()
        assert (facts["figures"]["opinions_collected"], facts["before"]["opinions_collected"]) == (2, 1)
        page = (await ili.get("/reports/briefings/2023-03-06")).text
        assert "2，比前一周多 1。" in page and page.count('role="img"') == 4
        assert (await ili.get("/reports/briefings/2023-03-06", Role.MEMBER)).status_code == 403
        letter = await ili.get(f"{PAST}/2023-03-06/letter", Role.SERVICE, language="ug")
        assert letter.json()["sentences"][1].endswith("2، ئالدىنقى ھەپتىدىن 1 كۆپ.")
        assert (await ili.get(f"{PAST}/2023-03-13")).json()["errors"][0]["field"] == "week"


async def test_nobody_is_told_of_a_week_before_the_body_began(
    nats_server: NatsServer, database_url: str, notify: NotifyUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duty, "LOOK_EVERY_SECONDS", 0.02)
    clock = FixedClock(MONDAY + 6 * DAY)
    async with reporting_of_ili(nats_server, database_url, clock, neighbours_url=notify.url) as ili:
        await ili.report([("1", submitted("first", MONDAY, "noise"))], "ili")
        await ili.caught_up()
        await asyncio.sleep(0.2)  # ten looks of the duty
        clock.at = MONDAY + 7 * DAY
        await heard(notify, 1)
        assert (await ili.get(PAST)).json()["items"] == ["2023-03-06"]
