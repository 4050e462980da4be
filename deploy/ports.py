"""Whether the ports that an instance needs are free."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Collection

from deploy.machine import HOST
from deploy.trouble import Trouble


class PortsTaken(Trouble):
    """Another program listens where this instance would."""


def is_taken(port: int) -> bool:
    """Whether somebody listens on the loopback ``port`` now."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


async def until_free(ports: Collection[int], *, within: float = 5.0) -> None:
    """Return once nobody listens on ``ports``; raises :class:`PortsTaken` after ``within`` seconds.

    There is something to wait for: the kernel ends the children of a killed supervisor a moment after it.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while taken := [port for port in ports if is_taken(port)]:
        if loop.time() > deadline:
            listed = ", ".join(map(str, taken))
            raise PortsTaken(f"port {listed} is taken by another program; DOORSTEP_PORT_BASE moves all ports")
        await asyncio.sleep(0.05)
