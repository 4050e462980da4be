"""Bodies in network namespaces of their own, joined by pairs of virtual interfaces: as machines with cables.

Every program here listens on its machine's loopback alone, so in each namespace the kernel passes on what comes in by
a cable. Whoever drives the bodies sits in a namespace of its own too, and nothing is changed on the host.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from deploy.machine import BodyPorts
from deploy.topology import Topology

NOT_HERE = 77
"""Exit code of what cannot run on this machine."""
LOOPBACK = "127.0.0.1"


class CannotRun(Exception):
    """What is missing on this machine."""


class Cable:
    """Between a child's namespace and its parent's; unplugged, nobody is told, and packets are gone."""

    def __init__(self, parents: str, interface: str) -> None:
        self._end = ("ip", "-n", parents, "link", "set", "dev", interface)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """It goes with the namespaces."""

    def cut(self) -> None:
        """Unplug it."""
        _run(*self._end, "down")

    def restore(self) -> None:
        """Plug it in again."""
        _run(*self._end, "up")


class Namespaces:
    """One namespace for each body of ``topology``, and one for the operator; all begin with ``prefix``."""

    def __init__(self, topology: Topology, prefix: str) -> None:
        self._topology = topology
        self._prefix = prefix
        self.operator = f"{prefix}-op"

    def of(self, code: str) -> str:
        """The namespace of a body."""
        return f"{self._prefix}-{code}"

    def inside(self, code: str) -> tuple[str, ...]:
        """What goes before a command that is to run at a body."""
        return ("ip", "netns", "exec", self.of(code))

    @contextmanager
    def made(self) -> Iterator[Self]:
        """Namespaces and cables are there; what still runs in them is ended with them. Raises :class:`CannotRun`."""
        if os.geteuid() != 0:
            raise CannotRun("network namespaces need root")
        for tool in ("ip", "iptables"):
            if shutil.which(tool) is None:
                raise CannotRun(f"{tool} is not installed")
        every = [self.operator, *(self.of(body.code) for body in self._topology)]
        try:
            try:
                for one in every:
                    _run("ip", "netns", "add", one)
                self._wire()
            except subprocess.CalledProcessError as refused:
                raise CannotRun(f"this machine refuses {' '.join(refused.cmd)}: {refused.stderr.strip()}") from refused
            yield self
        finally:
            for one in every:
                subprocess.run(["ip", "netns", "del", one], capture_output=True, check=False)

    def _wire(self) -> None:
        for one in (self.operator, *(self.of(body.code) for body in self._topology)):
            _run("ip", "-n", one, "link", "set", "dev", "lo", "up")
            _run("ip", "netns", "exec", one, "sysctl", "-q", "-w", "net.ipv4.conf.all.route_localnet=1")
        for number, body in enumerate(self._topology):
            _join(self.operator, f"to-{body.code}"[:15], self.of(body.code), "op", f"10.217.{number}")
            parent = self._topology.parent_of(body)
            if parent is not None:
                _join(self.of(parent.code), _downward(body.code), self.of(body.code), "above", f"10.218.{number}")

    def open(self, code: str, ports: BodyPorts) -> None:
        """Let the operator reach what a body serves on ``ports``, by the same addresses as the body itself."""
        number = self._topology.slot(code)
        for port in (ports.http, ports.nats, ports.monitor):
            _lead(self.operator, port, f"10.217.{number}.2", port)
            _take_in(self.of(code), "op", port)

    def link(self, child: str, supposed: int, real: int) -> Cable:
        """The child's server finds at ``supposed`` on its loopback what listens at ``real`` on its parent's."""
        parent = self._topology.parent_of(self._topology.body(child))
        assert parent is not None
        _lead(self.of(child), supposed, f"10.218.{self._topology.slot(child)}.1", real)
        _take_in(self.of(parent.code), _downward(child), real)
        return Cable(self.of(parent.code), _downward(child))


def driven_from_inside(topology: Topology, module: str, arguments: Sequence[str]) -> int:
    """Run ``module`` in the operator's namespace with ``--inside`` and the prefix; its exit code, or 77."""
    spaces = Namespaces(topology, f"dd{os.getpid()}")
    try:
        with spaces.made():
            command = [sys.executable, "-m", module, *arguments, "--inside", spaces.operator.removesuffix("-op")]
            return subprocess.run(["ip", "netns", "exec", spaces.operator, *command], check=False).returncode
    except CannotRun as reason:
        sys.stdout.write(f"Not run: {reason}\n")
        return NOT_HERE


def _downward(child: str) -> str:
    return f"dn-{child}"[:15]


def _join(one: str, its: str, other: str, others: str, network: str) -> None:
    _run("ip", "-n", one, "link", "add", its, "type", "veth", "peer", "name", others, "netns", other)
    for space, interface, host in ((one, its, 1), (other, others, 2)):
        _run("ip", "-n", space, "addr", "add", f"{network}.{host}/30", "dev", interface)
        _run("ip", "-n", space, "link", "set", "dev", interface, "up")


def _lead(space: str, port: int, address: str, to: int) -> None:
    """What is asked for on the loopback of ``space`` goes out to ``address``, as from this end of the cable."""
    asked = ("-A", "OUTPUT", "-d", LOOPBACK, "-p", "tcp", "--dport", str(port))
    _rule(space, *asked, "-j", "DNAT", "--to-destination", f"{address}:{to}")
    _rule(space, "-A", "POSTROUTING", "-d", address, "-p", "tcp", "--dport", str(to), "-j", "MASQUERADE")


def _take_in(space: str, interface: str, port: int) -> None:
    """What comes in by ``interface`` for ``port`` goes to who listens there on the loopback."""
    coming = ("-A", "PREROUTING", "-i", interface, "-p", "tcp", "--dport", str(port))
    _rule(space, *coming, "-j", "DNAT", "--to-destination", f"{LOOPBACK}:{port}")


def _rule(space: str, *words: str) -> None:
    _run("ip", "netns", "exec", space, "iptables", "-w", "-t", "nat", *words)


def _run(*command: str) -> None:
    subprocess.run(command, capture_output=True, text=True, check=True)
