"""A service's routers, and how its app takes them in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fastapi import APIRouter, FastAPI
from fastapi.params import Depends

from shared.web.problems import OPENAPI_RESPONSES


def api_router(prefix: str, tag: str, dependencies: Sequence[Depends] = ()) -> APIRouter:
    """A router of the API, whose description says how refusals look."""
    return APIRouter(prefix=prefix, tags=[tag], dependencies=dependencies, responses=OPENAPI_RESPONSES)


def take_in(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """The routes of ``routers`` become the app's own.

    ``include_router`` would work out every route a second time, keep both and ask both when a request comes.
    """
    for router in routers:
        app.router.routes.extend(router.routes)
