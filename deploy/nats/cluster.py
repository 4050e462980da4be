"""The servers of one body as one cluster: what each is told of the others (docs/decisions/0024)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Conf: TypeAlias = dict[str, object]

NODES = 3
"""Servers of a cluster: of three the one that is away is outvoted, of two it is not."""
_USER = "node"


@dataclass(frozen=True)
class ClusterSite:
    """One node's place in its body's cluster."""

    node: str
    """The server's own name, unique in the cluster: ``zhaosu-1``."""
    listen: str
    """``host:port`` for the other nodes."""
    nodes: Sequence[str]
    """``host:port`` at which each node is reached by the others; this one's own may be among them."""
    secret: str
    """By which the nodes know each other. They speak without TLS, as services do to them: in a network of their own."""


def cluster_section(body: str, site: ClusterSite, secret_hash: str) -> Conf:
    """The section ``cluster`` of the server's configuration; it holds the plain secret, as a leaf's does."""
    return {
        "name": body,
        "listen": site.listen,
        "authorization": {"user": _USER, "password": secret_hash, "timeout": 3},
        "routes": [f"nats-route://{_USER}:{site.secret}@{node}" for node in site.nodes],
        # Services are told of every node by their settings, under names that outlive an address.
        "no_advertise": True,
    }
