"""Where a run lives on one machine: its folder, its ports, its databases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.topology import SERVICES
from deploy.trouble import CalledWrongly

HOST = "127.0.0.1"
"""Everything on one machine listens here alone; a reverse proxy opens it to others."""

DEFAULT_PORT_BASE = 8600
_PORTS_PER_BODY = 10
_FAKES_OFFSET = 90
"""Nine bodies fit before the fakes' ports; those of further bodies come after."""
_PORTS_OF_NINE = 100
_HIGHEST_PORT = 65_535


class BadPortBase(CalledWrongly):
    """``DOORSTEP_PORT_BASE`` leaves no room for the ports of an instance."""


@dataclass(frozen=True)
class BodyPorts:
    """Loopback ports of one body."""

    http: int
    nats: int
    monitor: int
    leaf: int


@dataclass(frozen=True)
class FakesPorts:
    """Loopback ports of the development inbox."""

    page: int
    smtp: int


@dataclass(frozen=True)
class Machine:
    """The place of one run; two runs with different ``var`` and ``port_base`` live side by side."""

    var: Path
    port_base: int = DEFAULT_PORT_BASE
    database_server: str | None = None
    """A PostgreSQL URL for SQLAlchemy (``postgresql+asyncpg://...``), or None for SQLite files."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Machine:
        """Read ``DOORSTEP_VAR``, ``DOORSTEP_PORT_BASE`` and ``DOORSTEP_DATABASE_URL``.

        Raises :class:`BadPortBase` when the port base is no usable port number.
        """
        text = environment.get("DOORSTEP_PORT_BASE") or str(DEFAULT_PORT_BASE)
        if not text.isdecimal() or not 1024 <= int(text) <= 65_535 - 100:
            raise BadPortBase(f"DOORSTEP_PORT_BASE must be a number from 1024 to 65435, not {text!r}")
        return cls(
            var=Path(environment.get("DOORSTEP_VAR") or "var").absolute(),
            port_base=int(text),
            database_server=environment.get("DOORSTEP_DATABASE_URL") or None,
        )

    def ports(self, slot: int) -> BodyPorts:
        """Ports of the body that stands at ``slot`` in the topology. Raises :class:`BadPortBase` past the last port."""
        fit = _FAKES_OFFSET // _PORTS_PER_BODY
        beyond = max(0, slot - fit)
        first = self.port_base + (slot * _PORTS_PER_BODY if slot < fit else _PORTS_OF_NINE + beyond * _PORTS_PER_BODY)
        if first + _PORTS_PER_BODY > _HIGHEST_PORT:
            raise BadPortBase(f"DOORSTEP_PORT_BASE {self.port_base} leaves no ports for {slot + 1} bodies")
        return BodyPorts(http=first, nats=first + 1, monitor=first + 2, leaf=first + 3)

    @property
    def fakes(self) -> FakesPorts:
        """Ports of the development inbox."""
        first = self.port_base + _FAKES_OFFSET
        return FakesPorts(page=first, smtp=first + 1)

    def folder(self, body: str) -> Path:
        """Everything of one body: its configuration, message store, databases and logs."""
        return self.var / body

    @property
    def run_file(self) -> Path:
        """What a running instance says about itself: addresses, process ids, sign-in codes."""
        return self.var / "run.json"

    @property
    def lock_file(self) -> Path:
        """Held by the supervisor as long as it lives; its text is the supervisor's process id."""
        return self.var / "doorstep.pid"

    @property
    def inbox_folder(self) -> Path:
        """Mail that the development inbox has taken, one ``.eml`` file each."""
        return self.var / "inbox"

    def database_urls(self, body: str) -> dict[str, str]:
        """One database per service of ``body``: SQLite files, or databases on the PostgreSQL server."""
        if self.database_server is None:
            return {name: f"sqlite:///{self.folder(body)}/{name}.db" for name in SERVICES}
        return {name: _database_url(self.database_server, body, name) for name in SERVICES}


def _database_url(server_url: str, body: str, service: str) -> str:
    """``<prefix>_<body>_<service>`` on the server; the prefix is the database that the server's URL names.

    So two runs share one PostgreSQL server by naming different (not necessarily existing) databases.
    """
    # Imported here: half a second that only the start of an instance has to pay.
    from sqlalchemy.engine import make_url

    server = make_url(server_url)
    prefix = server.database if server.database not in (None, "", "postgres") else "doorstep"
    name = f"{prefix}_{body}_{service}".replace("-", "_")
    return server.set(database=name).render_as_string(hide_password=False)
