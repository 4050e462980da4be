"""Puts notify together: the only place that knows all its parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.notify.events import handlers
from services.notify.http.api import briefings_api, notices_api
from services.notify.http.pages import notice_pages
from services.notify.letters import Letters
from services.notify.neighbours import http_neighbours
from services.notify.notices import Notices
from services.notify.postbox import SmtpPostbox
from services.notify.queries import DeliveryLog
from services.notify.sender import Sender
from services.notify.settings import NotifySettings
from services.notify.tables import MESSAGING, MIGRATIONS
from services.notify.tally import Tally
from shared.clock import Clock, SystemClock
from shared.i18n import SHARED_LOCALE, Catalogues
from shared.observe import Metrics
from shared.runtime import Runtime, inner_durable
from shared.web.auth import Role, TokenSigner, TokenVerifier
from shared.web.factory import create_app
from shared.web.names import NameBook
from shared.web.parked import parked_router
from shared.web.service import Service

HERE = Path(__file__).parent
PREFIXES = ("/notices", "/api/v1/notices", "/api/v1/notify")
TOKEN_LIFETIME = timedelta(minutes=5)


def build(settings: NotifySettings, registry: CollectorRegistry | None = None, clock: Clock | None = None) -> Service:
    """Notify of one body, wired and not started."""
    registry, clock = registry or CollectorRegistry(), clock or SystemClock()
    known = handlers()
    runtime = Runtime(
        settings,
        clock,
        tables=MESSAGING,
        migrations=MIGRATIONS,
        handlers=known,
        durable=inner_durable(settings, known),
        metrics=Metrics(registry, settings.service),
    )
    translations = Catalogues.load(SHARED_LOCALE, HERE / "locale")
    names = NameBook(settings.neighbours)
    letters = Letters(
        translations,
        body=settings.body,
        body_names=settings.body_names,
        time_zone=settings.time_zone,
        default_language=settings.default_language,
        called=names.called,
    )
    signer = TokenSigner(settings.service, settings.signing_key.get_secret_value(), settings.body, clock)
    tally = Tally(registry)
    delivery_log = DeliveryLog(runtime.reader)

    def token() -> str:
        return signer.sign(subject=settings.service, role=Role.SERVICE, lifetime=TOKEN_LIFETIME)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with names.running(), http_neighbours(settings.neighbours, token, clock) as neighbours:
            sender = Sender(
                notices=Notices(runtime.reader, runtime.writer, clock),
                neighbours=neighbours,
                postbox=SmtpPostbox(settings.smtp_url),
                letters=letters,
                arrivals=runtime.arrivals,
                clock=clock,
                tally=tally,
                mail_from=settings.mail_from,
                origin=settings.origin,
                mails_per_second=settings.mails_per_second,
            )
            async with runtime.running(sender.running):
                yield

    app = create_app(
        settings=settings,
        verifier=TokenVerifier(settings.verify_keys, settings.body, clock),
        translations=translations,
        templates=[HERE / "http" / "templates"],
        routers=[
            notices_api(delivery_log),
            briefings_api(runtime.writer, runtime.arrivals),
            parked_router(runtime, "notify"),
            notice_pages(delivery_log),
        ],
        lifespan=lifespan,
        registry=registry,
        readiness=runtime.readiness,
        names=names,
    )
    return Service("notify", app, PREFIXES, runtime.readiness)
