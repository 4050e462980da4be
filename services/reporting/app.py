"""Puts reporting together: the only place that knows all its parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from nats.aio.msg import Msg
from prometheus_client import CollectorRegistry

from services.reporting.behind import Behind
from services.reporting.briefings.duty import BriefingDuty
from services.reporting.briefings.keeping import Briefings
from services.reporting.charts.counting import Counting
from services.reporting.doings import Doings
from services.reporting.events import handlers
from services.reporting.exports.as_pdf import Printer
from services.reporting.exports.facts import facts_of
from services.reporting.http.api import figures_api
from services.reporting.http.behind import behind_api, behind_pages
from services.reporting.http.briefing_pages import briefing_api, briefing_pages
from services.reporting.http.dashboard import dashboard_pages, export_api
from services.reporting.http.definitions_api import definitions_api
from services.reporting.http.late_api import late_api
from services.reporting.http.late_pages import late_pages
from services.reporting.http.ledger_api import TierLedgers, ledger_api
from services.reporting.http.pages import report_pages
from services.reporting.http.public_pages import public_api, public_pages
from services.reporting.http.rollup_api import rollup_api
from services.reporting.http.showing_pages import showing_api, showing_pages
from services.reporting.http.tier_pages import tier_pages
from services.reporting.http.tiers_api import tiers_api
from services.reporting.http.ways import ways_api
from services.reporting.lag import lag_of
from services.reporting.late import Late
from services.reporting.lateness import Lateness
from services.reporting.ledger.alarms import Alarms
from services.reporting.ledger.between import between_tiers
from services.reporting.ledger.freshening import Freshening
from services.reporting.ledger.held import hold
from services.reporting.ledger.holdings import Holdings
from services.reporting.ledger.neighbours import http_ledgers
from services.reporting.projection import live_projection
from services.reporting.public.figures import PublicReports
from services.reporting.public.showing import Showings
from services.reporting.queries import Reports
from services.reporting.rebuilding.rebuild import stream_at
from services.reporting.rebuilding.rebuilds import Rebuilds
from services.reporting.rebuilding.replay import StreamReplay
from services.reporting.rebuilding.unread import ReadingAgain, UnreadFields
from services.reporting.rollup import Rollups
from services.reporting.settings import ReportingSettings, uplink_stream, uplink_url
from services.reporting.tables import MESSAGING, MIGRATIONS
from services.reporting.tiers.links import Links
from services.reporting.tiers.looking import Looking
from services.reporting.tiers.outboxes import Outboxes
from services.reporting.tiers.topology import Topology
from services.reporting.tiers.watch import Watch
from services.reporting.ways import Ways
from shared.clock import Clock, SystemClock
from shared.contracts.envelope import event_id_of
from shared.contracts.event import Event
from shared.i18n import SHARED_LOCALE, Catalogues
from shared.messaging.chain import HASH
from shared.messaging.handlers import Received
from shared.messaging.link import Durable
from shared.observe import Metrics
from shared.runtime import Runtime
from shared.web.auth import Role, TokenSigner, TokenVerifier
from shared.web.factory import create_app
from shared.web.names import NameBook
from shared.web.neighbours import neighbour_client
from shared.web.parked import parked_router
from shared.web.service import Service

HERE = Path(__file__).parent
TOKEN_LIFETIME = timedelta(minutes=5)
PREFIXES = (
    "/reports",
    "/office/tiers",
    "/public",
    "/api/v1/figures",
    "/api/v1/public",
    "/api/v1/reporting",
    "/api/v1/tiers",
)


def build(
    settings: ReportingSettings, registry: CollectorRegistry | None = None, clock: Clock | None = None
) -> Service:
    """Reporting of one body, wired and not started. Raises ValueError without ``nats_uplink_url``."""
    registry, clock = registry or CollectorRegistry(), clock or SystemClock()
    stream, url = uplink_stream(settings), uplink_url(settings)
    projection, ways, unread = live_projection(settings.time_zone), Ways(settings.body), UnreadFields()
    runtime = Runtime(
        settings,
        clock,
        tables=MESSAGING,
        migrations=MIGRATIONS,
        handlers=handlers(projection, ways, unread),
        durable=Durable(stream, "reporting-report-v1", (">",), linger=0.1),
        nats_url=url,
        parks_unknown=True,
        witness=hold,
        metrics=Metrics(registry, settings.service),
    )
    reports = Reports(
        runtime.reader, body=settings.body, tier=settings.tier, parent=settings.parent, time_zone=settings.time_zone
    )

    doings, lateness = Doings(runtime.reader), Lateness(runtime.reader)

    holdings = Holdings(runtime.reader)
    left_out: set[str] = set()

    def read(message: Msg) -> Received[Event] | None:
        if message.headers and message.headers.get(HASH) in left_out:
            return None
        return runtime.consumer.read(event_id_of(message.headers) or "", message.subject, message.headers, message.data)

    @asynccontextmanager
    async def source() -> AsyncIterator[StreamReplay]:
        left_out.clear()
        left_out.update(await holdings.set_aside())
        async with stream_at(url, stream) as replay:
            yield replay

    rebuilds = Rebuilds(
        writer=runtime.writer,
        reader=runtime.reader,
        tell=runtime.leading.tell,
        open_source=source,
        read=read,
        projection=projection,
        ways=ways,
    )
    runtime.when_told(rebuilds.look)
    signer = TokenSigner(settings.service, settings.signing_key.get_secret_value(), settings.body, clock)
    alarms, tiers = Alarms(registry), TierLedgers(holdings)

    def token() -> str:
        return signer.sign(subject=settings.service, role=Role.SERVICE, lifetime=TOKEN_LIFETIME)

    reading_again = ReadingAgain(unread, runtime.reader, rebuilds, runtime.writer)
    looking = Looking(runtime.link, stream, settings.body, clock)
    links = Links(runtime.reader, runtime.writer, settings.parent)
    watch = Watch(looking, links, clock, settings.tier_look_seconds, registry)
    neighbours = neighbour_client(settings.neighbours)
    topology = Topology(
        reports,
        watch,
        runtime.keeping,
        parent=settings.parent,
        silent_after=timedelta(hours=settings.tier_silent_hours),
    )
    rollups, behind = Rollups(reports, topology), Behind(runtime.reader, settings.body)
    duties = [rebuilds.running, reading_again.running, Freshening(holdings, rebuilds, runtime.writer).running]
    outboxes = Outboxes(neighbours)
    late, names = Late(runtime.reader, settings.body), NameBook(settings.neighbours)
    counting, printer = Counting(runtime.reader), Printer()
    counted = partial(facts_of, reports, counting)
    public, showings = PublicReports(reports, counted, clock), Showings(runtime.reader, runtime.writer)
    briefings = Briefings(runtime.reader, runtime.writer)
    briefing = BriefingDuty(
        reports=reports,
        counting=counting,
        showings=showings,
        briefings=briefings,
        clock=clock,
        neighbours=settings.neighbours,
        token=token,
    )
    duties.append(briefing.running)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with (
            neighbours,
            names.running(),
            runtime.running(*duties),
            watch.running(),
            http_ledgers(settings.neighbours, token) as ledgers,
            between_tiers(
                tiers, settings=settings, runtime=runtime, stream=stream, url=url, ledgers=ledgers, alarms=alarms
            ),
        ):
            yield

    app = create_app(
        settings=settings,
        verifier=TokenVerifier(settings.verify_keys, settings.body, clock),
        translations=Catalogues.load(SHARED_LOCALE, HERE / "locale"),
        templates=[HERE / "http" / "templates"],
        routers=[
            figures_api(reports, doings, lateness, rebuilds, partial(lag_of, runtime.link, stream)),
            definitions_api(),
            rollup_api(rollups),
            behind_api(behind, reports),
            behind_pages(behind, reports, rollups),
            ledger_api(tiers),
            ways_api(runtime.reader, runtime.writer, ways),
            parked_router(runtime, "reporting"),
            report_pages(reports, rollups, doings, lateness, clock),
            tiers_api(topology, outboxes),
            tier_pages(topology, outboxes, tiers),
            late_api(late),
            late_pages(late, reports),
            dashboard_pages(reports, counted, names, clock),
            export_api(reports, counted, names, printer),
            public_api(public, showings),
            public_pages(public, showings),
            showing_api(showings),
            showing_pages(showings),
            briefing_pages(briefings, names, printer),
            briefing_api(briefings),
        ],
        lifespan=lifespan,
        registry=registry,
        readiness=runtime.readiness,
        names=names,
    )
    return Service("reporting", app, PREFIXES, runtime.readiness)
