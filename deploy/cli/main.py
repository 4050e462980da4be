"""The ``doorstep`` command: which verbs there are, and what its exit codes say."""

from __future__ import annotations

import sys

import httpx
import typer

from deploy.cli import figures, ledger, parked, reporting, roster, up
from deploy.cli.instance import NoSignIn
from deploy.cli.screen import remarks
from deploy.client import Refused
from deploy.ledger.arrival import NotCaughtUp
from deploy.ledger.facts import BadLedger
from deploy.ledger.replay import LedgerFailed
from deploy.lock import AlreadyUp
from deploy.nats.binary import NoServerBinary
from deploy.nats.streams import StreamsNotDeclared
from deploy.run_file import NotRunning
from deploy.supervisor import NotReady
from deploy.topology import UnknownBody
from deploy.topology_file import BadTopology

FAILED, USAGE, NOT_READY = 1, 2, 3

_USAGE_ERRORS = (UnknownBody, BadTopology, NoSignIn)
_NOT_READY_ERRORS = (NotRunning, NotReady, StreamsNotDeclared, httpx.ConnectError)
_FAILURES = (
    AlreadyUp,
    BadLedger,
    LedgerFailed,
    NoServerBinary,
    NotCaughtUp,
    Refused,
    reporting.RebuildFailed,
    httpx.TransportError,
)


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
    app.command()(figures.figures)
    app.add_typer(roster.build(), name="roster")
    app.add_typer(ledger.build(), name="ledger")
    app.add_typer(parked.build(), name="parked")
    app.add_typer(reporting.build(), name="reporting")
    return app


def main() -> None:
    """Entry point: 0 done, 1 failed, 2 called wrongly, 3 nothing is up (or not yet)."""
    try:
        build()()
    except _USAGE_ERRORS as error:
        _leave(USAGE, error)
    except _NOT_READY_ERRORS as error:
        _leave(NOT_READY, error)
    except _FAILURES as error:
        _leave(FAILED, error)


def _leave(code: int, error: Exception) -> None:
    remarks().print(str(error) or type(error).__name__, style="bold red", highlight=False, markup=False)
    sys.exit(code)
