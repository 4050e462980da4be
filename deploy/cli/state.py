"""``status`` and ``version``."""

from __future__ import annotations

import asyncio
from importlib.metadata import version as version_of
from typing import Annotated, Any

import httpx
import typer

from deploy.cli.instance import machine, running
from deploy.cli.screen import answers, print_json, print_table
from deploy.lock import holder
from deploy.nats.binary import NoServerBinary, find_server_binary, server_version
from deploy.run_file import NotRunning, Run, RunningBody

_JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]
_PATIENCE = 5.0


def status(as_json: _JsonOption = False) -> None:
    """What runs here and whether it is ready; 3 when something is not."""
    run = running()
    if holder(machine().lock_file) is None:
        raise NotRunning("nothing runs here: the last instance did not end in order; `doorstep up` starts it again")
    bodies = asyncio.run(_look(run))
    ready = all(body["ready"] for body in bodies.values())
    if as_json:
        print_json({"ready": ready, "bodies": bodies, "inbox_url": run.inbox_url})
    else:
        print_table(
            ("body", "ready", "address", "not ready", "message server", "linked", "processes"),
            [_row(code, body) for code, body in bodies.items()],
        )
    if not ready:
        raise typer.Exit(3)


def version(as_json: _JsonOption = False) -> None:
    """Versions of this program and of the message server it would start."""
    try:
        server: str | None = ".".join(map(str, server_version(find_server_binary())))
    except NoServerBinary:
        server = None
    versions = {"doorstep": version_of("doorstep"), "nats_server": server}
    if as_json:
        print_json(versions)
    else:
        answers().print(f"doorstep {versions['doorstep']}, nats-server {server or 'not found'}", highlight=False)


async def _look(run: Run) -> dict[str, dict[str, Any]]:
    async with httpx.AsyncClient(timeout=_PATIENCE) as client:
        seen = await asyncio.gather(*(_look_at(client, body) for body in run.bodies.values()))
    return dict(zip(run.bodies, seen, strict=True))


async def _look_at(client: httpx.AsyncClient, body: RunningBody) -> dict[str, Any]:
    readiness = await _readiness(client, body)
    server = await _json(client, f"{body.monitor_url}/healthz")
    leafs = await _json(client, f"{body.monitor_url}/leafz")
    waiting = [
        f"{service}: {need}"
        for service, needs in (readiness or {}).get("services", {}).items()
        for need, there in needs.items()
        if not there
    ]
    return {
        "ready": bool(readiness and readiness.get("ready")) and server is not None,
        "url": body.url,
        "waiting": waiting if readiness else ["services do not answer"],
        "message_server": (server or {}).get("status", "does not answer"),
        "links": [leaf.get("name", "") for leaf in (leafs or {}).get("leafs") or ()],
        "pids": body.pids,
    }


async def _readiness(client: httpx.AsyncClient, body: RunningBody) -> dict[str, Any] | None:
    """As the process of all services says it, or put together from those that run apart."""
    if not body.services:
        return await _json(client, f"{body.url}/readyz")
    said = await asyncio.gather(*(_json(client, f"{url}/readyz") for url in body.services.values()))
    services = {name: one or {"answers": False} for name, one in zip(body.services, said, strict=True)}
    return {"ready": all(all(needs.values()) for needs in services.values()), "services": services}


async def _json(client: httpx.AsyncClient, url: str) -> dict[str, Any] | None:
    try:
        content = (await client.get(url)).json()
    except (httpx.TransportError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _row(code: str, body: dict[str, Any]) -> tuple[object, ...]:
    return (
        code,
        "yes" if body["ready"] else "no",
        body["url"],
        ", ".join(body["waiting"]) or "-",
        body["message_server"],
        ", ".join(body["links"]) or "-",
        ", ".join(f"{name} {pid}" for name, pid in body["pids"].items()),
    )
