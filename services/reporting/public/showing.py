"""What the body chose to show and to send: by its officers, in versions, each with who and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select

from services.reporting.tables import Showing
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import Conflict

SHOWINGS = Showing.__table__  # type: ignore[attr-defined]

Origin = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        pattern=r"^https?://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?$",
    ),
]
"""Of a site, as ``https://www.example.cn``."""


class Choice(BaseModel):
    """What holds.

    ``least`` is the smallest number of residents or of their issues that everybody may see. ``embedders`` are the
    origins whose pages may hold the public figures. The weekly briefing is written on ``briefing_day`` (Monday is 0),
    or on the first working day after it, at ``briefing_hour`` of the body's zone; None: it is not written.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    is_public: bool = True
    least: int = Field(default=5, ge=3, le=100)
    embedders: tuple[Origin, ...] = Field(default=(), max_length=20)
    briefing_day: Literal[0, 1, 2, 3, 4] | None = 0
    briefing_hour: int = Field(default=8, ge=0, le=23)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice at its ``version``; 0 before anybody chose anything."""

    version: int
    choice: Choice
    by: str | None = None
    at: datetime | None = None


class Showings:
    """The choices of one body."""

    def __init__(self, reader: Reader, writer: Writer) -> None:
        self._reader = reader
        self._writer = writer

    async def present(self) -> Chosen:
        """The one that holds."""
        row = await self._reader.one(select(SHOWINGS).order_by(SHOWINGS.c.version.desc()).limit(1))
        if row is None:
            return Chosen(0, Choice())
        said = {name: getattr(row, name) for name in Choice.model_fields}
        said["briefing_day"] = None if row.briefing_day < 0 else row.briefing_day
        return Chosen(row.version, Choice.model_validate(said), row.chosen_by, row.chosen_at)

    async def choose(self, by: str, based_on: int, choice: Choice) -> Chosen:
        """Let ``choice`` hold from now on. Raises Conflict ``showing-changed`` where another was made meanwhile."""
        await self._writer.run(lambda tx: _choose(tx, by, based_on, choice))
        return await self.present()


async def _choose(tx: Transaction, by: str, based_on: int, choice: Choice) -> None:
    newest = await tx.scalar(select(SHOWINGS.c.version).order_by(SHOWINGS.c.version.desc()).limit(1))
    if (newest or 0) != based_on:
        raise Conflict("showing-changed", "Somebody else has changed this meanwhile. Please look at it again.")
    row = choice.model_dump() | {"embedders": list(choice.embedders), "version": based_on + 1}
    row["briefing_day"] = -1 if choice.briefing_day is None else choice.briefing_day
    await tx.add(SHOWINGS, [row | {"chosen_by": by, "chosen_at": tx.now}])
