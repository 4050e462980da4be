"""Bodies that run apart, as on machines of their own, with links between them that can be cut and are written down."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy.body_config import config_path, prepare_body
from deploy.machine import Machine
from deploy.topology import SAMPLE, Body, Topology
from tests.drills.namespaces import Cable, Namespaces
from tests.instance import Instance
from tests.link_proxy import LinkProxy


class Apart:
    """One ``doorstep up`` for each body of ``topology``, in a folder and on ports of its own.

    Each run takes its parent for one on its own machine; at the place where that would listen stands the proxy to
    where it really does. Of a child its parent is given the configuration by hand.
    """

    def __init__(self, folder: Path, topology: Topology = SAMPLE, spaces: Namespaces | None = None) -> None:
        """``spaces``: where each body has a network of its own; the links are then cables between those."""
        self.topology = topology
        self._spaces = spaces
        self._sample = topology is SAMPLE
        file = None if self._sample else _written(topology, folder / "bodies.toml")
        self.runs: dict[str, Instance] = {}
        for body in topology:
            self.runs[body.code] = self._place(folder / body.code, body, file)
            if spaces is not None:
                spaces.open(body.code, self._machine(body).ports(topology.slot(body.code)))
        self.links = {body.code: self._link(folder, body) for body in topology if topology.parent_of(body)}

    def __getitem__(self, code: str) -> Instance:
        return self.runs[code]

    @contextmanager
    def running(self) -> Iterator[Apart]:
        """Every body up; all are ended afterwards."""
        for body in self.topology:
            prepare_body(self._machine(body), self.topology, body, sample=self._sample)
        for child in self.topology:
            parent = self.topology.parent_of(child)
            if parent is not None:
                at_parent = config_path(self._machine(parent), child.code)
                at_parent.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(config_path(self._machine(child), child.code), at_parent)
        with ExitStack() as stack:
            for link in self.links.values():
                stack.enter_context(link)
            for run in self.runs.values():
                stack.callback(run.stop)
            with ThreadPoolExecutor(len(self.runs)) as together:
                list(together.map(Instance.start, self.runs.values()))
            yield self

    def _machine(self, body: Body) -> Machine:
        return Machine.from_environment(self.runs[body.code].environment)

    def _place(self, var: Path, body: Body, file: Path | None) -> Instance:
        while True:
            inside = self._spaces.inside(body.code) if self._spaces else ()
            run = Instance(var, bodies=[body.code], topology=file, inside=inside)
            base = run.environment["DOORSTEP_PORT_BASE"]
            if base not in {other.environment["DOORSTEP_PORT_BASE"] for other in self.runs.values()}:
                return run

    def _link(self, folder: Path, child: Body) -> LinkProxy | Cable:
        parent = self.topology.parent_of(child)
        assert parent is not None
        slot = self.topology.slot(parent.code)
        supposed, real = (self._machine(body).ports(slot).leaf for body in (child, parent))
        if self._spaces is not None:
            return self._spaces.link(child.code, supposed, real)
        return LinkProxy(real, record=folder / f"{child.code}.wire", port=supposed)


def _written(topology: Topology, file: Path) -> Path:
    parts = []
    for body in topology:
        parent = [] if body.parent is None else [f'parent = "{body.parent}"']
        lines = [f'code = "{body.code}"', f'tier = "{body.tier}"', *parent, f'time_zone = "{body.time_zone}"']
        parts.append("\n".join(["[[bodies]]", *lines, ""]))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(parts))
    return file
