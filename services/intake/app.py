"""Intake, put together: the one place that knows which part is given to which."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.intake.answers import HttpAnswers
from services.intake.entry import Intake
from services.intake.events import handlers
from services.intake.http.api import build_api
from services.intake.http.desk_pages import build_desk_pages
from services.intake.http.pages import build_pages
from services.intake.http.search_api import search_api
from services.intake.places import PlaceBook
from services.intake.settings import IntakeSettings
from services.intake.tables import MESSAGING
from services.intake.usecases.clock import Timekeeper
from services.intake.usecases.drafts import Drafts
from services.intake.usecases.follow import Following
from services.intake.usecases.hear import Hearing
from services.intake.usecases.joining import Joining
from services.intake.usecases.likely import Likely
from services.intake.usecases.receive import Receptions
from services.intake.usecases.roster import RosterNews
from services.intake.usecases.searching import WordSearch
from services.intake.usecases.silence import Silence
from services.intake.usecases.submit import Submissions
from services.intake.usecases.vault import Vault
from services.intake.usecases.window import Window
from shared.clock import Clock, SystemClock
from shared.i18n import SHARED_LOCALE, Catalogues
from shared.observe import Metrics
from shared.runtime import Runtime, inner_durable
from shared.web.auth import TokenSigner, TokenVerifier
from shared.web.factory import create_app
from shared.web.ledger import ledger_router
from shared.web.names import NameBook
from shared.web.neighbours import neighbour_client
from shared.web.parked import parked_router
from shared.web.service import Service

HERE = Path(__file__).parent
PREFIXES = (
    "/",
    "/s",
    "/track",
    "/desk",
    "/api/v1/issues",
    "/api/v1/track",
    "/api/v1/receptions",
    "/api/v1/vault",
    "/api/v1/intake",
)


def build(settings: IntakeSettings, registry: CollectorRegistry | None = None, clock: Clock | None = None) -> Service:
    """Intake of one body, wired; nothing is connected before its app's lifespan.

    Raises ValueError without a vault secret: everybody could work out the tracking codes.
    """
    vault_secret = settings.vault_secret.get_secret_value().encode()
    if not vault_secret:
        raise ValueError("intake needs vault_secret")
    clock = clock or SystemClock()
    registry = registry or CollectorRegistry()
    place_book = PlaceBook(clock)
    window = Window(settings.time_zone, settings.word_window_days)
    heard = handlers(RosterNews(place_book), Hearing(window))
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
    signer = TokenSigner(settings.service, settings.signing_key.get_secret_value(), settings.body, clock)
    submissions = Submissions(runtime.writer, vault_secret)
    drafts = Drafts(runtime.writer, runtime.reader, submissions, settings.draft_minutes)
    timekeeper = Timekeeper(
        (drafts, Silence()),
        runtime.reader,
        runtime.writer,
        clock,
        look_again_seconds=settings.look_again_seconds,
    )
    intake = Intake(
        clock=clock,
        reader=runtime.reader,
        arrivals=runtime.arrivals,
        place_book=place_book,
        submissions=submissions,
        likely=Likely(runtime.reader, clock, vault_secret, settings.likely_closed_days),
        drafts=drafts,
        receptions=Receptions(runtime.writer, submissions),
        following=Following(runtime.writer, runtime.reader, runtime.arrivals, settings.word_window_days),
        joining=Joining(runtime.writer, runtime.reader, runtime.arrivals),
        vault=Vault(runtime.writer, runtime.reader, runtime.arrivals),
        answers=HttpAnswers(neighbours, signer),
        origin=settings.origin,
        zone=settings.time_zone,
        body=settings.body,
        draft_minutes=settings.draft_minutes,
    )

    names = NameBook(settings.neighbours)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with neighbours, names.running(), runtime.running(timekeeper.watching):
            yield

    app = create_app(
        settings=settings,
        verifier=TokenVerifier(settings.verify_keys, settings.body, clock),
        translations=Catalogues.load(SHARED_LOCALE, HERE / "locale"),
        templates=[HERE / "http" / "templates"],
        routers=[
            build_api(intake),
            search_api(WordSearch(runtime.writer, runtime.reader)),
            parked_router(runtime, settings.service),
            ledger_router(runtime, settings.service),
            build_pages(intake),
            build_desk_pages(intake),
        ],
        lifespan=lifespan,
        registry=registry,
        readiness=runtime.readiness,
        names=names,
    )
    return Service(settings.service, app, PREFIXES, runtime.readiness)
