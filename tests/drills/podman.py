"""Podman and Debian's bootstrap in a folder of their own: images and containers without any registry."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

TOOLS = ("podman", "buildah", "mmdebstrap", "runc", "iptables", "netavark", "aardvark-dns")
_BESIDE_PODMAN = ("/usr/lib/podman", "/usr/libexec/podman")
"""Where its own programs lie, which nobody types."""
_MIRROR = "http://deb.debian.org/debian"

LEAN = (
    # Debian's PostgreSQL makes a cluster of its own when it is installed, which nobody would ever start.
    '--essential-hook=mkdir -p "$1/etc/postgresql-common"',
    '--essential-hook=echo create_main_cluster = false > "$1/etc/postgresql-common/createcluster.conf"',
    "--dpkgopt=force-confold",
    *(
        f"--dpkgopt=path-exclude={path}"
        for path in (
            *("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*"),
            # Its compiler of queries, larger than all the rest; without it they are interpreted.
            *("/usr/lib/*/libLLVM*", "/usr/lib/postgresql/*/lib/llvmjit*", "/usr/lib/postgresql/*/lib/bitcode/*"),
        )
    ),
)
"""What mmdebstrap is told for an image of PostgreSQL that lives for minutes."""

_CONTAINERS = """\
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_config_dir = "{work}/networks"
"""
# Each line is here because a machine without it was met: limits that may not be raised, both kinds of cgroups at
# once, no systemd.
_STORAGE = '[storage]\ndriver = "overlay"\ngraphroot = "{work}/graph"\nrunroot = "{work}/run"\n'


class CannotRun(Exception):
    """This machine cannot; the text says what is missing."""


def missing() -> str | None:
    """Why containers cannot run here, or None."""
    if sys.platform != "linux":
        return "containers are built with Linux's own tools"
    if os.geteuid() != 0:
        return "building a base image from packages and mounting its layers needs root"
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_BESIDE_PODMAN))
    absent = [tool for tool in TOOLS if shutil.which(tool, path=path) is None]
    return f"not installed: {', '.join(absent)}" if absent else None


class Podman:
    """Runs the tools with storage and configuration under ``work``."""

    def __init__(self, work: Path) -> None:
        self.work = work
        work.mkdir(parents=True, exist_ok=True)
        for name, text in (("containers.conf", _CONTAINERS), ("storage.conf", _STORAGE)):
            (work / name).write_text(text.format(work=work))
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")},
            "CONTAINERS_CONF": str(work / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(work / "storage.conf"),
        }

    def run(self, *command: str | Path, check: bool = True, seconds: float = 400, told: str = "") -> str:
        """What the command said on stdout when it was ``told`` that; raises AssertionError with all it said when it
        failed."""
        said = subprocess.run(
            command,
            env=self.environment,
            cwd=self.work,
            input=told,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert not check or said.returncode == 0, f"{' '.join(map(str, command))}\n{said.stdout}{said.stderr}"[-6000:]
        return said.stdout

    def code(self, *command: str | Path) -> int:
        """The exit code of a command that may fail."""
        return subprocess.run(
            command, env=self.environment, cwd=self.work, capture_output=True, timeout=100, check=False
        ).returncode

    def base(self, name: str, *packages: str, how: Sequence[str] = ()) -> str:
        """The tag of a base image of Debian's packages, from this machine's own mirror; ``how`` is for mmdebstrap."""
        tag = f"localhost/{name}:bookworm"
        tar = self.work / f"{name}.tar"
        if not tar.exists():
            draft = tar.with_suffix(".draft.tar")
            including = f"--include={','.join(('ca-certificates', *packages))}"
            try:
                self.run("mmdebstrap", "--quiet", "--variant=minbase", *how, including, "bookworm", draft, _mirror())
            except AssertionError as reason:
                raise CannotRun(f"mmdebstrap could not make a base image: {str(reason)[-600:]}") from None
            draft.rename(tar)
        self.run("podman", "import", tar, tag)
        return tag

    def build(self, containerfile: Path, context: Path, tag: str, *, layers: bool = False, **arguments: str) -> None:
        """Build an image with the machine's own authorities, which a private mirror may need.

        With ``layers`` each step is kept for a next time, which costs as much as the half of all steps.
        """
        given = [f"--build-arg={name}={value}" for name, value in arguments.items()]
        # chroot: the runtimes' own isolation needs more than a container on such a machine may have.
        how = (
            "--isolation",
            "chroot",
            "--network",
            "host",
            "--format",
            "docker",
            f"--layers={str(layers).lower()}",
            "-v",
            "/etc/ssl/certs:/etc/ssl/certs:ro",
        )
        self.run("buildah", "bud", *how, *given, "-t", tag, "-f", containerfile, context)

    def try_out(self, image: str) -> None:
        """Raises :class:`CannotRun` with podman's own words where this machine lets nobody run a container."""
        try:
            self.run("podman", "run", "--rm", image, "true", seconds=60)
        except AssertionError as reason:
            raise CannotRun(f"podman runs no container here: {str(reason)[-600:]}") from None

    def left(self) -> list[str]:
        """Containers, volumes, networks and mounts that there are yet, by name."""
        listed = (("ps", "-a", "--format", "{{.Names}}"), ("volume", "ls", "-q"), ("network", "ls", "-q"))
        found = [name for command in listed for name in self.run("podman", *command).split() if name != "podman"]
        mounted = (line.split()[1] for line in Path("/proc/mounts").read_text().splitlines())
        own = str(self._overlay)
        return found + [place for place in mounted if place.startswith(f"{self.work}/") and place != own]

    def clear(self) -> None:
        """Remove every container, volume and network; all in this storage is ours, whatever became of its makers."""
        # Twice: what others depend on is refused the first time.
        for command in (
            ("rm", "-fa", "-t", "5"),
            ("rm", "-fa"),
            ("volume", "prune", "-f"),
            ("network", "prune", "-f"),
        ):
            self.run("podman", *command, check=False)

    def leave(self, *, keep_images: bool) -> None:
        """Remove all that was made, the images too where they are not kept for the next time."""
        self.clear()
        if not keep_images:
            self.run("podman", "rmi", "-fa", check=False)
        # The storage leaves itself mounted on itself.
        self.run("umount", self._overlay, check=False)

    @property
    def _overlay(self) -> Path:
        return self.work / "graph" / "overlay"


def _mirror() -> str:
    sources = [*Path("/etc/apt").glob("sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
    for path in sorted(sources):
        for line in path.read_text().splitlines():
            found = re.match(r"(?:URIs:|deb(?: \[[^]]*\])?)\s+(https?://\S+/debian)/?(?:\s|$)", line)
            if found:
                return found[1]
    return _MIRROR
