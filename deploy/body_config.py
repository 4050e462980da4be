"""All that one body's process must be told, as a file that only its owner reads (``var/<body>/body.json``).

Addresses in it follow the machine and are written anew at every start; secrets are made once and kept.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from deploy.accounts import Account
from deploy.machine import HOST, Machine
from deploy.passwords import machine_secret, readable_password
from deploy.private_file import write_private
from deploy.topology import SERVICES, Body, Topology
from deploy.trouble import Trouble
from shared.settings import Tier
from shared.web.tokens import new_key_pair


class OwnBodyThere(Trouble):
    """A body of a topology would take the folder, and the secrets, of one that stands on its own."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeyPair(_Frozen):
    """A service's Ed25519 key as PEM texts."""

    private: str
    public: str


class Secrets(_Frozen):
    """Made once per body, never shown, never replaced by a restart."""

    keys: dict[str, KeyPair]
    """By service."""
    vault: str
    nats_services: str
    nats_reporting: str
    nats_steward: str
    nats_leaf: str
    nats_handover: str = Field(default_factory=machine_secret)
    """Younger than the others: a body that was prepared before it is given one at its next start."""
    officer: Account
    """The first account of a body, through which all others are made."""

    @classmethod
    def generate(cls) -> Secrets:
        """Fresh secrets for a new body."""
        pairs = {name: new_key_pair() for name in SERVICES}
        return cls(
            keys={name: KeyPair(private=private, public=public) for name, (private, public) in pairs.items()},
            vault=machine_secret(),
            nats_services=machine_secret(),
            nats_reporting=machine_secret(),
            nats_steward=machine_secret(),
            nats_leaf=machine_secret(),
            officer=Account(login="officer", password=readable_password(), role="officer"),
        )


class BodyConfig(_Frozen):
    """One body on one machine: who it is, where it listens, where its data lies, what it keeps secret."""

    body: str
    tier: Tier
    parent: str | None
    time_zone: str
    names: dict[str, str] = Field(default_factory=dict)
    neighbours: dict[str, dict[str, str]] = Field(default_factory=dict)
    """The names of the bodies next to it in the tree, its parent's and its children's, by code and language."""
    further: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Likewise of the bodies further off: a neighbour may hand an issue on to them."""
    neighbours_file: Path | None = Field(default=None, exclude=True)
    """Where a file follows who joins and leaves; found anew at every start, since a body's folder may be moved."""
    port: int
    origin: str
    nats_host: str = HOST
    """Where the body's own message server is; elsewhere only between containers."""
    nats_port: int
    monitor_port: int
    leaf_port: int
    parent_leaf: str | None = None
    """``host:port`` of the parent's leaf listener."""
    leaf_host: str = HOST
    """Where the leaf listener listens: the one port that other machines may reach."""
    nats_listen: str = HOST
    """Where the message server listens for the body's own services."""
    leaf_address: str | None = None
    """``host:port`` at which children reach the leaf listener, as invitations say it."""
    own: bool = False
    """Made by ``doorstep body init``: its addresses are its own, and no start changes them."""
    database_urls: dict[str, str]
    neighbours_url: str | None = None
    """Where services reach each other when that is not the origin."""
    smtp_url: str
    mail_from: str
    secrets: Secrets
    sample: bool = False
    """In a sample run every member has an address, at which the development inbox takes the mail."""
    sample_accounts: tuple[Account, ...] = Field(default=())
    """Of a sample run only: sign-in codes of dispatcher, clerk and members."""

    def nats_url(self, user: str, password: str) -> str:
        """Address of the body's own server for one of its users."""
        return f"nats://{user}:{password}@{self.nats_host}:{self.nats_port}"

    @property
    def services_nats_url(self) -> str:
        """Account LOCAL, for every service."""
        return self.nats_url("services", self.secrets.nats_services)

    @property
    def uplink_nats_url(self) -> str:
        """Account UPLINK, for reporting."""
        return self.nats_url("reporting", self.secrets.nats_reporting)

    @property
    def handover_nats_url(self) -> str:
        """Account UPLINK, for routing."""
        return self.nats_url("handover", self.secrets.nats_handover)

    @property
    def monitor_url(self) -> str:
        """Monitoring of the body's nats-server."""
        return f"http://{HOST}:{self.monitor_port}"

    def without_services(self) -> BodyConfig:
        """The same for whoever runs the message server alone: no key, database, vault or sign-in code is in it."""
        bare = self.secrets.model_copy(update={"keys": {}, "vault": "", "officer": Account.none()})
        return self.model_copy(update={"secrets": bare, "database_urls": {}, "sample_accounts": ()})

    def write(self, path: Path) -> None:
        """Replace the file at ``path``."""
        write_private(path, self.model_dump_json(indent=2) + "\n")

    @classmethod
    def read(cls, path: Path) -> BodyConfig:
        """Raises :class:`OSError` where there is no such file, pydantic's ``ValidationError`` for a damaged one."""
        return cls.model_validate_json(path.read_bytes())


def config_path(machine: Machine, body: str) -> Path:
    """Where the configuration of ``body`` lies."""
    return machine.folder(body) / "body.json"


def neighbours_path(folder: Path) -> Path:
    """Where a body that stands on its own says who is next to it, in its folder."""
    return folder / "neighbours.json"


def prepare_body(machine: Machine, topology: Topology, body: Body, *, sample: bool) -> BodyConfig:
    """The configuration of ``body`` on ``machine``: kept secrets, present addresses; written to its file."""
    path = config_path(machine, body.code)
    known = BodyConfig.read(path) if path.exists() else None
    if known is not None and known.own:
        raise OwnBodyThere(f"{body.code} in {machine.var} was made by `doorstep body init`: `doorstep up {body.code}`")
    ports = machine.ports(topology.slot(body.code))
    parent = topology.parent_of(body)
    parent_leaf = f"{HOST}:{machine.ports(topology.slot(parent.code)).leaf}" if parent else None
    config = BodyConfig(
        body=body.code,
        tier=body.tier,
        parent=body.parent,
        time_zone=body.time_zone,
        names=dict(body.names),
        neighbours=topology.near(body),
        further=topology.further(body),
        port=ports.http,
        origin=f"http://{HOST}:{ports.http}",
        nats_port=ports.nats,
        monitor_port=ports.monitor,
        leaf_port=ports.leaf,
        parent_leaf=parent_leaf,
        database_urls=machine.database_urls(body.code),
        smtp_url=f"smtp://{HOST}:{machine.fakes.smtp}",
        mail_from=f"doorstep@{body.code}.localhost",
        secrets=known.secrets if known else Secrets.generate(),
        sample=sample,
        sample_accounts=known.sample_accounts if known else (),
    )
    config.write(path)
    return config
