"""Consultation, put together: the one place that knows which part is given to which."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.consultation.books import open_books
from services.consultation.deadlines.book import DeadlineBook
from services.consultation.deadlines.clock import DeadlineClock
from services.consultation.desk import Desk
from services.consultation.events import handlers
from services.consultation.http.activity_pages import build_activity_pages
from services.consultation.http.api import build_api
from services.consultation.http.brief_api import build_brief_api
from services.consultation.http.brief_pages import build_brief_pages
from services.consultation.http.case_api import build_case_api
from services.consultation.http.case_pages import build_case_pages
from services.consultation.http.commitment_pages import build_commitment_pages
from services.consultation.http.consultation_api import build_consultation_api
from services.consultation.http.consultation_pages import build_consultation_pages
from services.consultation.http.deadline_api import build_deadline_api
from services.consultation.http.deadline_pages import build_deadline_pages
from services.consultation.http.pages import build_pages
from services.consultation.http.referral_pages import build_referral_pages
from services.consultation.http.reply_pages import build_reply_pages
from services.consultation.invitations import Invitations
from services.consultation.photos import MOST_AT_ONCE, MOST_BYTES
from services.consultation.reply_links import ReplyLinks
from services.consultation.tables import MESSAGING
from services.consultation.threads import Threads
from services.consultation.usecases.briefs import Briefs
from services.consultation.usecases.commitments import Commitments
from services.consultation.usecases.consultations import Consultations
from services.consultation.usecases.referrals import Referrals
from services.consultation.usecases.relaxing import SurveyRule
from services.consultation.usecases.sessions import Sessions
from services.consultation.vault import HttpVault
from shared.clock import Clock, SystemClock
from shared.i18n import SHARED_LOCALE, Catalogues
from shared.observe import Metrics
from shared.runtime import Runtime, inner_durable
from shared.settings import ServiceSettings
from shared.web.auth import TokenVerifier
from shared.web.edge import Uploads
from shared.web.factory import create_app
from shared.web.ledger import ledger_router
from shared.web.names import NameBook
from shared.web.neighbours import neighbour_client
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
    "/api/v1/briefs",
    "/api/v1/answers",
    "/api/v1/deadlines",
    "/office/deadlines",
    "/api/v1/referrals",
    "/reply",
    "/api/v1/consultation",
)

UPLOADS = Uploads(re.compile(r"/work/[^/]+/visits|/api/v1/cases/[^/]+/entries/[^/]+/photos"), MOST_AT_ONCE * MOST_BYTES)
"""Where photographs are sent; everything else that is said here is short."""


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
    neighbours = neighbour_client(settings.neighbours)
    links = ReplyLinks(settings.signing_key.get_secret_value(), settings.body, settings.origin)
    rule, commitments = SurveyRule(settings.time_zone), Commitments(settings.time_zone)
    books = open_books(runtime.reader, clock, settings.time_zone)
    names = NameBook(settings.neighbours)
    station_name = partial(names.called, "station", language=settings.default_language)
    desk = Desk(
        writer=runtime.writer,
        reader=runtime.reader,
        arrivals=runtime.arrivals,
        vault=HttpVault(neighbours),
        consultations=Consultations(settings.time_zone, rule),
        sessions=Sessions(settings.time_zone, commitments),
        commitments=commitments,
        rule=rule,
        briefs=Briefs(settings.time_zone),
        referrals=Referrals(links),
        threads=Threads(runtime.reader, links, clock),
        books=books,
        deadlines=DeadlineBook(runtime.reader, clock),
        invitations=Invitations(books.consultations, clock, station_name, body=settings.body, origin=settings.origin),
    )

    deadline_clock = DeadlineClock(runtime.reader, runtime.writer, clock, settings.time_zone)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with neighbours, names.running(), runtime.running(), deadline_clock.watched():
            yield

    app = create_app(
        settings=settings,
        verifier=TokenVerifier(settings.verify_keys, settings.body, clock),
        translations=Catalogues.load(SHARED_LOCALE, HERE / "locale"),
        templates=[HERE / "http" / "templates"],
        routers=[
            build_api(desk, settings.time_zone),
            build_consultation_api(desk),
            build_brief_api(desk),
            build_case_api(desk),
            build_deadline_api(desk),
            parked_router(runtime, settings.service),
            ledger_router(runtime, settings.service),
            build_reply_pages(desk),
            build_referral_pages(desk),
            build_pages(desk),
            build_consultation_pages(desk, clock, settings.time_zone),
            build_commitment_pages(desk),
            build_activity_pages(desk, settings.time_zone),
            build_brief_pages(desk),
            build_deadline_pages(desk),
            build_case_pages(desk, settings.time_zone),
        ],
        lifespan=lifespan,
        registry=registry,
        readiness=runtime.readiness,
        uploads=UPLOADS,
        names=names,
    )
    return Service(settings.service, app, PREFIXES, runtime.readiness)
