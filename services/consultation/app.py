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
from services.consultation.five_ones.counting import FiveOnesClock
from services.consultation.handing.news import HandingNews, watch_handings
from services.consultation.handing.received import ReceivedBriefs
from services.consultation.handing.upward import Upward
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
from services.consultation.http.five_ones_api import build_five_ones_api
from services.consultation.http.five_ones_pages import build_five_ones_pages
from services.consultation.http.pages import build_pages
from services.consultation.http.received_api import build_received_api
from services.consultation.http.received_pages import build_received_pages
from services.consultation.http.referral_pages import build_referral_pages
from services.consultation.http.reply_pages import build_reply_pages
from services.consultation.http.research_api import build_research_api
from services.consultation.http.research_pages import build_research_pages
from services.consultation.http.research_record_pages import build_research_record_pages
from services.consultation.invitations import Invitations
from services.consultation.photos import MOST_AT_ONCE, MOST_BYTES
from services.consultation.reply_links import ReplyLinks
from services.consultation.settings import ConsultationSettings
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
from shared.messaging.neighbours import NextTo, handed_link, near_bodies
from shared.messaging.neighbours import heard as heard_when_near
from shared.observe import Metrics
from shared.runtime import Runtime, inner_durable
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
    "/api/v1/research",
    "/office/research",
    "/api/v1/five-ones",
    "/office/five-ones",
)

BRIEFS_HANDED = ("from.*.doorstep.*.handover.brief.>", "doorstep.*.handover.brief.>")
"""Of what is handed to the body, what is about briefs: from below and from above. The rest is routing's."""
UPLOADS = Uploads(
    re.compile(
        r"/work/[^/]+/visits|/api/v1/cases/[^/]+/entries/[^/]+/photos|(?:/office|/api/v1)/research/finds/[^/]+/photos"
    ),
    MOST_AT_ONCE * MOST_BYTES,
)
"""Where photographs are sent; everything else that is said here is short."""


def build(
    settings: ConsultationSettings, registry: CollectorRegistry | None = None, clock: Clock | None = None
) -> Service:
    """Consultation of one body, wired; nothing is connected before its app's lifespan."""
    registry, clock = registry or CollectorRegistry(), clock or SystemClock()
    near = near_bodies(settings)
    next_to = NextTo(settings.body, near)
    news, briefs = HandingNews(settings.body), Briefs(settings.time_zone)
    upward = Upward(next_to, news, briefs, settings.brief_answer_days)
    received = ReceivedBriefs(next_to, news, upward, settings.time_zone)
    heard = handlers(upward, received)
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
    handing_dates = watch_handings(news, runtime.reader, runtime.writer, clock)
    desk = Desk(
        writer=runtime.writer,
        reader=runtime.reader,
        arrivals=runtime.arrivals,
        vault=HttpVault(neighbours),
        consultations=Consultations(settings.time_zone, rule),
        sessions=Sessions(settings.time_zone, commitments),
        commitments=commitments,
        rule=rule,
        briefs=briefs,
        upward=upward,
        received=received,
        referrals=Referrals(links),
        threads=Threads(runtime.reader, links, clock),
        books=books,
        deadlines=DeadlineBook(runtime.reader, clock),
        invitations=Invitations(books.consultations, clock, station_name, body=settings.body, origin=settings.origin),
    )

    handed = handed_link(settings, runtime, *BRIEFS_HANDED)
    deadline_clock = DeadlineClock(runtime.reader, runtime.writer, clock, settings.time_zone)
    five_ones = FiveOnesClock(runtime.reader, runtime.writer, settings.time_zone)
    duties = [
        deadline_clock.watched,
        handing_dates.watched,
        five_ones.watched,
        *([handed.reading] if handed is not None else []),
    ]
    runtime.when_told(handing_dates.wake)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with neighbours, names.running(), runtime.running(*duties), heard_when_near(handed, near):
            yield

    app = create_app(
        settings=settings,
        verifier=TokenVerifier(settings.verify_keys, settings.body, clock),
        translations=Catalogues.load(SHARED_LOCALE, HERE / "locale"),
        templates=[HERE / "http" / "templates"],
        routers=[
            build_api(desk, settings.time_zone),
            build_consultation_api(desk),
            build_received_api(desk),
            build_brief_api(desk),
            build_case_api(desk),
            build_deadline_api(desk),
            build_research_api(desk),
            build_five_ones_api(desk, settings.time_zone),
            parked_router(runtime, settings.service),
            ledger_router(runtime, settings.service),
            build_reply_pages(desk),
            build_referral_pages(desk),
            build_pages(desk),
            build_consultation_pages(desk, clock, settings.time_zone),
            build_commitment_pages(desk),
            build_activity_pages(desk, settings.time_zone),
            build_received_pages(desk),
            build_brief_pages(desk),
            build_deadline_pages(desk),
            build_research_pages(desk),
            build_five_ones_pages(desk, settings.time_zone),
            build_research_record_pages(desk, settings.time_zone),
            build_case_pages(desk, settings.time_zone),
        ],
        lifespan=lifespan,
        registry=registry,
        readiness=runtime.readiness,
        uploads=UPLOADS,
        names=names,
    )
    return Service(settings.service, app, PREFIXES, runtime.readiness)
