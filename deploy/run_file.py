"""``var/run.json``: what a running instance says about itself, for the command line, tests and people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.accounts import Account
from deploy.private_file import write_private
from deploy.trouble import NothingUp

if TYPE_CHECKING:
    from deploy.body_config import BodyConfig


class NotRunning(NothingUp):
    """No instance runs at the place that was looked at."""


class RunningBody(BaseModel):
    """One body of a running instance."""

    model_config = ConfigDict(frozen=True)

    url: str
    nats_url: str
    nats_uplink_url: str
    monitor_url: str
    database_urls: dict[str, str]
    pids: dict[str, int] = Field(default_factory=dict)
    """``nats`` and ``services``."""
    services: dict[str, str] = Field(default_factory=dict)
    """Addresses of services that run apart, by name; none where one process has all of them at ``url``."""
    accounts: tuple[Account, ...] = ()
    parent: str | None = None

    @classmethod
    def of(cls, config: BodyConfig, pids: dict[str, int], accounts: tuple[Account, ...]) -> RunningBody:
        """What ``config`` looks like while it runs."""
        return cls(
            url=config.origin,
            nats_url=config.services_nats_url,
            nats_uplink_url=config.uplink_nats_url,
            monitor_url=config.monitor_url,
            database_urls=config.database_urls,
            pids=pids,
            accounts=accounts,
            parent=config.parent,
        )


class Run(BaseModel):
    """A running instance."""

    model_config = ConfigDict(frozen=True)

    supervisor_pid: int
    bodies: dict[str, RunningBody]
    inbox_url: str | None = None
    fakes_pid: int | None = None

    def write(self, path: Path) -> None:
        """Replace the file at ``path``."""
        text = json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False)
        write_private(path, text + "\n")

    @classmethod
    def read(cls, path: Path) -> Run:
        """Raises :class:`NotRunning` when there is no such file or it is no run file."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise NotRunning(f"nothing runs here: there is no {path.name} in {path.parent}") from None
        except ValidationError as error:
            raise NotRunning(f"{path} is not readable as a run file: {error}") from error
