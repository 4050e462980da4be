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
from deploy.run_file import Run


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
    run = running()
    running_body(run, body)
    asyncio.run(_record(run, body, lines))
    if as_json:
        print_json({"body": body, "facts": len(lines)})
    else:
        remarks().print(f"{len(lines)} facts are recorded at {body}, and in the figures.")


async def _record(run: Run, code: str, lines: tuple[Line, ...]) -> None:
    body = run.bodies[code]
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(as_officer(body))
        counted = [client]
        if body.parent in run.bodies:
            counted.append(await stack.enter_async_context(as_officer(run.bodies[body.parent])))
        with progress_bar() as bar:
            task = bar.add_task(f"Recording {len(lines)} facts at {code}", total=len(lines))
            await Replay(PersistentSender(client, code)).record(lines, lambda: bar.advance(task))
            waiting = bar.add_task("Waiting for the figures", total=1)
            await wait_for_figures(counted)
            bar.advance(waiting)
