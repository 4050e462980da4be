"""A measured figure beside its limit, and how both are shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table

Aim = Literal["at least", "less than"]


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` of something in ``unit``, and the ``limit`` that this machine set for it in the same run.

    A target is either one for the ratio of value to limit, or one for the value itself.
    """

    name: str
    value: float
    unit: str
    limit_name: str = ""
    limit: float | None = None
    target_of_ratio: float | None = None
    target: float | None = None
    aim: Aim = "at least"

    @property
    def ratio(self) -> float | None:
        """Value over limit."""
        return self.value / self.limit if self.limit else None

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        measured, wanted = (
            (self.value, self.target) if self.target_of_ratio is None else (self.ratio, self.target_of_ratio)
        )
        if measured is None or wanted is None:
            return None
        return measured >= wanted if self.aim == "at least" else measured < wanted


def show(figures: Sequence[Figure], console: Console) -> None:
    """As a table for people."""
    table = Table(title="Doorstep, each figure beside its limit, measured in the same run")
    table.add_column("what")
    for title in ("measured", "limit", "ratio", "target"):
        table.add_column(title, justify="right")
    table.add_column("reached")
    for one in figures:
        table.add_row(
            one.name,
            f"{_number(one.value)} {one.unit}",
            "" if one.limit is None else f"{_number(one.limit)}  {one.limit_name}",
            "" if one.ratio is None else f"{one.ratio:.2f}",
            _target(one),
            {True: "yes", False: "[bold red]no[/]", None: ""}[one.reached],
        )
    console.print(table)


def keep(figures: Sequence[Figure], path: Path) -> None:
    """As JSON for machines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(one) | {"ratio": one.ratio, "reached": one.reached} for one in figures]
    path.write_text(json.dumps({"figures": rows}, indent=2) + "\n")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def _target(one: Figure) -> str:
    sign = "≥" if one.aim == "at least" else "<"
    if one.target_of_ratio is not None:
        return f"ratio {sign} {one.target_of_ratio:g}"
    return "" if one.target is None else f"{sign} {one.target:g} {one.unit}"
