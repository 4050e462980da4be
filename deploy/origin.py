"""One origin for the five services of a body: an ASGI application that hands each path to its service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.api_description import docs_page, merged_description
from shared.web.service import Service

_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class OneOrigin:
    """Serves a body: ``/livez``, ``/readyz``, ``/metrics``, ``/api/openapi.json`` and ``/api/docs`` itself,
    every other path by the service with the longest prefix that covers it.

    The lifespans of all services are entered on start, in the order given, and left in reverse.
    """

    def __init__(
        self,
        services: Sequence[Service],
        registry: CollectorRegistry,
        *,
        title: str,
        started: Callable[[], None] = lambda: None,
    ) -> None:
        """``started`` is called when all services are."""
        self._services = tuple(services)
        self._started = started
        self._registry = registry
        self._title = title
        self._by_prefix = _prefix_table(self._services)
        own = {
            "/livez": self._livez,
            "/readyz": self._readyz,
            "/metrics": self._metrics,
            "/api/openapi.json": self._openapi,
            "/api/docs": self._docs,
        }
        self._own_paths = frozenset(own)
        self._house = Starlette(
            routes=[Route(path, endpoint) for path, endpoint in own.items()], lifespan=self._lifespan
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in self._own_paths:
            await self._house(scope, receive, send)
        else:
            # Where nobody answers, our own application says 404.
            await (self._responsible(scope["path"]) or self._house)(scope, receive, send)

    def _responsible(self, path: str) -> ASGIApp | None:
        """The application whose prefix covers ``path`` at a border of segments, the longest first."""
        end = len(path)
        while end > 0:
            found = self._by_prefix.get(path[:end])
            if found is not None:
                return found
            end = path.rfind("/", 0, end)
        return self._by_prefix.get("/")

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for service in self._services:
                await stack.enter_async_context(service.app.router.lifespan_context(service.app))
            self._started()
            yield

    async def _livez(self, _: Request) -> Response:
        return Response(status_code=204)

    async def _readyz(self, _: Request) -> Response:
        answers = await asyncio.gather(*(service.readiness() for service in self._services))
        ready = all(all(answer.values()) for answer in answers)
        services = {service.name: answer for service, answer in zip(self._services, answers, strict=True)}
        return JSONResponse({"ready": ready, "services": services}, status_code=200 if ready else 503)

    async def _metrics(self, _: Request) -> Response:
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

    async def _openapi(self, _: Request) -> Response:
        return JSONResponse(merged_description(self._services, title=self._title))

    async def _docs(self, _: Request) -> Response:
        page = docs_page(merged_description(self._services, title=self._title))
        return Response(page, media_type="text/html", headers=_PAGE_HEADERS)


def _prefix_table(services: Sequence[Service]) -> dict[str, ASGIApp]:
    table: dict[str, ASGIApp] = {}
    owners: dict[str, str] = {}
    for service in services:
        for prefix in service.prefixes:
            key = prefix.rstrip("/") or "/"
            if key in owners and owners[key] != service.name and key != "/static":
                raise ValueError(f"both {owners[key]} and {service.name} want to answer {key}")
            owners.setdefault(key, service.name)
            table.setdefault(key, service.app)
    return table
