"""Consultation, put together: the one place that knows which part is given to which."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.consultation.desk import Desk
from services.consultation.events import handlers
from services.consultation.http.api import build_api
from services.consultation.http.case_pages import build_case_pages
from services.consultation.http.pages import build_pages
from services.consultation.tables import MESSAGING
from services.consultation.usecases.consultations import Consultations
from services.consultation.vault import HttpVault
from shared.clock import Clock, SystemClock
from shared.i18n import SHARED_LOCALE, Catalogues
from shared.observe import Metrics
from shared.runtime import Runtime, inner_durable
from shared.settings import ServiceSettings
from shared.web.auth import TokenVerifier
from shared.web.factory import create_app
from shared.web.parked import parked_router
from shared.web.service import Service

HERE = Path(__file__).parent
PREFIXES = (
    "/work",
    "/api/v1/cases",
    "/api/v1/surveys",
    "/api/v1/consultations",
    "/api/v1/commitments",
    "/api/v1/activities",
    "/api/v1/answers",
    "/api/v1/consultation",
)


def build(settings: ServiceSettings, registry: CollectorRegistry | None = None, clock: Clock | None = None) -> Service:
    """Consultation of one body, wired; nothing is connected before its app's lifespan."""
    registry, clock = registry or CollectorRegistry(), clock or SystemClock()
    heard = handlers()
    runtime = Runtime(
        settings,
        clock,
        tables=MESSAGING,
        migrations=HERE / "migrations",
        handlers=heard,
        durable=inner_durable(settings, heard, linger=0.03),
        metrics=Metrics(registry, settings.service),
    )
    neighbours = httpx.AsyncClient(base_url=settings.neighbours)
    desk = Desk(
        writer=runtime.writer,
        reader=runtime.reader,
        arrivals=runtime.arrivals,
        vault=HttpVault(neighbours),
        consultations=Consultations(settings.time_zone),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with neighbours, runtime.running():
            yield

    app = create_app(
        settings=settings,
        verifier=TokenVerifier(settings.verify_keys, settings.body, clock),
        translations=Catalogues.load(SHARED_LOCALE, HERE / "locale"),
        templates=[HERE / "http" / "templates"],
        lifespan=lifespan,
        registry=registry,
        readiness=runtime.readiness,
    )
    app.include_router(build_api(desk))
    app.include_router(parked_router(runtime, settings.service))
    app.include_router(build_pages(desk, settings.time_zone))
    app.include_router(build_case_pages(desk, settings.time_zone))
    return Service(settings.service, app, PREFIXES, runtime.readiness)
