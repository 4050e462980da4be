"""One origin for several services: who answers which path, readiness, metrics, one description of the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter
from pydantic import BaseModel, create_model

from deploy.origin import OneOrigin
from shared.web.service import Service


class Entry(BaseModel):
    """What one service calls an entry."""

    code: str


def service(name: str, *prefixes: str, ready: bool = True, says: type[BaseModel] = Entry) -> Service:
    """A service that answers every path with its own name."""
    app = FastAPI(openapi_url=None)

    @app.get(f"/api/v1/{name}", response_model=says)
    async def described() -> None:
        """Never asked here; it stands in the description."""

    @app.get("/{path:path}", include_in_schema=False)
    async def anything() -> dict[str, str]:
        return {"answered_by": name}

    async def readiness() -> dict[str, bool]:
        return {"database": True, "broker": ready}

    return Service(name, app, prefixes, readiness)


@asynccontextmanager
async def asking(*services: Service, registry: CollectorRegistry | None = None) -> AsyncIterator[httpx.AsyncClient]:
    origin = OneOrigin(services, registry or CollectorRegistry(), title="Doorstep at a test")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(origin), base_url="http://body") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/", "intake"),
        ("/s/zh-st01", "intake"),
        ("/anything", "intake"),
        ("/api/v1/orders", "routing"),
        ("/api/v1/orders/AB12/accept", "routing"),
        ("/api/v1/ordersomething", "intake"),
        ("/api/v1/orders/late", "reporting"),
        ("/work/", "routing"),
    ],
)
async def test_the_longest_prefix_at_a_segment_border_answers(path: str, who: str) -> None:
    routing = service("routing", "/api/v1/orders", "/work")
    async with asking(service("intake", "/", "/s"), routing, service("reporting", "/api/v1/orders/late")) as client:
        assert (await client.get(path)).json() == {"answered_by": who}


async def test_a_path_of_nobody_is_not_found_and_a_prefix_of_two_is_refused() -> None:
    async with asking(service("routing", "/work")) as client:
        assert (await client.get("/elsewhere")).status_code == 404
    with pytest.raises(ValueError, match="both routing and notify want to answer /work"):
        async with asking(service("routing", "/work"), service("notify", "/work/")):
            pass


async def test_ready_only_when_every_service_is() -> None:
    async with asking(service("intake", "/"), service("notify", "/notices", ready=False)) as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["services"]["notify"] == {"database": True, "broker": False}
        assert (await client.get("/livez")).status_code == 204
    async with asking(service("intake", "/")) as client:
        assert (await client.get("/readyz")).json()["ready"] is True


async def test_metrics_of_all_services_are_on_one_page() -> None:
    registry = CollectorRegistry()
    Counter("doorstep_trials", "Trials.", registry=registry).inc()
    async with asking(service("intake", "/"), registry=registry) as client:
        assert "doorstep_trials_total 1.0" in (await client.get("/metrics")).text


async def test_descriptions_are_merged_without_mixing_schemas_of_one_name() -> None:
    namesake = create_model("Entry", number=(int, ...))
    first, second = service("intake", "/"), service("routing", "/work", says=namesake)
    async with asking(first, second) as client:
        document = (await client.get("/api/openapi.json")).json()
        page = await client.get("/api/docs")
    assert set(document["paths"]) == {"/api/v1/intake", "/api/v1/routing"}
    schemas = document["components"]["schemas"]
    assert set(schemas["Entry"]["properties"]) == {"code"}
    assert set(schemas["routing_Entry"]["properties"]) == {"number"}
    answer = document["paths"]["/api/v1/routing"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"]["$ref"] == "#/components/schemas/routing_Entry"
    assert "GET /api/v1/routing" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_lifespans_are_entered_in_order_and_left_in_reverse() -> None:
    events: list[str] = []

    def living(name: str) -> Service:
        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            events.append(f"{name} starts")
            yield
            events.append(f"{name} ends")

        async def readiness() -> dict[str, bool]:
            return {}

        return Service(name, FastAPI(lifespan=lifespan), (f"/{name}",), readiness)

    origin = OneOrigin([living("one"), living("two")], CollectorRegistry(), title="")
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[str] = []

    async def receive() -> dict[str, str]:
        return next(messages)

    async def send(message: dict[str, str]) -> None:
        sent.append(message["type"])

    await origin({"type": "lifespan", "state": {}}, receive, send)  # type: ignore[arg-type]  # plain dicts will do
    assert events == ["one starts", "two starts", "two ends", "one ends"]
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
