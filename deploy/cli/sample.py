"""``sample``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.screen import print_json, remarks
from deploy.sampling.writing import write_sample
from deploy.trouble import Trouble


def sample(
    body: Annotated[str, typer.Argument(help="Of which body: karamay, kashgar, zhaosu and others.")],
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder for its two files.")],
    parent: Annotated[str | None, typer.Option(help="The body above, where it is to stand under one.")] = None,
    whole_year: Annotated[
        bool, typer.Option("--whole-year", help="Go on after the part of the year that was published.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Where the files are, as JSON.")] = False,
) -> None:
    """Write a made-up roster and ledger that add up to what the body published: for ``roster import`` and
    ``ledger replay``."""
    try:
        written = write_sample(body, out, parent, whole_year=whole_year)
    except OSError as error:
        raise Trouble(f"{error.filename}: {error.strerror}") from error
    if as_json:
        print_json({"roster": str(written.roster), "ledger": str(written.ledger), "facts": written.facts})
    else:
        remarks().print(f"{written.roster}\n{written.ledger} ({written.facts} facts)", highlight=False, soft_wrap=True)
