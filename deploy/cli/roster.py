"""``roster import`` and ``roster export``."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.instance import as_officer
from deploy.cli.screen import print_json, print_table, remarks


def build() -> typer.Typer:
    """The group."""
    app = typer.Typer(help="The roster of a body: places, members, departments.", no_args_is_help=True)
    app.callback()(lambda: None)
    app.command("import")(import_roster)
    app.command("export")(export_roster)
    return app


def import_roster(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The whole roster as JSON.")],
    body: Annotated[str, typer.Option(help="The body whose roster it is.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The changes as JSON.")] = False,
) -> None:
    """Take over a roster file, whole or not at all, and say what it changes."""
    said = asyncio.run(_send(body, file.read_bytes(), dry_run=dry_run))
    if as_json:
        print_json(said)
        return
    changes = said["changes"]
    if changes:
        rows = [(one["change"], one["kind"], one["code"], _fields(one["fields"])) for one in changes]
        print_table(("change", "what", "code", "fields"), rows)
    verb = "would be changed" if dry_run else "were changed"
    remarks().print(f"{len(changes)} entries {verb} at {body}.")


def export_roster(
    body: Annotated[str, typer.Option(help="The body whose roster it is.")],
) -> None:
    """Print the present roster as a file that ``import`` takes, with everything that was changed by hand."""
    print_json(asyncio.run(_fetch(body)))


async def _fetch(body: str) -> dict[str, Any]:
    async with as_officer(body) as client:
        said = await client.get("/api/v1/roster/file")
    assert isinstance(said, dict)
    return said


async def _send(body: str, content: bytes, *, dry_run: bool) -> dict[str, Any]:
    async with as_officer(body) as client:
        said = await client.post_bytes("/api/v1/roster", content, dry_run=str(dry_run).lower())
    assert isinstance(said, dict)
    return said


def _fields(fields: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items())
