"""Routing, put together: the one place that knows which part is given to which."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Gauge

from services.routing.announcements import Announcements
from services.routing.calendar.book import CalendarBook
from services.routing.calendar.editing import CalendarEditing
from services.routing.calendar.keeping import CalendarKeeping
from services.routing.entry import Routing
from services.routing.events import handlers
from services.routing.handover.clock import HandoverClock
from services.routing.handover.keeping import HandoverKeeping
from services.routing.handover.names import VaultNames
from services.routing.handover.parties import Correspondence, Neighbours
from services.routing.handover.sending import Sending, Terms
from services.routing.handover.taking import Taking
from services.routing.http import refusals
from services.routing.http.api import build_api
from services.routing.http.calendar_api import build_calendar_api
from services.routing.http.calendar_pages import build_calendar_pages
from services.routing.http.coverage_api import build_coverage_api
from services.routing.http.coverage_pages import build_coverage_pages
from services.routing.http.handover_api import build_handover_api
from services.routing.http.handover_pages import build_handover_pages
from services.routing.http.member_pages import build_member_pages
from services.routing.http.office_pages import build_office_pages
from services.routing.http.order_api import build_order_api
from services.routing.http.order_pages import build_order_pages
from services.routing.http.queue_pages import build_queue_pages
from services.routing.http.roster_api import build_roster_api
from services.routing.http.roster_pages import build_roster_pages
from services.routing.http.rule_api import build_rule_api
from services.routing.http.rule_pages import build_rule_pages
from services.routing.http.sign_in_pages import build_sign_in_pages
from services.routing.http.station_pages import build_station_pages
from services.routing.http.supervision_api import build_supervision_api
from services.routing.http.supervision_pages import build_supervision_pages
from services.routing.http.unit_api import build_unit_api
from services.routing.http.unit_pages import build_unit_pages
from services.routing.orderkeeping import OrderKeeping
from services.routing.parked import HttpParkedEvents
from services.routing.passwords import Passwords
from services.routing.queries import Queries
from services.routing.queue import Queue
from services.routing.roster.book import RosterBook
from services.routing.rosterkeeping import RosterKeeping
from services.routing.rule.book import RuleBook
from services.routing.rule.editing import RuleEditing
from services.routing.rulekeeping import RuleKeeping
from services.routing.settings import RoutingSettings
from services.routing.supervision.keeping import SupervisionKeeping
from services.routing.supervision.late import ReportedLate
from services.routing.supervision.news import SupervisionNews
from services.routing.supervision.overdue import watch_supervisions
from services.routing.supervision.pressed import Pressed
from services.routing.supervision.pressing import Pressing
from services.routing.tables import MESSAGING
from services.routing.usecases.accounts import Accounts
from services.routing.usecases.answering import Answering
from services.routing.usecases.assigning import Assigning
from services.routing.usecases.deadlines import Deadlines, TimingOut
from services.routing.usecases.deciding import Deciding
from services.routing.usecases.dispatching import Dispatching
from services.routing.usecases.joining import Joining
from services.routing.usecases.roster_editing import RosterEditing
from services.routing.usecases.sign_in import SignIn
from services.routing.usecases.stepping_in import SteppingIn
from services.routing.usecases.trying_again import TryingAgain
from services.routing.words import VaultWords
from shared.clock import Clock, SystemClock
from shared.i18n import SHARED_LOCALE, Catalogues
from shared.messaging.neighbours import handed_link, near_bodies
from shared.messaging.neighbours import heard as heard_when_near
from shared.observe import Metrics
from shared.runtime import Runtime, inner_durable
from shared.web.auth import TokenSigner, TokenVerifier
from shared.web.factory import create_app
from shared.web.ledger import ledger_router
from shared.web.names import NameBook
from shared.web.neighbours import neighbour_client
from shared.web.parked import parked_router
from shared.web.service import Service
from shared.workdays import known_through

HERE = Path(__file__).parent
PREFIXES = (
    "/login",
    "/logout",
    "/account",
    "/office",
    "/work/orders",
    "/api/v1/login",
    "/api/v1/orders",
    "/api/v1/roster",
    "/api/v1/accounts",
    "/api/v1/members",
    "/api/v1/routing",
    "/api/v1/rule",
    "/api/v1/what-if",
    "/api/v1/calendar",
    "/api/v1/handovers",
    "/api/v1/supervisions",
)
LARGEST_ROSTER = 4 * 1024 * 1024
"""Bytes; a region's whole roster is a tenth of it."""


