"""What a body knows of its links (``var/<body>/tiers.json``, mode 0600): parent, children, spent invitations."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from deploy.private_file import write_private
from deploy.trouble import Trouble


class DamagedRegister(Trouble):
    """The file is not what this program wrote."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ParentLink(_Frozen):
    """How this body reaches its parent."""

    parent: str
    address: str
    """``host:port`` of the parent's leaf listener."""
    secret: str
    """This body's own; the parent has its hash alone."""
    authority: str
    """The certificate by which the parent's server is known, PEM."""
    ancestors: tuple[str, ...]
    """The bodies above the parent, the nearest first."""
    invitation_id: str
    names: dict[str, str] = Field(default_factory=dict)
    """What the parent calls itself, by language."""
    ancestor_names: dict[str, dict[str, str]] = Field(default_factory=dict)
    """What the bodies above the parent are called, by code and language, as far as it knows."""
    joined_at: AwareDatetime | None = None
    """None while the parent's answer is awaited: the secret may hold already, or not yet."""


class Opened(_Frozen):
    """An invitation that was given out and not used."""

    id: str
    secret_hash: str
    expires_at: AwareDatetime


class Child(_Frozen):
    """A body below, as this one lets it in."""

    secret_hash: str | None = None
    """bcrypt; None before it joined and after it left."""
    invitation: Opened | None = None
    names: dict[str, str] = Field(default_factory=dict)
    """What it called itself when it joined, by language."""
    joined_at: AwareDatetime | None = None
    left_at: AwareDatetime | None = None


class Tiers(_Frozen):
    """The whole register."""

    link: ParentLink | None = None
    pending: ParentLink | None = None
    """Written before the parent is asked, so that an answer lost on the way is no lost link."""
    children: dict[str, Child] = Field(default_factory=dict)
    spent: dict[str, AwareDatetime] = Field(default_factory=dict)
    """Invitations used here, and when."""

    @property
    def admitted(self) -> tuple[str, ...]:
        """Children that joined once, so that there is a stream of what they reported."""
        return tuple(code for code, child in self.children.items() if child.joined_at is not None)

    def with_child(self, code: str, child: Child) -> Tiers:
        """The register with ``code`` as ``child`` says."""
        return self.model_copy(update={"children": {**self.children, code: child}})


class Register:
    """The register of one body; whoever changes it holds its lock, since a command and the desk may meet."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "tiers.json"
        self._lock = folder / ".tiers.lock"

    def read(self) -> Tiers:
        """What is known now; raises :class:`DamagedRegister`."""
        try:
            return Tiers.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return Tiers()
        except (OSError, ValidationError) as error:
            raise DamagedRegister(f"{self._path} is not readable: {error}") from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other writer waiting."""
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def write(self, tiers: Tiers) -> None:
        """Replace the register; the caller holds it (:meth:`held`)."""
        write_private(self._path, tiers.model_dump_json(indent=2) + "\n")
