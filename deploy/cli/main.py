"""The ``doorstep`` command: which verbs there are, and what its exit codes say."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import httpx
import typer

from deploy.cli import (
    backup,
    body,
    cluster,
    containers,
    doctor,
    fakes,
    figures,
    ledger,
    parked,
    reporting,
    roster,
    sample,
    state,
    tier,
    tier_ledger,
    up,
)
from deploy.cli.screen import remarks
from deploy.trouble import NothingUp, Trouble


def build() -> typer.Typer:
    """The command with all its verbs."""
    app = typer.Typer(
        name="doorstep",
        help="Run and ask the neighbourhood desks of bodies on this machine.",
        no_args_is_help=True,
        # A traceback with local variables would show passwords.
        pretty_exceptions_enable=False,
    )
    app.command()(up.up)
    app.command()(up.down)
    app.add_typer(body.build(), name="body")
    tiers = tier.build()
    tier_ledger.add_to(tiers)
    app.add_typer(tiers, name="tier")
    app.command()(state.status)
    app.command()(doctor.doctor)
    app.command()(figures.figures)
    app.add_typer(roster.build(), name="roster")
    app.add_typer(ledger.build(), name="ledger")
    app.command()(sample.sample)
    app.add_typer(parked.build(), name="parked")
    app.add_typer(reporting.build(), name="reporting")
    app.command()(fakes.fakes)
    app.command()(containers.containers)
    app.command()(cluster.cluster)
    app.command()(backup.backup)
    app.command()(backup.restore)
    app.command()(state.version)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point: exits with 0 done, 1 failed, 2 called wrongly, 3 nothing is up (or not yet).

    ``arguments`` are those of the process when left out.
    """
    try:
        build()(args=arguments)
    except Trouble as trouble:
        _leave(trouble.exit_code, str(trouble))
    except httpx.ConnectError:
        _leave(NothingUp.exit_code, "the instance does not answer")
    except httpx.TransportError as error:
        _leave(Trouble.exit_code, str(error) or type(error).__name__)


def _leave(code: int, sentence: str) -> None:
    remarks().print(sentence, style="bold red", highlight=False, markup=False)
    sys.exit(code)
