"""What a backup says of itself; written last, so that a folder without it is no backup."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.private_file import write_private
from deploy.trouble import CalledWrongly, Trouble

NAME = "manifest.json"
SECRETS = "secrets.json"
"""Of a body in containers, in the backup's own folder."""


class NoBackup(CalledWrongly):
    """The folder holds no backup that this version can read."""


class Damaged(Trouble):
    """A file of the backup is not what was written; the text names it."""


class KeptFile(BaseModel):
    """One file: its path below the backup's folder, its length in bytes, its SHA-256."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    size: int
    sha256: str


class Manifest(BaseModel):
    """Whose backup it is, from when, and every file in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Literal[1] = 1
    body: str
    taken_at: datetime
    """The moment of the cut: nothing of before is missing, nothing of after is in it."""
    doorstep: str
    databases: Literal["sqlite", "postgresql"]
    files: tuple[KeptFile, ...]
    seal: str = ""
    """SHA-256 of all the rest of this file."""

    @property
    def of_containers(self) -> bool:
        """Whether the body ran in containers, whose parts come back otherwise than those of a machine."""
        return any(kept.path == SECRETS for kept in self.files)

    def sealed(self) -> Manifest:
        """The same, with its seal."""
        return self.model_copy(update={"seal": self._own_sum()})

    def write(self, folder: Path) -> None:
        """Write it into ``folder``."""
        write_private(folder / NAME, self.sealed().model_dump_json(indent=2) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Raises :class:`NoBackup` and :class:`Damaged`."""
        try:
            manifest = cls.model_validate_json((folder / NAME).read_bytes())
        except FileNotFoundError:
            raise NoBackup(f"{folder} holds no backup: there is no {NAME}") from None
        except ValidationError as error:
            raise Damaged(f"{NAME} is damaged, or another version's: {error.errors()[0]['msg']}") from None
        if manifest.seal != manifest._own_sum():
            raise Damaged(f"{NAME} is damaged: it is not what was written")
        return manifest

    def verify(self, folder: Path) -> None:
        """Compare every file with what was written. Raises :class:`Damaged` naming the first that differs."""
        for kept in self.files:
            path = folder / kept.path
            if not path.is_file():
                raise Damaged(f"{kept.path} is missing from the backup")
            if path.stat().st_size != kept.size or sha256_of(path) != kept.sha256:
                raise Damaged(f"{kept.path} is damaged: it is not what was written")

    def _own_sum(self) -> str:
        content = self.model_dump(mode="json", exclude={"seal"})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def kept_files(folder: Path) -> tuple[KeptFile, ...]:
    """Every file below ``folder``, in the order of their paths."""
    return tuple(
        KeptFile(path=str(path.relative_to(folder)), size=path.stat().st_size, sha256=sha256_of(path))
        for path in _files(folder)
    )


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME)


def sha256_of(path: Path) -> str:
    """Of the file's content, as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
