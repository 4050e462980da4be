"""``figures``."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

import typer

from deploy.cli.instance import as_officer
from deploy.cli.screen import print_json, print_table

_DAY = ["%Y-%m-%d"]


def figures(
    body: Annotated[str, typer.Option(help="Whose figures.")],
    from_on: Annotated[datetime, typer.Option("--from", formats=_DAY, help="First day.")],
    to_on: Annotated[datetime, typer.Option("--to", formats=_DAY, help="Last day, included.")],
    at: Annotated[str | None, typer.Option(help="Whose reporting is asked; the body's own when left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """The figures of a body over whole days of its own calendar."""
    found = asyncio.run(_ask(at or body, body, f"{from_on:%Y-%m-%d}", f"{to_on:%Y-%m-%d}"))
    if as_json:
        print_json(found)
    else:
        rates = {f"{name} rate": _said(rate) for name, rate in found.pop("rates", {}).items()}
        rows = sorted((found | rates).items())
        print_table(("figure", "value"), rows, title=f"{body} from {from_on:%F} to {to_on:%F}")


def _said(rate: dict[str, Any]) -> str:
    return f"{rate['counted']} of {rate['of']}; {rate['without_answer']} of {rate['asked']} without an answer"


async def _ask(at: str, body: str, first: str, last: str) -> dict[str, Any]:
    async with as_officer(at) as client:
        found = await client.get("/api/v1/figures", **{"body": body, "from": first, "to": last})
    assert isinstance(found, dict)
    return found