def build(settings: RoutingSettings, registry: CollectorRegistry | None = None, clock: Clock | None = None) -> Service:
    """Routing of one body, wired; nothing is connected before its app's lifespan."""
    clock = clock or SystemClock()
    registry = registry or CollectorRegistry()
    book = RosterBook(settings.body)
    announcements = Announcements(settings.body)
    calendar_book = CalendarBook(settings.time_zone)
    rules = RuleBook(settings.acceptance_hours)
    deciding = Deciding(book, rules, calendar_book)
    assigning = Assigning(deciding, announcements)
    near = near_bodies(settings)
    neighbour_bodies = Neighbours(settings.body, near)
    correspondence = Correspondence(neighbour_bodies)
    terms = Terms(settings.handover_take_days, settings.handover_answer_days)
    sending = Sending(neighbour_bodies, correspondence, calendar_book, terms)
    taking = Taking(neighbour_bodies, correspondence)
    news = SupervisionNews(neighbour_bodies)
    pressing = Pressing(neighbour_bodies, news, calendar_book, settings.supervision_answer_days)
    pressed = Pressed(neighbour_bodies, news)
    heard = handlers(assigning, Joining(assigning, announcements), sending, taking, pressing, pressed)
    runtime = Runtime(
        settings,
        clock,
        tables=MESSAGING,
        migrations=HERE / "migrations",
        handlers=heard,
        # Whatever nobody knows is kept here, so that it is seen once and not five times.
        durable=inner_durable(settings, heard, hears_all=True),
        parks_unknown=True,
        metrics=Metrics(registry, settings.service),
    )
    days_off_known = Gauge(
        "doorstep_days_off_known_until_timestamp_seconds",
        "The end of the last day whose national days off are known.",
        registry=registry,
    )
    days_off_known.set(datetime.combine(known_through(), time.max, UTC).timestamp())
    passwords = Passwords()
    signer = TokenSigner(settings.service, settings.signing_key.get_secret_value(), settings.body, clock)
    neighbours = neighbour_client(settings.neighbours)
    reader, writer = runtime.reader, runtime.writer
    queue = Queue(reader)
    deadlines = Deadlines(TimingOut(assigning, announcements), TryingAgain(deciding, assigning), reader, writer, clock)
    vault_names = VaultNames(neighbours)
    supervisions = SupervisionKeeping(
        neighbours=neighbour_bodies,
        reader=reader,
        writer=writer,
        pressing=pressing,
        pressed=pressed,
        watch=watch_supervisions(news, reader, writer, clock),
        late=ReportedLate(neighbours),
        names=vault_names,
    )
    handovers = HandoverKeeping(
        neighbours=neighbour_bodies,
        clock=clock,
        reader=reader,
        writer=writer,
        calendars=calendar_book,
        sending=sending,
        taking=taking,
        watch=HandoverClock(sending, taking, correspondence, reader, writer, clock),
        names=vault_names,
    )
    routing = Routing(
        body=settings.body,
        time_zone=settings.time_zone,
        clock=clock,
        reader=runtime.reader,
        writer=runtime.writer,
        arrivals=runtime.arrivals,
        book=book,
        sign_in=SignIn(
            reader=runtime.reader,
            writer=runtime.writer,
            passwords=passwords,
            signer=signer,
            clock=clock,
            book=book,
            lifetime=timedelta(hours=settings.session_hours),
        ),
        accounts=Accounts(runtime.reader, runtime.writer, passwords, book),
        orders=OrderKeeping(
            clock=clock,
            reader=reader,
            writer=writer,
            arrivals=runtime.arrivals,
            book=book,
            queue=queue,
            deciding=deciding,
            assigning=assigning,
            answering=Answering(settings.body, assigning, announcements),
            stepping_in=SteppingIn(assigning, announcements),
            dispatching=Dispatching(assigning),
            deadlines=deadlines,
        ),
        handovers=handovers,
        supervisions=supervisions,
        rules=RuleKeeping(
            clock=clock,
            reader=reader,
            writer=writer,
            rules=rules,
            editing=RuleEditing(rules, book),
            deciding=deciding,
        ),
        deadlines=deadlines,
        queries=Queries(runtime.reader, book, settings.sample_mail_domain),
        queue=queue,
        words=VaultWords(neighbours),
        parked=HttpParkedEvents(neighbours),
    )
    keeping = RosterKeeping(
        clock=clock,
        time_zone=settings.time_zone,
        reader=runtime.reader,
        writer=runtime.writer,
        book=book,
        editing=RosterEditing(book, settings.body, settings.time_zone),
        changed=deadlines.wake,
        bodies=lambda: {**near().further, **near().names, settings.body: settings.body_names},
    )

    calendar = CalendarKeeping(
        clock=clock,
        reader=reader,
        writer=writer,
        book=calendar_book,
        editing=CalendarEditing(settings.body, settings.time_zone),
        sample_mail_domain=settings.sample_mail_domain,
    )

    # All of it, so that what nobody knows is seen here.
    handed = handed_link(settings, runtime)
    duties = [
        routing.deadlines.watched,
        handovers.watch.watched,
        supervisions.watch.watched,
        *([handed.reading] if handed is not None else []),
    ]
    runtime.when_told(routing.deadlines.wake)
    runtime.when_told(handovers.watch.wake)
    runtime.when_told(supervisions.watch.wake)
    names = NameBook(settings.neighbours)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with (
            neighbours,
            names.running(),
            passwords.running(),
            runtime.running(*duties),
            heard_when_near(handed, near),
        ):
            if settings.bootstrap_officer:
                first_password = settings.bootstrap_password.get_secret_value()
                await routing.accounts.ensure_first_officer(settings.bootstrap_officer, first_password)
            yield

    app = create_app(
        settings=settings,
        verifier=TokenVerifier(settings.verify_keys, settings.body, clock),
        translations=Catalogues.load(SHARED_LOCALE, HERE / "locale"),
        templates=[HERE / "http" / "templates"],
        routers=[
            build_api(routing),
            build_order_api(routing),
            build_handover_api(handovers),
            build_supervision_api(supervisions),
            build_rule_api(routing),
            build_roster_api(keeping),
            build_unit_api(keeping),
            build_coverage_api(keeping),
            build_calendar_api(calendar),
            parked_router(runtime, settings.service),
            ledger_router(runtime, settings.service),
            build_sign_in_pages(routing),
            build_order_pages(routing),
            build_queue_pages(routing),
            build_handover_pages(handovers),
            build_supervision_pages(supervisions),
            build_rule_pages(routing),
            build_calendar_pages(calendar),
            build_office_pages(routing),
            build_member_pages(keeping),
            build_station_pages(keeping),
            build_unit_pages(keeping),
            build_coverage_pages(keeping),
            build_roster_pages(keeping),
        ],
        lifespan=lifespan,
        registry=registry,
        readiness=runtime.readiness,
        max_body_size=LARGEST_ROSTER,
        names=names,
    )
    refusals.install(app)
    return Service(settings.service, app, PREFIXES, runtime.readiness)
