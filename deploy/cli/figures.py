"""``figures``."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.figure_tables import show, show_tree
from deploy.cli.instance import as_officer
from deploy.cli.screen import print_json, remarks
from deploy.trouble import CalledWrongly

_DAY = ["%Y-%m-%d"]


class Format(StrEnum):
    """A file that the whole report comes as."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    PDF = "pdf"


def figures(
    body: Annotated[str, typer.Option(help="Whose figures.")],
    from_on: Annotated[datetime, typer.Option("--from", formats=_DAY, help="First day.")],
    to_on: Annotated[datetime, typer.Option("--to", formats=_DAY, help="Last day, included.")],
    at: Annotated[str | None, typer.Option(help="Whose reporting is asked; the body's own when left out.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="As they were known at the end of this day.")
    ] = None,
    tree: Annotated[bool, typer.Option("--tree", help="With every body below, and their sums.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    format_: Annotated[
        Format | None, typer.Option("--format", help="The report of these figures, with its charts' series, as a file.")
    ] = None,
    table: Annotated[str, typer.Option(help="Which table of the report a CSV file has.")] = "figures",
    language: Annotated[str, typer.Option(help="In which language the file is.")] = "zh-Hans",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to; standard output if not said.")
    ] = None,
) -> None:
    """The figures of a body over whole days of its own calendar."""
    period = {"body": body, "from": f"{from_on:%Y-%m-%d}", "to": f"{to_on:%Y-%m-%d}"}
    if format_ is not None:
        if as_json or tree or as_of:
            raise CalledWrongly("--format is a whole report as of now: it goes with none of --json, --tree, --as-of")
        file = {"format": format_, "table": table, "language": language}
        _write(asyncio.run(_fetch(at or body, **period, **file)), output)
        return
    if as_of:
        period["as_of"] = f"{as_of:%Y-%m-%d}"
    if tree:
        branches = asyncio.run(_ask(at or body, "/api/v1/figures/tree", **period))
        print_json(branches) if as_json else show_tree(branches)
        return
    found = asyncio.run(_ask(at or body, "/api/v1/figures", **period))
    if as_json:
        print_json(found)
    else:
        show(found, f"{body} from {from_on:%F} to {to_on:%F}")


async def _ask(at: str, path: str, **asked: str) -> dict[str, Any]:
    async with as_officer(at) as client:
        found = await client.get(path, **asked)
    assert isinstance(found, dict)
    return found


async def _fetch(at: str, **asked: str) -> bytes:
    async with as_officer(at) as client:
        return await client.get_file("/api/v1/figures/export", **asked)


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        return
    output.write_bytes(content)
    remarks().print(f"{output}: {len(content)} bytes.")
