"""``reporting rebuild``."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from deploy.cli.instance import as_officer
from deploy.cli.screen import print_json, progress_bar, remarks
from deploy.trouble import Trouble

_LOOK_EVERY = 0.2


class RebuildFailed(Trouble):
    """The figures could not be made anew; the old ones stay."""


def build() -> typer.Typer:
    """The group."""
    app = typer.Typer(help="The figures and where they come from.", no_args_is_help=True)
    app.callback()(lambda: None)
    app.command("rebuild")(rebuild)
    return app


def rebuild(
    body: Annotated[str, typer.Option(help="The body.")],
    as_json: Annotated[bool, typer.Option("--json", help="How it ended, as JSON.")] = False,
) -> None:
    """Make the figures anew from the stream of events, and wait until that is done."""
    ended = asyncio.run(_rebuild(body))
    if as_json:
        print_json(ended)
    else:
        remarks().print(f"The figures of {body} were made anew from {ended.get('done')} events.")


async def _rebuild(body: str) -> dict[str, Any]:
    async with as_officer(body) as client:
        started = await client.post("/api/v1/reporting/rebuild")
        path = f"/api/v1/reporting/rebuild/{started['id']}"
        with progress_bar() as bar:
            task = bar.add_task("Reading events", total=None)
            while True:
                progress: dict[str, Any] = await client.get(path)
                bar.update(task, completed=progress.get("done") or 0, total=progress.get("total"))
                if progress["state"] == "failed":
                    raise RebuildFailed(f"rebuilding failed: {progress.get('reason') or 'see the log'}")
                if progress["state"] == "done":
                    return progress
                await asyncio.sleep(_LOOK_EVERY)
