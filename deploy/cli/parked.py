"""``parked list|show|resend|drop``: events that a service could not apply."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from deploy.cli.instance import as_officer
from deploy.cli.screen import print_json, print_table, remarks
from deploy.client import BodyClient
from deploy.topology import SERVICES

_BodyOption = Annotated[str, typer.Option(help="The body.")]
_ServiceOption = Annotated[str, typer.Option(help="The service that parked it.")]
_IdArgument = Annotated[str, typer.Argument(help="As `parked list` shows it.")]
_JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]


def build() -> typer.Typer:
    """The group."""
    app = typer.Typer(
        help="Events that a service could not apply, or cannot yet: look, send again, drop.", no_args_is_help=True
    )
    app.command("list")(list_parked)
    app.command("show")(show)
    app.command("kept")(kept)
    app.command("resend")(resend)
    app.command("drop")(drop)
    return app


def list_parked(
    body: _BodyOption,
    service: Annotated[str | None, typer.Option(help="Only this service; all when left out.")] = None,
    as_json: _JsonOption = False,
) -> None:
    """What waits for a person, the newest first."""
    services = SERVICES if service is None else (_known(service),)
    items = asyncio.run(_list(body, services))
    if as_json:
        print_json({"items": items})
        return
    columns = ("id", "service", "subject", "reason", "tries", "parked_at")
    print_table(columns, [[item.get(column, "") for column in columns] for item in items])
    remarks().print(f"{len(items)} parked at {body}.")


def kept(
    body: _BodyOption,
    service: Annotated[str | None, typer.Option(help="Only this service; all when left out.")] = None,
    as_json: _JsonOption = False,
) -> None:
    """What a newer version wrote, by kind: applied by itself once a version that reads it is started."""
    services = SERVICES if service is None else (_known(service),)
    items = asyncio.run(_kept(body, services))
    if as_json:
        print_json({"items": items})
        return
    columns = ("service", "subject", "events", "since", "release")
    print_table(columns, [[item.get(column) or "-" for column in columns] for item in items])
    remarks().print(f"{sum(item['events'] for item in items)} events kept at {body}.")


def show(parked_id: _IdArgument, body: _BodyOption, service: _ServiceOption, as_json: _JsonOption = False) -> None:
    """One parked event with its headers and body."""
    found = asyncio.run(_one(body, service, parked_id, None))
    if as_json:
        print_json(found)
    else:
        print_table(("field", "value"), found.items())


def resend(parked_id: _IdArgument, body: _BodyOption, service: _ServiceOption) -> None:
    """Apply it after all; where that fails again it stays parked."""
    asyncio.run(_one(body, service, parked_id, "resend"))
    remarks().print(f"{parked_id} was applied.")


def drop(parked_id: _IdArgument, body: _BodyOption, service: _ServiceOption) -> None:
    """Give it up; it stays on record, marked so."""
    asyncio.run(_one(body, service, parked_id, "drop"))
    remarks().print(f"{parked_id} was dropped.")


def _known(service: str) -> str:
    if service not in SERVICES:
        raise typer.BadParameter(f"one of {', '.join(SERVICES)}", param_hint="--service")
    return service


async def _list(body: str, services: tuple[str, ...]) -> list[dict[str, Any]]:
    async with as_officer(body) as client:
        return [item for service in services for item in await _all_of(client, service)]


async def _kept(body: str, services: tuple[str, ...]) -> list[dict[str, Any]]:
    async with as_officer(body) as client:
        return [item for service in services for item in (await client.get(f"/api/v1/{service}/kept"))["items"]]


async def _all_of(client: BodyClient, service: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    query: dict[str, str] = {}
    while True:
        page = await client.get(f"/api/v1/{service}/parked", **query)
        items += page["items"]
        if not page.get("next"):
            return items
        query = {"cursor": page["next"]}


async def _one(body: str, service: str, parked_id: str, verb: str | None) -> dict[str, Any]:
    path = f"/api/v1/{_known(service)}/parked/{parked_id}"
    async with as_officer(body) as client:
        said = await (client.get(path) if verb is None else client.post(f"{path}/{verb}"))
    assert isinstance(said, dict)
    return said
