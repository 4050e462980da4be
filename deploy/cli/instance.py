"""Finds the running instance that a command is about."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from deploy.accounts import Account
from deploy.client import BodyClient
from deploy.lock import holder
from deploy.machine import Machine
from deploy.run_file import NotRunning, Run, RunningBody
from deploy.topology import UnknownBody
from deploy.trouble import CalledWrongly


class NoSignIn(CalledWrongly):
    """There is no officer's account to act with."""


def machine() -> Machine:
    """This machine, as ``DOORSTEP_*`` variables say."""
    return Machine.from_environment(os.environ)


def place_at(folder: Path | None) -> Machine:
    """This machine with its bodies in ``folder``; where ``DOORSTEP_VAR`` says when None."""
    place = machine()
    return place if folder is None else replace(place, var=folder.absolute())


def server_pid(var: Path, code: str) -> int | None:
    """The process of the message server of ``code`` in the place ``var``; None while nothing runs there."""
    place = replace(machine(), var=var)
    if holder(place.lock_file) is None:
        return None
    try:
        bodies = Run.read(place.run_file).bodies
    except NotRunning:
        return None
    return bodies[code].pids.get("nats") if code in bodies else None


def running() -> Run:
    """The running instance; raises :class:`deploy.run_file.NotRunning`."""
    return Run.read(machine().run_file)


def running_body(code: str) -> RunningBody:
    """One body of the running instance.

    Raises :class:`deploy.run_file.NotRunning` and :class:`deploy.topology.UnknownBody`.
    """
    run = running()
    if code not in run.bodies:
        raise UnknownBody(code, tuple(run.bodies))
    return run.bodies[code]


def as_officer(code: str, *, timeout: float = 30.0) -> BodyClient:
    """A client that acts as an officer of the body: by ``DOORSTEP_LOGIN`` and ``DOORSTEP_PASSWORD`` when both
    are set, else by the first officer's code, which lies where only the instance's owner reads; ``timeout`` in seconds
    for one answer.

    Raises as :func:`running_body` does, and :class:`NoSignIn` when there is no such code.
    """
    body = running_body(code)
    login, password = os.environ.get("DOORSTEP_LOGIN"), os.environ.get("DOORSTEP_PASSWORD")
    if login and password:
        return BodyClient(body.url, login, password, timeout=timeout)
    officer = next((one for one in body.accounts if one.role == "officer"), None) or _first_officer(code)
    return BodyClient(body.url, officer.login, officer.password, timeout=timeout)


def _first_officer(code: str) -> Account:
    # Imported here: in a sample run, the usual case, the run file names the officer.
    from deploy.body_config import BodyConfig, config_path

    wanted = "set DOORSTEP_LOGIN and DOORSTEP_PASSWORD to an officer's account"
    try:
        officer = BodyConfig.read(config_path(machine(), code)).secrets.officer
    except OSError as error:
        raise NoSignIn(wanted) from error
    if officer == Account.none():
        raise NoSignIn(wanted)
    return officer
