"""Podman and Debian's bootstrap in a folder of their own: images and containers without any registry."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOOLS = ("podman", "buildah", "mmdebstrap", "runc")
_MIRROR = "http://deb.debian.org/debian"

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
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
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

    def run(self, *command: str | Path, check: bool = True, seconds: float = 400) -> str:
        """What the command said on stdout; raises AssertionError with all it said when it failed."""
        said = subprocess.run(
            command, env=self.environment, cwd=self.work, capture_output=True, text=True, timeout=seconds, check=False
        )
        assert not check or said.returncode == 0, f"{' '.join(map(str, command))}\n{said.stdout}{said.stderr}"[-6000:]
        return said.stdout

    def code(self, *command: str | Path) -> int:
        """The exit code of a command that may fail."""
        return subprocess.run(
            command, env=self.environment, cwd=self.work, capture_output=True, timeout=100, check=False
        ).returncode

    def base(self, name: str, *packages: str) -> str:
        """The tag of a base image of Debian's packages, from this machine's own mirror."""
        tag = f"localhost/{name}:bookworm"
        tar = self.work / f"{name}.tar"
        if not tar.exists():
            draft = tar.with_suffix(".draft.tar")
            including = f"--include={','.join(('ca-certificates', *packages))}"
            try:
                self.run("mmdebstrap", "--quiet", "--variant=minbase", including, "bookworm", draft, _mirror())
            except AssertionError as reason:
                raise CannotRun(f"mmdebstrap could not make a base image: {str(reason)[-600:]}") from None
            draft.rename(tar)
        self.run("podman", "import", tar, tag)
        return tag

    def build(self, containerfile: Path, context: Path, tag: str, **arguments: str) -> None:
        """Build an image with the machine's own authorities, which a private mirror may need."""
        given = [f"--build-arg={name}={value}" for name, value in arguments.items()]
        # chroot: the runtimes' own isolation needs more than a container on such a machine may have.
        how = (
            "--isolation",
            "chroot",
            "--network",
            "host",
            "--format",
            "docker",
            "--layers",
            "-v",
            "/etc/ssl/certs:/etc/ssl/certs:ro",
        )
        self.run("buildah", "bud", *how, *given, "-t", tag, "-f", containerfile, context)

    def remove_all(self) -> None:
        """Every container, volume and image of this folder, and the folder."""
        # Twice: what others depend on is refused the first time.
        for command in (
            ("rm", "-fa", "-t", "5"),
            ("rm", "-fa"),
            ("volume", "prune", "-f"),
            ("network", "prune", "-f"),
            ("rmi", "-fa"),
        ):
            self.run("podman", *command, check=False)
        # The storage leaves itself mounted on itself.
        self.run("umount", self.work / "graph" / "overlay", check=False)


def _mirror() -> str:
    sources = [*Path("/etc/apt").glob("sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
    for path in sorted(sources):
        for line in path.read_text().splitlines():
            found = re.match(r"(?:URIs:|deb(?: \[[^]]*\])?)\s+(https?://\S+/debian)/?(?:\s|$)", line)
            if found:
                return found[1]
    return _MIRROR
