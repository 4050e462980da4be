"""Notify on a real server, with a mail server and neighbours that a test can tell what to answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import nats
import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, HTTPException, Request
from nats.js import JetStreamContext
from nats.js.api import StreamConfig

from services.notify import app as notify
from services.notify.settings import NotifySettings
from shared.clock import SystemClock
from shared.contracts import inner
from shared.contracts.subjects import subject_of
from shared.web.auth import Role, TokenSigner, TokenVerifier, new_key_pair
from tests.servers import NatsServer, free_port

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
ORIGIN = "http://zhaosu.test"
LINK = f"{ORIGIN}/track/abcdefgh"
REPLY_LINK = f"{ORIGIN}/reply/abc.def.ghi"


@dataclass
class MailServer:
    """Takes mail, or answers as it was told to."""

    port: int = field(default_factory=free_port)
    taken: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """What it says to the next mails, first one first; after that it takes everything."""
    silent: bool = False
    """Takes the mail and never says so, as if the sender or the line had died at that moment."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers and not (answer := self.answers.pop(0)).startswith("250"):
            return answer
        content = envelope.content or b""
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        if self.silent:
            await asyncio.Event().wait()
        return "250 OK"

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, hostname="localhost", loop=loop), "127.0.0.1", self.port)
        try:
            yield
        finally:
            server.close()
            await server.wait_closed()


@dataclass
class NeighboursUnderTest:
    """The vault, the roster and consultation, as far as notify asks them. Only a service may."""

    verifier: TokenVerifier
    emails: dict[str, str | None] = field(default_factory=dict)
    """Reference or member code to address."""
    language: str = "zh-Hans"
    asked: dict[str, str] = field(default_factory=dict)
    """Referral to what its department is asked, until it has replied."""
    invitation: dict[str, Any] | None = None
    """What consultation says of the one consultation there is."""
    away: bool = False
    port: int = field(default_factory=free_port)

    def app(self) -> FastAPI:
        app = FastAPI()

        def check(request: Request) -> None:
            claims = self.verifier.verify(request.headers["authorization"].removeprefix("Bearer "))
            assert (claims.role, claims.subject) == (Role.SERVICE, "notify")
            if self.away:
                raise HTTPException(503)

        @app.get("/api/v1/vault/{reference}/reply-address")
        async def reply_address(reference: str, request: Request) -> dict[str, Any]:
            check(request)
            if reference not in self.emails:
                raise HTTPException(404)
            email = self.emails[reference]
            return {"email": email, "phone": None, "language": self.language, "tracking_url": LINK}

        @app.get("/api/v1/members/{code}/address")
        async def member(code: str, request: Request) -> dict[str, Any]:
            check(request)
            return {"email": self.emails.get(code), "language": self.language}

        @app.get("/api/v1/calendar/office-address")
        async def office(request: Request) -> dict[str, Any]:
            check(request)
            return {"email": self.emails.get("office"), "language": "zh-Hans"}

        @app.get("/api/v1/reporting/briefings/{week}/letter")
        async def briefing(week: str, request: Request, language: str | None = None) -> dict[str, Any]:
            check(request)
            return {"title": f"简报 {week} {language}", "sentences": ["接待群众：12，比前一周多 3。", "没有超时事项。"]}

        @app.get("/api/v1/roster/departments/{code}")
        async def department(code: str, request: Request) -> dict[str, Any]:
            check(request)
            return {"code": code, "categories": [], "email": self.emails.get(code), "language": "ug"}

        @app.get("/api/v1/referrals/{referral_id}/letter")
        async def letter(referral_id: str, request: Request) -> dict[str, Any]:
            check(request)
            if referral_id not in self.asked:
                raise HTTPException(404)
            of_case = {"category": "noise", "community": "c1", "due_on": "2026-04-01"}
            return {"link": REPLY_LINK, "request": self.asked[referral_id], **of_case}

        @app.get("/api/v1/consultations/{consultation_id}/invitations/{member}")
        @app.get("/api/v1/consultations/{consultation_id}/invitations/departments/{member}")
        async def invitation(consultation_id: str, member: str, request: Request) -> dict[str, Any]:
            check(request)
            if self.invitation is None:
                raise HTTPException(404)
            return self.invitation

        @app.get("/api/v1/answers/{reference}")
        async def answer(reference: str, request: Request) -> dict[str, Any]:
            check(request)
            promised = {"by": "zh-d-roads", "what": "修路", "due_on": "2026-04-01", "state": "open"}
            return {"answer": "灯已修好。", "outcome": "solved", "commitments": [promised]}

        return app

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        server = uvicorn.Server(
            uvicorn.Config(self.app(), host="127.0.0.1", port=self.port, log_config=None, lifespan="off")
        )
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 (uvicorn has no way to call us)
            await asyncio.sleep(0.01)
        try:
            yield
        finally:
            server.should_exit = True
            await serving


