"""Finds the running instance that a command is about."""

from __future__ import annotations

import os

from deploy.accounts import Account
from deploy.client import BodyClient
from deploy.machine import Machine
from deploy.run_file import Run, RunningBody
from deploy.topology import UnknownBody
from deploy.trouble import CalledWrongly


class NoSignIn(CalledWrongly):
    """There is no officer's account to act with."""


def machine() -> Machine:
    """This machine, as ``DOORSTEP_*`` variables say."""
    return Machine.from_environment(os.environ)


def running() -> Run:
    """The running instance; raises :class:`deploy.run_file.NotRunning`."""
    return Run.read(machine().run_file)


def running_body(run: Run, code: str) -> RunningBody:
    """One body of it; raises :class:`deploy.topology.UnknownBody`."""
    if code not in run.bodies:
        raise UnknownBody(code, tuple(run.bodies))
    return run.bodies[code]


def as_officer(body: RunningBody) -> BodyClient:
    """A client that acts as the body's officer: by ``DOORSTEP_LOGIN`` and ``DOORSTEP_PASSWORD`` when set.

    Raises :class:`NoSignIn` when neither these nor the run file name an account.
    """
    login, password = os.environ.get("DOORSTEP_LOGIN"), os.environ.get("DOORSTEP_PASSWORD")
    if login and password:
        return BodyClient(body.url, login, password)
    officer = next((account for account in body.accounts if _is_officer(account)), None)
    if officer is None:
        raise NoSignIn("set DOORSTEP_LOGIN and DOORSTEP_PASSWORD to an officer's account")
    return BodyClient(body.url, officer.login, officer.password)


def _is_officer(account: Account) -> bool:
    return account.role == "officer"
