"""``ledger replay``."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.instance import as_officer, running, running_body
from deploy.cli.screen import print_json, progress_bar, remarks
from deploy.ledger.arrival import wait_for_figures
from deploy.ledger.facts import Line, read_ledger
from deploy.ledger.persistence import PersistentSender
from deploy.ledger.replay import Replay


def build() -> typer.Typer:
    """The group."""
    app = typer.Typer(help="Record a body's paper ledger afterwards.", no_args_is_help=True)
    app.command("replay")(replay)
    return app


def replay(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="One JSON object a line.")],
    body: Annotated[str, typer.Option(help="The body whose ledger it is.")],
    as_json: Annotated[bool, typer.Option("--json", help="Say how many facts were recorded as JSON.")] = False,
) -> None:
    """Record every fact of a ledger with its own date; run again, it goes on where it ended, and changes nothing
    that is recorded."""
    lines = read_ledger(file)
    parent = running_body(body).parent
    counted_at = [body, parent] if parent in running().bodies else [body]
    asyncio.run(_record(body, lines, counted_at))
    if as_json:
        print_json({"body": body, "facts": len(lines)})
    else:
        remarks().print(f"{len(lines)} facts are recorded at {body}, and in the figures.")


async def _record(body: str, lines: tuple[Line, ...], counted_at: list[str]) -> None:
    async with AsyncExitStack() as stack:
        clients = {code: await stack.enter_async_context(as_officer(code)) for code in counted_at}
        with progress_bar() as bar:
            task = bar.add_task(f"Recording {len(lines)} facts at {body}", total=len(lines))
            await Replay(PersistentSender(clients[body], body)).record(lines, lambda: bar.advance(task))
            waiting = bar.add_task("Waiting for the figures", total=1)
            await wait_for_figures(clients)
            bar.advance(waiting)
