"""The three servers of a body: where each listens, and what each is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.body_config import Secrets
from deploy.nats.cluster import NODES, ClusterSite
from deploy.nats.site import ServerSecrets, ServerSite
from deploy.trouble import CalledWrongly

_CLIENTS, _ROUTES, _MONITOR, _LEAFS = 4222, 6222, 8222, 7422
_HIGHEST = 65_535


@dataclass(frozen=True)
class Place:
    """Where one server is. One port is given, and the others lie as far from it as from the usual 4222."""

    host: str
    port: int = _CLIENTS

    @classmethod
    def parse(cls, text: str) -> Place:
        """``host`` or ``host:port``. Raises CalledWrongly."""
        host, _, port = text.partition(":")
        if not host or (":" in text and not port.isdecimal()):
            raise CalledWrongly(f"--server: {text!r} is not host or host:port")
        place = cls(host, int(port) if port else _CLIENTS)
        if not place.port > 0 or place.monitor_port > _HIGHEST:
            raise CalledWrongly(f"--server: {text!r}: its port, and {_MONITOR - _CLIENTS} above it, must be ports")
        return place

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def routes(self) -> str:
        """``host:port`` for the other servers."""
        return f"{self.host}:{self.routes_port}"

    @property
    def routes_port(self) -> int:
        return self.port + _ROUTES - _CLIENTS

    @property
    def monitor_port(self) -> int:
        return self.port + _MONITOR - _CLIENTS

    @property
    def leaf_port(self) -> int:
        return self.port + _LEAFS - _CLIENTS


def places_of(texts: Sequence[str]) -> tuple[Place, ...]:
    """Raises CalledWrongly unless they are three different ones."""
    places = tuple(Place.parse(text) for text in texts)
    if len(places) != NODES or len(set(places)) != NODES:
        raise CalledWrongly(
            f"--server: a cluster has {NODES} different servers; with one away two of three still agree, one of two not"
        )
    return places


def server_sites(
    body: str, secrets: Secrets, places: Sequence[Place], *, secret: str, listen: str, store: Path
) -> list[ServerSite]:
    """What each server's configuration is made of, in the order of ``places``.

    ``secret``: by which they know each other; ``listen``: the address they listen at; ``store``: the folder on its
    machine in which each keeps its streams and its log.
    """
    return [
        ServerSite(
            body=body,
            host=listen,
            port=place.port,
            monitor_port=place.monitor_port,
            leaf_port=place.leaf_port,
            store=store / name / "jetstream",
            log=store / f"{name}.log",
            secrets=ServerSecrets(
                services=secrets.nats_services,
                reporting=secrets.nats_reporting,
                steward=secrets.nats_steward,
                leaf=secrets.nats_leaf,
                handover=secrets.nats_handover,
            ),
            cluster=ClusterSite(
                node=name,
                listen=f"{listen}:{place.routes_port}",
                nodes=[each.routes for each in places],
                secret=secret,
            ),
        )
        for name, place in ((f"{body}-{number}", place) for number, place in enumerate(places))
    ]
