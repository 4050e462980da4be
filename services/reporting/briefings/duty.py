"""Writes the briefing when it is due, and has notify send it: the duty of the process that leads.

Written first, under its week; then notify is told, as often as it takes, and makes one letter of one week however often
it hears of it. So a process that dies anywhere in between neither loses a briefing nor sends one twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date

import structlog

from services.reporting.briefings.facts import week_facts
from services.reporting.briefings.keeping import Briefings
from services.reporting.briefings.week import days_of, due_week
from services.reporting.charts.counting import Counting
from services.reporting.public.showing import Showings
from services.reporting.queries import Reports
from shared.clock import Clock
from shared.tasks import stop
from shared.web.neighbours import neighbour_client
from shared.workdays import WorkCalendar

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 30.0


class BriefingDuty:
    """Looks at the clock for one body."""

    def __init__(
        self,
        *,
        reports: Reports,
        counting: Counting,
        showings: Showings,
        briefings: Briefings,
        clock: Clock,
        neighbours: str,
        token: Callable[[], str],
    ) -> None:
        """``neighbours``: where notify answers; ``token`` gives a service token that is still good."""
        self._reports = reports
        self._counting = counting
        self._showings = showings
        self._briefings = briefings
        self._clock = clock
        self._neighbours = neighbours
        self._token = token

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look while inside."""
        task = asyncio.create_task(self._run(), name="briefings")
        try:
            yield
        finally:
            await stop(task)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:
                log.warning("briefing-waits", error=repr(error))
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def look(self) -> None:
        """Write what is due, and tell notify what it has not heard. Raises httpx.HTTPError while notify is away."""
        await self._write()
        unsent = await self._briefings.unsent()
        if not unsent:
            return
        async with neighbour_client(self._neighbours) as http:
            for week in unsent:
                headers = {"Authorization": f"Bearer {self._token()}"}
                answer = await http.put(f"/api/v1/notify/briefings/{week.isoformat()}", headers=headers)
                answer.raise_for_status()
                await self._briefings.sent(week)
                log.info("briefing-sent", week=week.isoformat())

    async def _write(self) -> None:
        own = (await self._reports.bodies())[0]
        week = await self._due(own.time_zone)
        if week is None or await self._briefings.is_there(week):
            return
        # Of a week in which the body had not begun yet, nobody wants to be told.
        if not await self._reports.had_begun(own, days_of(week)):
            return
        await self._briefings.write(await week_facts(self._reports, self._counting, own, week))

    async def _due(self, zone: str) -> date | None:
        choice = (await self._showings.present()).choice
        return due_week(self._clock.now(), choice, zone, WorkCalendar(zone).working_day_from)
