"""One FastAPI app per service, with everything on it that no service should have to think about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

from fastapi import APIRouter, FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, Router

from shared.i18n import CODES, Catalogues
from shared.observe import Metrics
from shared.settings import ServiceSettings
from shared.web import problems
from shared.web.assets import Assets
from shared.web.auth import safe_next
from shared.web.edge import Edge, Uploads
from shared.web.names import NameBook
from shared.web.pages import Pages
from shared.web.routers import take_in
from shared.web.state import LANGUAGE_COOKIE, Web
from shared.web.tokens import TokenVerifier

Readiness = Callable[[], Awaitable[dict[str, bool]]]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

_ONE_YEAR = int(timedelta(days=365).total_seconds())


def create_app(
    *,
    settings: ServiceSettings,
    verifier: TokenVerifier,
    translations: Catalogues,
    templates: Sequence[Path],
    routers: Sequence[APIRouter],
    lifespan: Lifespan,
    registry: CollectorRegistry,
    readiness: Readiness,
    max_body_size: int = 256 * 1024,
    uploads: Uploads | None = None,
    names: NameBook | None = None,
) -> FastAPI:
    """The FastAPI app of a service, asking ``routers`` in their order.

    It answers refusals as problem documents or pages, sets the security headers, gives each request an id,
    refuses bodies over ``max_body_size`` bytes where ``uploads`` has no room for more, and serves ``/livez``,
    ``/readyz``, ``/metrics``, ``/static`` and ``/language``. ``app.state.web`` is its :class:`shared.web.state.Web`.
    """
    metrics = Metrics(registry, settings.service)
    assets = Assets.load()
    app = FastAPI(
        title=f"Doorstep {settings.service}",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"/api/v1/{settings.service}/openapi.json",
        lifespan=lifespan,
        # The framework's own would record the inputs of failed validations, and asks the environment per request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.web = Web(
        settings=settings,
        verifier=verifier,
        translations=translations,
        pages=Pages(settings, translations, templates, assets, names),
        metrics=metrics,
    )
    take_in(app, routers)
    problems.install(app)
    app.add_middleware(Edge, metrics=metrics, origin=settings.origin, max_body_size=max_body_size, uploads=uploads)
    app.router.default = Router(
        routes=[
            *_probes(registry, readiness),
            assets.route(),
            _language_choice(secure=settings.secure_cookies),
        ],
        # Asked last, after every route of the service: a submitted issue is not compared with these first.
        default=app.router.default,
    )
    return app


def _probes(registry: CollectorRegistry, readiness: Readiness) -> list[Route]:
    async def livez(request: Request) -> Response:
        """Asks nobody: a neighbour that is down is no reason to restart this process."""
        return Response(status_code=204)

    async def readyz(request: Request) -> Response:
        needs = await readiness()
        return JSONResponse(needs, status_code=200 if all(needs.values()) else 503)

    async def metrics(request: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]


def _language_choice(*, secure: bool) -> Route:
    async def choose_language(request: Request) -> Response:
        response = RedirectResponse(safe_next(request.query_params.get("next")), status_code=303)
        chosen = request.query_params.get("to")
        if chosen in CODES:
            response.set_cookie(
                LANGUAGE_COOKIE,
                chosen,
                max_age=_ONE_YEAR,
                path="/",
                secure=secure,
                samesite="lax",
                httponly=True,
            )
        return response

    return Route("/language", choose_language)
