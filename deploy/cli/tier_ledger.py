"""``tier verify`` and ``tier repair``: the ledger between a body, its parent and its children."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from deploy.cli.instance import as_officer
from deploy.cli.screen import print_json, print_table, remarks
from deploy.trouble import Trouble

SETTLED_WITHIN_SECONDS = 120.0
_LOOK_EVERY = 1.0
_LONG = 900.0
"""Seconds for one answer: a whole ledger may be read, or sent once more, for it."""

_BodyOption = Annotated[str, typer.Option(help="The body, as the child or as the parent.")]
_JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]


class NotWhole(Trouble):
    """A chain was touched, or the two sides hold different things."""


class NotRepaired(Trouble):
    """What was sent once more has not settled it."""


def add_to(app: typer.Typer) -> None:
    """Put both verbs into the group ``tier``."""
    app.command("verify")(verify)
    app.command("repair")(repair)


def verify(body: _BodyOption, as_json: _JsonOption = False) -> None:
    """Look at every event that rose from this body and from those below; name the first that is not as it was said."""
    said = asyncio.run(_verify(body))
    if as_json:
        print_json(said)
    else:
        columns = ("body", "chain", "events", "standing", "set_aside", "fault")
        print_table(columns, [[_shown(chain, column) for column in columns] for chain in said["chains"]])
    if not said["whole"]:
        raise NotWhole("; ".join(_sentence(chain) for chain in said["chains"] if chain["fault"]))
    remarks().print(f"{sum(chain['events'] for chain in said['chains'])} events at {body}, all as they were said.")


def repair(
    body: Annotated[str, typer.Option(help="The child.")],
    everything: Annotated[
        bool, typer.Option("--everything", help="Send the whole ledger, whatever the parent holds.")
    ] = False,
    as_json: _JsonOption = False,
) -> None:
    """Send from the ledger what the parent lacks, and wait until both hold the same."""
    mended = asyncio.run(_repair(body, everything))
    if as_json:
        print_json(mended)
        return
    columns = ("chain", "agreed", "went_back", "sent")
    print_table(columns, [[str(chain[column]) for column in columns] for chain in mended["chains"]])
    remarks().print(f"{body} and its parent hold the same.")


async def _verify(body: str) -> dict[str, Any]:
    async with as_officer(body, timeout=_LONG) as client:
        said: dict[str, Any] = await client.get("/api/v1/reporting/ledger/verify")
        return said


async def _repair(body: str, everything: bool) -> dict[str, Any]:
    async with as_officer(body, timeout=_LONG) as client:
        mended: dict[str, Any] = await client.post("/api/v1/reporting/ledger/repair", {"everything": everything})
        said: dict[str, Any] = {}
        try:
            async with asyncio.timeout(SETTLED_WITHIN_SECONDS):
                while True:
                    said = await client.get("/api/v1/reporting/ledger/verify")
                    if said["whole"] and all(chain["standing"] in ("agrees", None) for chain in said["chains"]):
                        return mended
                    await asyncio.sleep(_LOOK_EVERY)
        except TimeoutError:
            left = "; ".join(_sentence(chain) for chain in said.get("chains", ()) if chain["fault"])
            raise NotRepaired(
                f"sent, but not the same after {SETTLED_WITHIN_SECONDS:.0f} s: {left or 'still rising'}"
            ) from None


def _shown(chain: dict[str, Any], column: str) -> str:
    if column == "fault":
        return _sentence(chain) if chain["fault"] else ""
    return str(chain[column] if chain[column] is not None else "")


def _sentence(chain: dict[str, Any]) -> str:
    fault = chain["fault"]
    place = f" at {fault['position']}" if fault["position"] is not None else ""
    event = f" {fault['event_id']}" if fault["event_id"] else ""
    return f"{chain['body']}/{chain['chain']}: {fault['kind']}{place}{event}: {fault['says']}"
