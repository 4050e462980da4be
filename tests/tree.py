"""Message servers of a whole tree of bodies, each as the product configures it, to be cut off and killed at will."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from deploy.nats.site import ServerSite
from deploy.topology import Body, Topology
from shared.settings import Tier
from tests.integration.two_tiers import SECRETS, TierServer, free_ports
from tests.link_proxy import LinkProxy


def body(code: str, tier: Tier, parent: str | None) -> Body:
    """A body of the sample's time zone."""
    return Body(code=code, tier=tier, parent=parent, time_zone="Asia/Shanghai")


FOUR_LEVELS = Topology(
    (
        body("xinjiang", "region", None),
        body("ili", "prefecture", "xinjiang"),
        body("zhaosu", "county", "ili"),
        body("yining", "city", "ili"),
        body("yining-east", "district", "yining"),
    )
)
"""County under prefecture under region, and beside them a district under its city: four levels from the lowest up."""


THREE_LEVELS = Topology(
    (body("xinjiang", "region", None), body("ili", "prefecture", "xinjiang"), body("zhaosu", "county", "ili"))
)
"""The usual way up."""


def leaf_password(code: str) -> str:
    """What a body shows to its parent; each has its own."""
    return f"leaf-of-{code}"


class Tree:
    """One nats-server for each body of ``topology``; those named in ``proxied`` reach their parent through a proxy."""

    def __init__(self, topology: Topology, folder: Path, *, proxied: tuple[str, ...] = ()) -> None:
        self.topology = topology
        folder.mkdir(parents=True, exist_ok=True)
        ports = free_ports(3 * len(topology.bodies))
        of = {one.code: ports[3 * place : 3 * place + 3] for place, one in enumerate(topology)}
        self.links = {
            code: LinkProxy(of[str(topology.body(code).parent)][2], record=folder / f"{code}.wire") for code in proxied
        }
        self.servers: Mapping[str, TierServer] = {
            one.code: TierServer(self._site(one, folder, of), folder) for one in topology
        }

    def _site(self, one: Body, folder: Path, ports: Mapping[str, list[int]]) -> ServerSite:
        leaf = None
        if one.parent is not None:
            leaf = self.links[one.code].port if one.code in self.links else ports[one.parent][2]
        port, monitor_port, leaf_port = ports[one.code]
        return ServerSite(
            body=one.code,
            host="127.0.0.1",
            port=port,
            monitor_port=monitor_port,
            leaf_port=leaf_port,
            store=folder / one.code,
            log=folder / f"{one.code}.log",
            secrets=replace(SECRETS, leaf=leaf_password(one.code)),
            parent=one.parent,
            parent_leaf=None if leaf is None else f"127.0.0.1:{leaf}",
            children={child.code: leaf_password(child.code) for child in self.topology.children_of(one)},
        )

    def __getitem__(self, code: str) -> TierServer:
        return self.servers[code]

    @contextmanager
    def running(self) -> Iterator[Tree]:
        """Every server up, parents first; all are killed at the end."""
        with ExitStack() as stack:
            for link in self.links.values():
                stack.enter_context(link)
            for one in sorted(self.topology, key=self.topology.depth):
                stack.callback(self[one.code].kill)
                self[one.code].start()
            yield self

    async def declare(self) -> None:
        """Streams of every body, the lowest first, as ``doorstep up`` declares them."""
        for level in sorted({self.topology.depth(one) for one in self.topology}, reverse=True):
            of_level = [one for one in self.topology if self.topology.depth(one) == level]
            await asyncio.gather(*(self[one.code].declare() for one in of_level))
