"""How the command speaks: answers on stdout, everything else on stderr, colour only for a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

_WIDE = 200


def answers() -> Console:
    """Where results go; what is not a terminal has room for whole lines."""
    return Console(width=None if sys.stdout.isatty() else _WIDE)


def remarks() -> Console:
    """Where everything goes that is not the result."""
    return Console(stderr=True, width=None if sys.stderr.isatty() else _WIDE)


def print_json(content: Any) -> None:
    """One JSON object on stdout, the same bytes for the same content."""
    sys.stdout.write(json.dumps(content, sort_keys=True, ensure_ascii=False, indent=2) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """A table for people."""
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    answers().print(table)


def progress_bar() -> Progress:
    """A bar on stderr; nothing at all when stderr is no terminal."""
    console = remarks()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
