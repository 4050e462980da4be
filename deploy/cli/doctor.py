"""``doctor``: looks for what keeps an instance from starting or from being safe."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from deploy.cli.instance import machine
from deploy.cli.screen import print_json, print_table
from deploy.lock import holder
from deploy.machine import Machine
from deploy.nats.binary import NoServerBinary, find_server_binary, server_version
from deploy.nats.safety import unsafe_settings
from deploy.ports import is_taken
from deploy.topology import SAMPLE

_LEAST_FREE_BYTES = 1 << 30
_OTHERS = 0o077
_IN_TIME = timedelta(days=60)
"""Deadlines that begin now end about then; the list of the next year is decided in the autumn."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``says`` gives the reason, or what to do about it."""

    what: str
    well: bool
    says: str
    only_warns: bool = False
    """Whether an instance runs all the same: a matter for the next days, not for now."""


Check = Callable[[Machine], Iterator[Finding]]


def doctor(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Look for what would keep an instance here from starting, or from being safe; 1 when something does."""
    place = machine()
    findings = [finding for check in _CHECKS for finding in check(place)]
    well = all(finding.well or finding.only_warns for finding in findings)
    if as_json:
        print_json({"well": well, "findings": [asdict(finding) for finding in findings]})
    else:
        print_table(("", "what", ""), [(_mark(one), one.what, one.says) for one in findings])
    if not well:
        raise typer.Exit(1)


def _mark(finding: Finding) -> str:
    if finding.well:
        return "ok"
    return "soon" if finding.only_warns else "NO"


def _python(_: Machine) -> Iterator[Finding]:
    yield Finding("Python", sys.version_info >= (3, 11), f"{sys.version.split()[0]}; 3.11 or newer is needed")


def _server(_: Machine) -> Iterator[Finding]:
    try:
        binary = find_server_binary()
    except NoServerBinary as reason:
        yield Finding("nats-server", False, str(reason))
    else:
        yield Finding("nats-server", True, f"{binary}, {'.'.join(map(str, server_version(binary)))}")


def _folder(place: Machine) -> Iterator[Finding]:
    existing = next(folder for folder in (place.var, *place.var.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    yield Finding(
        "room on disk", free > _LEAST_FREE_BYTES, f"{free / (1 << 30):.1f} GiB free for {place.var}; 1 is the least"
    )


def _secrets(place: Machine) -> Iterator[Finding]:
    names = ("*/body.json", "*/nats.conf", "*/tiers.json", "*/*.key", "run.json")
    for path in sorted(path for name in names for path in place.var.glob(name)):
        mode = path.stat().st_mode & 0o777
        yield Finding(f"secrets in {path.relative_to(place.var)}", not mode & _OTHERS, f"mode {mode:o}; 600 is right")


def _server_settings(place: Machine) -> Iterator[Finding]:
    for path in sorted(place.var.glob("*/nats.conf")):
        unsafe = list(unsafe_settings(json.loads(path.read_text())))
        says = "; ".join(unsafe) or "durable, no plain passwords, LOCAL without a link, monitoring on the loopback"
        yield Finding(f"settings of {path.parent.name}'s server", not unsafe, says)


def _ports(place: Machine) -> Iterator[Finding]:
    pid = holder(place.lock_file)
    if pid is not None:
        yield Finding("ports", True, f"in use by the instance that runs here (process {pid})")
        return
    taken = [port for port in _wanted_ports(place) if is_taken(port)]
    says = f"{', '.join(map(str, taken))} taken; DOORSTEP_PORT_BASE moves them" if taken else "free"
    yield Finding("ports", not taken, says)


def _wanted_ports(place: Machine) -> list[int]:
    # Imported here: certificates need a library that the other checks do without.
    from deploy.tiers.own_body import own_bodies

    own = [body.config for body in own_bodies(place)]
    if own:
        return [port for one in own for port in (one.port, one.nats_port, one.monitor_port, one.leaf_port)]
    of_sample = [port for body in SAMPLE for port in asdict(place.ports(SAMPLE.slot(body.code))).values()]
    return [*of_sample, place.fakes.page, place.fakes.smtp]


def _database(place: Machine) -> Iterator[Finding]:
    if place.database_server is None:
        yield Finding("database", True, "SQLite files")
        return
    # Imported here: most instances have SQLite files, and the library takes half a second.
    from deploy.databases import server_answers

    well = asyncio.run(server_answers(place.database_server))
    yield Finding("database", well, f"the PostgreSQL server {'answers' if well else 'does not answer'}")


def _days_off(_: Machine) -> Iterator[Finding]:
    # Imported here: every other command would wait for it.
    from shared.workdays import known_through

    until, today = known_through(), datetime.now(UTC).date()
    says = f"known until {until}"
    if until - today < _IN_TIME:
        says += "; after that weekdays count as working days: update, or name the days at /office/calendar"
    yield Finding("the country's days off", until - today >= _IN_TIME, says, only_warns=True)


def _pdf(_: Machine) -> Iterator[Finding]:
    try:
        import weasyprint  # half a second, for this check alone
    except OSError:
        says = "Pango is missing, so reports are not made as PDF (libpango-1.0-0, libpangoft2-1.0-0); all else works"
        yield Finding("PDF", False, says, only_warns=True)
    else:
        yield Finding("PDF", True, f"WeasyPrint {weasyprint.__version__} and Pango")


_CHECKS: tuple[Check, ...] = (_python, _server, _folder, _ports, _database, _secrets, _server_settings, _days_off, _pdf)
