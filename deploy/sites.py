"""Where the bodies of a run come from: a topology that shares one machine, or folders of bodies that stand alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from deploy.body_config import BodyConfig, prepare_body
from deploy.machine import Machine
from deploy.nats.in_step import Parent, keep_in_step
from deploy.nats.safety import check_settings
from deploy.nats.server_config import render
from deploy.nats.site import ServerSecrets, ServerSite
from deploy.private_file import write_private
from deploy.topology import Body, Topology

ServerPid = Callable[[str], int | None]
"""The process of a body's message server, by the body's code."""


class Sites(Protocol):
    """What the supervisor asks about the bodies it runs."""

    def configure(self) -> dict[str, BodyConfig]:
        """Configurations by code, written where the processes read them."""
        ...

    def write_server_conf(self, code: str) -> Path:
        """The file that the message server of ``code`` is started with, brought up to date.

        Raises :class:`deploy.nats.safety.UnsafeSettings`.
        """
        ...

    def children(self, code: str) -> Sequence[str]:
        """Bodies whose reports ``code`` keeps a stream for."""
        ...

    def parent(self, code: str) -> str | None:
        """The body that hands down to ``code`` over its link."""
        ...

    def companions(self, server_pid: ServerPid) -> Sequence[Coroutine[Any, Any, None]]:
        """What goes on beside the processes once everything is ready, until it is cancelled."""
        ...


class TopologySites:
    """Bodies of one topology: addresses follow the machine, and every secret is known here."""

    def __init__(self, machine: Machine, topology: Topology, *, sample: bool) -> None:
        self._machine = machine
        self._topology = topology
        self._sample = sample
        self._configs: dict[str, BodyConfig] = {}

    def configure(self) -> dict[str, BodyConfig]:
        """Of the whole topology: children's secrets exist before their parent's server is configured."""
        self._configs = {
            body.code: prepare_body(self._machine, self._topology, body, sample=self._sample) for body in self._topology
        }
        return self._configs

    def write_server_conf(self, code: str) -> Path:
        """``nats.conf`` in the body's folder."""
        folder = self._machine.folder(code)
        passwords = {child: self._configs[child].secrets.nats_leaf for child in self.children(code)}
        text = render(server_site(self._configs[code], folder, passwords))
        check_settings(code, json.loads(text))
        write_private(folder / "nats.conf", text)
        return folder / "nats.conf"

    def children(self, code: str) -> Sequence[str]:
        """The bodies directly below in the topology, whether they run here or not."""
        return [child.code for child in self._topology.children_of(self._body(code))]

    def parent(self, code: str) -> str | None:
        """As the topology says."""
        return self._body(code).parent

    def companions(self, server_pid: ServerPid) -> Sequence[Coroutine[Any, Any, None]]:
        """A look at what the parents that run here hand down; who is joined stands in the topology."""
        parents = [body.code for body in self._topology if self.children(body.code)]
        return [
            keep_in_step(parent_of(self._configs[code]), partial(self.children, code))
            for code in parents
            if server_pid(code) is not None
        ]

    def _body(self, code: str) -> Body:
        return self._topology.body(code)


def parent_of(config: BodyConfig) -> Parent:
    """The body of ``config`` as one that hands down."""
    steward = config.nats_url("steward_uplink", config.secrets.nats_steward)
    return Parent(config.monitor_url, services_url=config.services_nats_url, steward_url=steward)


def server_site(config: BodyConfig, folder: Path, children: dict[str, str]) -> ServerSite:
    """What the message server of a body is made of; ``children`` gives each child's leaf password."""
    secrets = config.secrets
    return ServerSite(
        body=config.body,
        host="127.0.0.1",
        port=config.nats_port,
        monitor_port=config.monitor_port,
        leaf_port=config.leaf_port,
        store=folder / "jetstream",
        log=folder / "nats.log",
        secrets=ServerSecrets(
            services=secrets.nats_services,
            reporting=secrets.nats_reporting,
            steward=secrets.nats_steward,
            leaf=secrets.nats_leaf,
            handover=secrets.nats_handover,
        ),
        parent=config.parent,
        parent_leaf=config.parent_leaf,
        children=children,
    )
