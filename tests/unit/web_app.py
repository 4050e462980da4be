"""A small app on the shared web layer, for the tests of that layer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, FastAPI, Request
from prometheus_client import CollectorRegistry
from pydantic import BaseModel
from starlette.responses import Response

from shared.clock import FixedClock
from shared.errors import Conflict, NotFound, TooMany
from shared.i18n import SHARED_LOCALE, Catalogues
from shared.settings import ServiceSettings
from shared.web.auth import SESSION_COOKIE, Claims, Role, SignedIn, TokenSigner, TokenVerifier, allow, new_key_pair
from shared.web.factory import create_app
from shared.web.fields import AwareUTC, Code, Language, Text
from shared.web.idempotency import IdempotencyKey, idempotency
from shared.web.routers import api_router

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ORIGIN = "http://desk.test"


class Contact(BaseModel):
    name: Annotated[str, Text(20)]
    email: Annotated[str, Text(50)] | None = None


class Submission(BaseModel):
    words: Annotated[str, Text(100)]
    station: Code
    language: Language = "zh-Hans"
    members: list[Code] = []
    contact: Contact | None = None
    recorded_at: AwareUTC | None = None


@dataclass(frozen=True)
class WebUnderTest:
    """The app, who may sign for it, and the clock they share."""

    app: FastAPI
    clock: FixedClock
    staff: TokenSigner
    notify: TokenSigner
    staff_private: str

    def client(self, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url=ORIGIN, headers=headers, follow_redirects=False
        )

    def token(self, role: Role = Role.OFFICER) -> str:
        return self.staff.sign(subject="account-1", role=role, lifetime=timedelta(hours=1))

    def cookie(self, token: str) -> dict[str, str]:
        return {"cookie": f"{SESSION_COOKIE}={token}"}


def web_under_test() -> WebUnderTest:
    clock = FixedClock(NOON)
    staff_private, staff_public = new_key_pair()
    notify_private, notify_public = new_key_pair()
    settings = ServiceSettings.model_validate(
        {
            "body": "zhaosu",
            "body_names": {"zh-Hans": "昭苏县政协"},
            "tier": "county",
            "service": "intake",
            "database_url": "sqlite://",
            "nats_url": "nats://127.0.0.1",
            "origin": ORIGIN,
            "signing_key": notify_private,
            "verify_keys": {"routing": staff_public, "notify": notify_public},
        }
    )
    app = create_app(
        settings=settings,
        verifier=TokenVerifier(settings.verify_keys, settings.body, clock),
        translations=Catalogues.load(SHARED_LOCALE),
        templates=[],
        routers=[_router()],
        lifespan=_lifespan,
        registry=CollectorRegistry(),
        readiness=_readiness,
    )
    return WebUnderTest(
        app=app,
        clock=clock,
        staff=TokenSigner("routing", staff_private, "zhaosu", clock),
        notify=TokenSigner("notify", notify_private, "zhaosu", clock),
        staff_private=staff_private,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield


async def _readiness() -> dict[str, bool]:
    return {"database": True, "nats": False}


def _router() -> APIRouter:
    router = api_router("", "tests")

    @router.post("/api/v1/issues", status_code=201)
    async def submit(
        submission: Submission, key: Annotated[IdempotencyKey | None, Depends(idempotency)]
    ) -> dict[str, str]:
        return {"words": submission.words, "fingerprint": key.fingerprint if key else ""}

    @router.get("/api/v1/issues")
    async def issues(limit: int = 20) -> int:
        return limit

    @router.get("/api/v1/me")
    async def me(claims: SignedIn) -> str:
        return claims.subject

    @router.post("/api/v1/me")
    async def change_me(claims: SignedIn) -> str:
        return claims.subject

    @router.get("/api/v1/office")
    async def office(claims: Annotated[Claims, Depends(allow(Role.OFFICER))]) -> str:
        return claims.role

    @router.post("/work/note")
    async def note(request: Request, claims: SignedIn) -> str:
        return str((await request.form())["words"])

    @router.get("/work")
    async def work(claims: SignedIn) -> str:
        return claims.subject

    @router.get("/s/{station}")
    async def station(station: str) -> Response:
        raise NotFound("unknown-station", "There is nothing at this address.", field="station")

    @router.get("/api/v1/refusals/{kind}")
    async def refusal(kind: str) -> None:
        if kind == "conflict":
            raise Conflict("not-now", "This cannot be accepted.")
        if kind == "too-many":
            raise TooMany("slow-down", "This cannot be accepted.", retry_after=7)
        raise RuntimeError("the inner secret")

    return router
