"""Runs bodies from their own folders: as configured, linked as their registers say, each with its desk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.body_config import BodyConfig
from deploy.sites import ServerPid
from deploy.tiers.desk import Desk
from deploy.tiers.links import links
from deploy.tiers.own_body import OwnBody
from deploy.topology import Body, Topology

_LINK_WITHIN = 3.0
_LOOK_EVERY = 0.5


class OwnSites:
    """Some bodies that were made by ``body init``; ``warn`` takes a sentence for whoever started them."""

    def __init__(self, bodies: Sequence[OwnBody], warn: Callable[[str], None]) -> None:
        self._bodies = {body.code: body for body in bodies}
        self._warn = warn

    @property
    def topology(self) -> Topology:
        """These bodies, with the parents that they are joined to."""
        return Topology(tuple(_described(body) for body in self._bodies.values()))

    def configure(self) -> dict[str, BodyConfig]:
        """As they were made: nothing is written anew."""
        return {code: body.config for code, body in self._bodies.items()}

    def write_server_conf(self, code: str) -> Path:
        """``nats.conf`` as the register says today, with a listener's certificate that lasts."""
        body = self._bodies[code]
        with body.register.held():
            body.write_server_conf(body.register.read(), datetime.now(UTC))
        return body.server_conf

    def children(self, code: str) -> Sequence[str]:
        """Bodies that ever joined here."""
        return self._bodies[code].register.read().admitted

    def parent(self, code: str) -> str | None:
        """The body that it is joined to, if it is: before that nothing can be handed down to it."""
        link = self._bodies[code].register.read().link
        return link.parent if link else None

    def companions(self, server_pid: ServerPid) -> Sequence[Coroutine[Any, Any, None]]:
        """A desk for each body, and a look whether its parent can be reached."""
        desks = [self._keep(Desk(body, _pid_of(server_pid, code))) for code, body in self._bodies.items()]
        return [*desks, *(self._look_up(body) for body in self._bodies.values())]

    async def _keep(self, desk: Desk) -> None:
        try:
            await desk.run()
        except Exception as error:
            self._warn(f"No child can join until the next start: {error!r}")

    async def _look_up(self, body: OwnBody) -> None:
        link = body.register.read().link
        if link is None:
            return
        for _ in range(round(_LINK_WITHIN / _LOOK_EVERY)):
            if any(seen.side == "parent" and seen.state == "up" for seen in await links(body)):
                return
            await asyncio.sleep(_LOOK_EVERY)
        self._warn(
            f"{link.parent} does not answer at {link.address}. {body.code} works without it; what it reports is kept "
            "and rises when the link is back. `doorstep tier status` shows it."
        )


def _described(body: OwnBody) -> Body:
    config, link = body.config, body.register.read().link
    parent = link.parent if link else None
    return Body(code=config.body, tier=config.tier, parent=parent, time_zone=config.time_zone, names=config.names)


def _pid_of(server_pid: ServerPid, code: str) -> Callable[[], int | None]:
    return lambda: server_pid(code)