@dataclass(frozen=True)
class NotifyUnderTest:
    """The running service and everything around it."""

    client: httpx.AsyncClient
    signer: TokenSigner
    jetstream: JetStreamContext
    mail: MailServer
    neighbours: NeighboursUnderTest

    async def say(self, event: inner.InnerEvent, event_id: str, *, times: int = 1) -> None:
        """Publish ``event``; the server must not be the one that drops repeats."""
        for _ in range(times):
            headers = {"ce-id": event_id, "ce-source": "/zhaosu/x"}
            subject = subject_of("zhaosu", type(event))
            await self.jetstream.publish(subject, event.model_dump_json().encode(), headers=headers)

    async def get(self, path: str, role: Role = Role.DISPATCHER, **query: str) -> httpx.Response:
        token = self.signer.sign(subject="account", role=role, lifetime=timedelta(hours=1))
        return await self.client.get(path, params=query, headers={"Authorization": f"Bearer {token}"})

    async def log(self, **query: str) -> list[dict[str, Any]]:
        """The newest page of the delivery log."""
        items: list[dict[str, Any]] = (await self.get("/api/v1/notices", **query)).json()["items"]
        return items

    async def states(self, count: int, *wanted: str) -> list[str]:
        """States of the notices, oldest first, once there are ``count`` and each is one of ``wanted``."""
        async with asyncio.timeout(20):
            while True:
                states = [notice["state"] for notice in reversed(await self.log())]
                if len(states) == count and all(state in wanted for state in states):
                    return states
                await asyncio.sleep(0.02)  # between looks at what another task writes


@asynccontextmanager
async def notify_of_zhaosu(
    server: NatsServer, database_url: str, mail: MailServer | None = None
) -> AsyncIterator[NotifyUnderTest]:
    """The service, started, with the body's stream declared."""
    broker = await nats.connect(server.url)
    jetstream = broker.jetstream()
    with suppress(nats.js.errors.BadRequestError):
        await jetstream.add_stream(StreamConfig(name="INNER", subjects=["doorstep.zhaosu.inner.>"]))
    clock = SystemClock()
    own, own_public = new_key_pair()
    staff, staff_public = new_key_pair()
    mail = mail or MailServer()
    neighbours = NeighboursUnderTest(TokenVerifier({"notify": own_public}, "zhaosu", clock))
    settings = NotifySettings.model_validate(
        {
            "body": "zhaosu",
            "tier": "county",
            "service": "notify",
            "database_url": database_url,
            "nats_url": server.url,
            "origin": ORIGIN,
            "neighbours_url": f"http://127.0.0.1:{neighbours.port}",
            "signing_key": own,
            "verify_keys": {"routing": staff_public, "notify": own_public},
            "smtp_url": f"smtp://127.0.0.1:{mail.port}",
            "mail_from": "doorstep@zhaosu.example",
            "mails_per_second": 1000,
        }
    )
    service = notify.build(settings, clock=clock)
    async with (
        mail.listening(),
        neighbours.answering(),
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url=ORIGIN) as client,
    ):
        yield NotifyUnderTest(client, TokenSigner("routing", staff, "zhaosu", clock), jetstream, mail, neighbours)
    await broker.close()


def submitted(reference: str, reply_by: str = "email", **more: Any) -> inner.IssueSubmitted:
    return inner.IssueSubmitted.model_validate(
        {
            "occurred_at": NOW,
            "reference": reference,
            "version_of_issue": 1,
            "station": "s1",
            "community": "c1",
            "category": None,
            "channel": "web",
            "language": "ug",
            "anonymous": False,
            "reply_by": reply_by,
            **more,
        }
    )


def assigned(reference: str, member: str, **more: Any) -> inner.IssueAssigned:
    return inner.IssueAssigned.model_validate(
        {
            "occurred_at": NOW,
            "reference": reference,
            "version_of_issue": 1,
            "member": member,
            "station": "s1",
            "attempt": 1,
            "answer_by": NOW,
            "community": "c1",
            "category": "roads",
            "channel": "web",
            "language": "ug",
            "submitted_at": NOW,
            **more,
        }
    )


def closed(reference: str) -> inner.IssueClosed:
    return inner.IssueClosed(occurred_at=NOW, reference=reference, version_of_issue=4, outcome="solved", member="m1")


def referred(reference: str, referral_id: str) -> inner.ReferralMade:
    return inner.ReferralMade(
        occurred_at=NOW, reference=reference, version_of_issue=2, department="d-noise", referral_id=referral_id
    )


def pressed(reference: str, referral_id: str) -> inner.ReferralPressed:
    return inner.ReferralPressed(
        occurred_at=NOW, reference=reference, department="d-noise", referral_id=referral_id, supervised=True
    )


def planned(
    consultation_id: str, sequence: int, *members: str, departments: tuple[str, ...] = ()
) -> inner.ConsultationPlanned:
    return inner.ConsultationPlanned(
        occurred_at=NOW, consultation_id=consultation_id, sequence=sequence, members=members, departments=departments
    )
