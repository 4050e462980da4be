"""A folder as one stream of bytes, between a host and a container."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import IO

from deploy.backup.manifest import Damaged

_END = "end"
"""An empty file, the last of every archive: without it a stream that was cut between two files would pass for whole."""


def pack(stream: IO[bytes], parts: Mapping[str, Path]) -> None:
    """Write files and folders under the names that they are to have, as a tar archive."""
    with tarfile.open(fileobj=stream, mode="w|") as archive:
        for name, path in parts.items():
            archive.add(path, name)
        archive.addfile(tarfile.TarInfo(_END))


def unpack(stream: IO[bytes], folder: Path) -> None:
    """Read such an archive into ``folder``, for its owner alone.

    Raises :class:`Damaged` for a name that leads out of the folder, for anything but files and folders, and where the
    archive ends too early.
    """
    whole = False
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                name = PurePosixPath(member.name)
                whole = member.name == _END
                if whole:
                    continue
                if name.is_absolute() or ".." in name.parts or not (member.isdir() or member.isfile()):
                    raise Damaged(f"the archive holds {member.name!r}, which nobody put there")
                path = folder / name
                (path if member.isdir() else path.parent).mkdir(parents=True, exist_ok=True, mode=0o700)
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None:
                    path.touch(mode=0o600)
                    with content, path.open("wb") as file:
                        shutil.copyfileobj(content, file)
    except (tarfile.TarError, EOFError) as error:
        raise Damaged(f"the archive ended too early, or is none: {error}") from error
    if not whole:
        raise Damaged("the archive ended too early")
