"""What every line of a ledger is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Code = Annotated[str, Field(min_length=1, max_length=64)]


class Fact(BaseModel):
    """Something that happened at ``at``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: AwareDatetime
    kind: str

    @property
    def name(self) -> str:
        """What tells this fact from every other of its ledger."""
        raise NotImplementedError

    def refers_to(self) -> Iterator[tuple[str, str]]:
        """Kind and code of every other fact that must be in the ledger too."""
        yield from ()


class Coded(Fact):
    """A fact with a code of its own."""

    code: Code

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.code}"


class OfIssue(Fact):
    """A step in the life of one issue."""

    issue: Code

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.issue}"

    def refers_to(self) -> Iterator[tuple[str, str]]:
        yield "issue", self.issue
