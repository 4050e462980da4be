"""What the configuration of one body's nats-server is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.nats.cluster import ClusterSite


@dataclass(frozen=True)
class ServerSecrets:
    """Plain passwords of a body's own users; ``leaf`` is what the body shows to its parent."""

    services: str
    reporting: str
    steward: str
    leaf: str
    handover: str | None = None
    """Of routing, which reads what was handed to the body; without one it cannot."""


@dataclass(frozen=True)
class ChildAccess:
    """What opens the account of a child, as bcrypt hashes; None where nothing does."""

    leaf_hash: str | None = None
    """Of the secret with which its server links."""
    invitation_hash: str | None = None
    """Of the secret with which it may ask, once, to be let in."""


@dataclass(frozen=True)
class LeafTls:
    """Certificate and key of the leaf listener, PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class ServerSite:
    """What the configuration of one server is made of."""

    body: str
    host: str
    port: int
    monitor_port: int
    leaf_port: int
    store: Path
    log: Path
    secrets: ServerSecrets
    parent: str | None = None
    parent_leaf: str | None = None
    """``host:port`` of the parent's leaf listener; None while the body has not joined a parent."""
    children: Mapping[str, str | ChildAccess] = field(default_factory=dict)
    """A child's code to its leaf password, or to the hashes of what it was given by an invitation."""
    leaf_host: str | None = None
    """Where the leaf listener listens; ``host`` when None."""
    leaf_tls: LeafTls | None = None
    """With it children come by invitation: the listener is there before the first of them, and a desk admits them."""
    parent_authority: Path | None = None
    """By which the parent's server is known (PEM); None for a link on one machine, without TLS."""
    cluster: ClusterSite | None = None
    """This server's place among the body's servers, where it has several."""
