"""Puts reporting together: the only place that knows all its parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from nats.aio.msg import Msg
from prometheus_client import CollectorRegistry

from services.reporting.doings import Doings
from services.reporting.events import handlers
from services.reporting.http.api import figures_api
from services.reporting.http.pages import report_pages
from services.reporting.http.ways import ways_api
from services.reporting.lag import lag_of
from services.reporting.lateness import Lateness
from services.reporting.projection import live_projection
from services.reporting.queries import Reports
from services.reporting.rebuild import stream_at
from services.reporting.rebuilds import Rebuilds
from services.reporting.settings import uplink_stream, uplink_url
from services.reporting.tables import MESSAGING, MIGRATIONS
from services.reporting.ways import Ways
from shared.clock import Clock, SystemClock
from shared.contracts.event import Event
from shared.i18n import SHARED_LOCALE, Catalogues
from shared.messaging.handlers import Received
from shared.messaging.link import Durable
from shared.observe import Metrics
from shared.runtime import Runtime
from shared.settings import ServiceSettings
from shared.web.auth import TokenVerifier
from shared.web.factory import create_app
from shared.web.parked import parked_router
from shared.web.service import Service

HERE = Path(__file__).parent
PREFIXES = ("/reports", "/api/v1/figures", "/api/v1/reporting")


def build(settings: ServiceSettings, registry: CollectorRegistry | None = None, clock: Clock | None = None) -> Service:
    """Reporting of one body, wired and not started. Raises ValueError without ``nats_uplink_url``."""
    registry, clock = registry or CollectorRegistry(), clock or SystemClock()
    stream, url = uplink_stream(settings), uplink_url(settings)
    projection, ways = live_projection(), Ways(settings.body)
    runtime = Runtime(
        settings,
        clock,
        tables=MESSAGING,
        migrations=MIGRATIONS,
        handlers=handlers(projection, ways),
        durable=Durable(stream, "reporting-report-v1", (">",), linger=0.1),
        nats_url=url,
        parks_unknown=True,
        metrics=Metrics(registry, settings.service),
    )
    reports = Reports(
        runtime.reader, body=settings.body, tier=settings.tier, parent=settings.parent, time_zone=settings.time_zone
    )

    doings, lateness = Doings(runtime.reader), Lateness(runtime.reader)

    def read(message: Msg) -> Received[Event] | None:
        return runtime.consumer.read("", message.subject, message.headers, message.data)

    rebuilds = Rebuilds(
        writer=runtime.writer, open_source=partial(stream_at, url, stream), read=read, projection=projection, ways=ways
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with runtime.running(), rebuilds.running():
            yield

    app = create_app(
        settings=settings,
        verifier=TokenVerifier(settings.verify_keys, settings.body, clock),
        translations=Catalogues.load(SHARED_LOCALE, HERE / "locale"),
        templates=[HERE / "http" / "templates"],
        routers=[
            figures_api(reports, doings, lateness, rebuilds, partial(lag_of, runtime.link, stream)),
            ways_api(runtime.reader, runtime.writer, ways),
            parked_router(runtime, "reporting"),
            report_pages(reports, doings, lateness, clock),
        ],
        lifespan=lifespan,
        registry=registry,
        readiness=runtime.readiness,
    )
    return Service("reporting", app, PREFIXES, runtime.readiness)
