"""``figures``."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

import typer

from deploy.cli.instance import as_officer
from deploy.cli.screen import print_json, print_table, remarks

_DAY = ["%Y-%m-%d"]


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
) -> None:
    """The figures of a body over whole days of its own calendar."""
    period = {"body": body, "from": f"{from_on:%Y-%m-%d}", "to": f"{to_on:%Y-%m-%d}"}
    if as_of:
        period["as_of"] = f"{as_of:%Y-%m-%d}"
    if tree:
        _show_tree(asyncio.run(_ask(at or body, "/api/v1/figures/tree", period)), as_json)
        return
    found = asyncio.run(_ask(at or body, "/api/v1/figures", period))
    if as_json:
        print_json(found)
    else:
        _show(found, f"{body} from {from_on:%F} to {to_on:%F}")


def _show(found: dict[str, Any], title: str) -> None:
    now, corrections = found.pop("now", None), found.pop("corrections", [])
    rates = {f"{name} rate": _said(rate) for name, rate in found.pop("rates").items()}
    print_table(("figure", "value"), sorted((found | rates).items()), title=title)
    if now is not None:
        rows = [(each["figure"], each["then"], each["now"], each["difference"]) for each in corrections]
        print_table(("corrected since", "then", "now", "difference"), rows)


_SHOWN = (
    "members",
    "residents_received",
    "opinions_collected",
    "opinions_solved",
    "opinions_answered",
    "consultations",
)


def _show_tree(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    first, *below = found["bodies"]
    rows = [
        (
            " > ".join(each["path"]) or each["body"],
            *(each["own"].get(key) for key in _SHOWN),
            each["as_of"],
            _marks(each),
        )
        for each in (first, *below)
    ]
    rows.append(("together", *(first["sum"].get(key) for key in _SHOWN), "", ""))
    print_table(("body", *_SHOWN, "as of", ""), rows)
    verdict = "come to" if found["agrees"] else "do NOT come to"
    remarks().print(
        f"Body by body {found['parts']} raised issues, which {verdict} the {found['whole']} counted at once."
    )


def _marks(branch: dict[str, Any]) -> str:
    waiting = f"{branch['waiting']} on their way" if branch["waiting"] else ""
    return ", ".join(mark for mark in ("silent" if branch["silent"] else "", waiting) if mark)


def _said(rate: dict[str, Any]) -> str:
    return f"{rate['counted']} of {rate['of']}; {rate['without_answer']} of {rate['asked']} without an answer"


async def _ask(at: str, path: str, query: dict[str, str]) -> dict[str, Any]:
    async with as_officer(at) as client:
        found = await client.get(path, **query)
    assert isinstance(found, dict)
    return found
