"""``up`` and ``down``."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.accounts import Account
from deploy.cli.instance import machine
from deploy.cli.screen import answers, print_table, remarks
from deploy.lock import holder
from deploy.machine import Machine
from deploy.nats.binary import find_server_binary
from deploy.run_file import NotRunning, Run
from deploy.topology import SAMPLE, Topology, UnknownBody
from deploy.topology_file import read_topology
from deploy.trouble import CalledWrongly

if TYPE_CHECKING:
    from deploy.body_config import BodyConfig
    from deploy.tiers.own_body import OwnBody

_SHOWN_ROLES = ("officer", "dispatcher", "clerk", "member")
_SHOWN_MEMBERS = 2


def up(
    bodies: Annotated[
        list[str] | None, typer.Argument(help="Codes of the bodies to run, or the body.json of one; all when none.")
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="With sample rosters, sign-in codes, inbox.")] = False,
    config: Annotated[Path | None, typer.Option(help="A topology file (TOML) instead of the sample's.")] = None,
) -> None:
    """Run bodies on this machine until Ctrl-C: those made by `body init`, or with --sample or --config others."""
    # Imported here: the other commands start no process, and are a second sooner without these.
    from deploy.body_config import config_path
    from deploy.sample_run import settle_sample
    from deploy.sites import Sites, TopologySites
    from deploy.supervisor import Supervisor
    from deploy.tiers.own_sites import OwnSites

    if sample and config is not None:
        raise typer.BadParameter("the sample has its own bodies", param_hint="--config")
    place, own = (machine(), []) if sample or config is not None else _own_bodies(machine(), bodies or [])
    sites: Sites
    if own:
        sites = own_sites = OwnSites(own, lambda said: remarks().print(said, style="yellow", highlight=False))
        topology = own_sites.topology
        chosen = list(topology)
    else:
        topology = read_topology(config) if config is not None else SAMPLE
        chosen = [topology.body(code) for code in bodies] if bodies else list(topology)
        sites = TopologySites(place, topology, sample=sample)
    supervisor = Supervisor(place, topology, chosen, sites, find_server_binary(), sample=sample)
    started = time.monotonic()

    async def settle(body: BodyConfig) -> tuple[Account, ...]:
        if sample:
            return await settle_sample(body, config_path(place, body.body))
        return ()

    def on_ready(run: Run) -> None:
        _welcome(run, place, topology, time.monotonic() - started)

    remarks().print(f"Starting {', '.join(body.code for body in chosen)} in {place.var} ...")
    asyncio.run(supervisor.run(settle, on_ready))
    remarks().print("Stopped.")


def _own_bodies(place: Machine, wanted: list[str]) -> tuple[Machine, list[OwnBody]]:
    """The bodies made by ``body init`` that are meant, and their place; none where others are."""
    from deploy.tiers.own_body import OwnBody, own_bodies

    files = [Path(one).absolute() for one in wanted if one.endswith(".json")]
    if files:
        if len({file.parent.parent for file in files}) > 1 or len(files) < len(wanted):
            raise CalledWrongly("either codes, or files of bodies in one place")
        bodies = [OwnBody.read(file.parent) for file in files]
        return replace(place, var=files[0].parent.parent), bodies
    made = {body.code: body for body in own_bodies(place)}
    if not any(code in made for code in wanted or made):
        return place, []
    missing = [code for code in wanted if code not in made]
    if missing:
        raise UnknownBody(missing[0], tuple(made))
    return place, [made[code] for code in wanted or made]


def _welcome(run: Run, place: Machine, topology: Topology, seconds: float) -> None:
    answers().print(f"Ready in {seconds:.1f} s.")
    rows = [(code, topology.body(code).tier, body.url) for code, body in run.bodies.items()]
    print_table(("body", "tier", "address"), rows)
    answers().print("Residents start at /, staff at /login, figures are at /reports, the API at /api/docs.")
    codes = [
        (code, account.role, account.login, account.password)
        for code, body in run.bodies.items()
        for account in _some_accounts(body.accounts)
    ]
    if codes:
        print_table(("body", "role", "login", "password"), codes, title="Some sign-in codes")
        answers().print(f"Every sign-in code is in {place.run_file}.")
    else:
        answers().print(f"The first officer's sign-in code is in {place.var}/<body>/body.json, under secrets.")
    if run.inbox_url:
        answers().print(f"Mail arrives at {run.inbox_url}")
    answers().print("Ctrl-C ends it.")


def _some_accounts(accounts: tuple[Account, ...]) -> list[Account]:
    shown = []
    for role in _SHOWN_ROLES:
        of_role = [account for account in accounts if account.role == role]
        shown += of_role[: _SHOWN_MEMBERS if role == "member" else 1]
    return shown


def down(
    wait: Annotated[float, typer.Option(help="Seconds to wait for the end.")] = 30.0,
) -> None:
    """End the instance that runs here, in order."""
    place = machine()
    pid = holder(place.lock_file)
    if pid is None:
        raise NotRunning(f"nothing runs in {place.var}")
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + wait
    while holder(place.lock_file) is not None:
        if time.monotonic() > deadline:
            remarks().print(f"process {pid} has not ended within {wait:.0f} s")
            raise typer.Exit(1)
        time.sleep(0.05)  # between looks: a lock that another process holds tells nobody when it is let go
    remarks().print("Stopped.")
