"""Reads what is held of the chains below, for children that ask and for officers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from services.reporting.ledger.comparing import OfDay, Told
from services.reporting.ledger.held import BESIDE, CHAINS, HELD, SET_ASIDE, Chain
from shared.db.reader import Reader

LISTED = 100


@dataclass(frozen=True, slots=True)
class HeldOf:
    """One chain from below: through which child it rises, what is held, when that last grew."""

    body: str
    chain: str
    child: str
    told: Told
    set_aside: int
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class StandsBeside:
    """An event that holds no place; see ``services.reporting.ledger.held`` for ``why``."""

    body: str
    chain: str
    position: int
    event_id: str
    why: str
    noted_at: datetime


class Holdings:
    """What this body holds of those below it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def chains(self, child: str | None = None) -> list[HeldOf]:
        """All chains, or those that rise through ``child``."""
        statement = select(CHAINS).order_by(CHAINS.c.body, CHAINS.c.chain)
        if child is not None:
            statement = statement.where(CHAINS.c.child == child)
        strays = {
            (row.body, row.chain): row.strays
            for row in await self._reader.all(
                select(BESIDE.c.body, BESIDE.c.chain, func.count().label("strays"))
                .where(BESIDE.c.why != SET_ASIDE)
                .group_by(BESIDE.c.body, BESIDE.c.chain)
            )
        }
        return [
            HeldOf(
                row.body,
                row.chain,
                row.child,
                Told(row.position, row.hash, row.events, strays.get((row.body, row.chain), 0)),
                row.set_aside,
                row.moved_at,
            )
            for row in await self._reader.all(statement)
        ]

    async def days(self, chain: Chain, since: str) -> list[OfDay]:
        """What is held of each day from ``since`` on, counted anew."""
        of_day = (
            select(HELD.c.day, func.count().label("events"), func.max(HELD.c.position).label("position"))
            .where(HELD.c.body == chain[0], HELD.c.chain == chain[1], HELD.c.day >= since)
            .group_by(HELD.c.day)
            .subquery()
        )
        rows = await self._reader.all(
            select(of_day.c.day, of_day.c.events, of_day.c.position, HELD.c.hash)
            .join(
                HELD,
                (HELD.c.position == of_day.c.position) & (HELD.c.body == chain[0]) & (HELD.c.chain == chain[1]),
            )
            .order_by(of_day.c.day)
        )
        return [OfDay(row.day, row.events, row.position, row.hash) for row in rows]

    async def at(self, chain: Chain, positions: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Hash and event id at each of ``positions`` that is held."""
        rows = await self._reader.all(
            select(HELD.c.position, HELD.c.hash, HELD.c.event_id).where(
                HELD.c.body == chain[0], HELD.c.chain == chain[1], HELD.c.position.in_(positions)
            )
        )
        return {row.position: (row.hash, row.event_id) for row in rows}

    async def first_missing(self, chain: Chain) -> int:
        """The first place that is not held."""
        here, there = HELD.alias("here"), HELD.alias("there")
        if not await self.at(chain, [1]):
            return 1
        last: int = await self._reader.scalar(
            select(func.min(here.c.position))
            .select_from(
                here.outerjoin(
                    there,
                    (there.c.body == here.c.body)
                    & (there.c.chain == here.c.chain)
                    & (there.c.position == here.c.position + 1),
                )
            )
            .where(here.c.body == chain[0], here.c.chain == chain[1], there.c.position.is_(None))
        )
        return last + 1

    async def beside(self) -> list[StandsBeside]:
        """The newest that stand beside, some hundred at most."""
        columns = (
            BESIDE.c.body,
            BESIDE.c.chain,
            BESIDE.c.position,
            BESIDE.c.event_id,
            BESIDE.c.why,
            BESIDE.c.noted_at,
        )
        rows = await self._reader.all(select(*columns).order_by(BESIDE.c.id.desc()).limit(LISTED))
        return [StandsBeside(**row._mapping) for row in rows]

    async def set_aside(self) -> frozenset[str]:
        """The hashes of all that was set aside and must not come into figures."""
        rows = await self._reader.all(select(BESIDE.c.hash).where(BESIDE.c.why == SET_ASIDE))
        return frozenset(row.hash for row in rows)

    async def stale_figures(self) -> int:
        """The last of what was set aside since the figures were made anew, 0 where there is none."""
        last: int | None = await self._reader.scalar(select(func.max(BESIDE.c.id)).where(BESIDE.c.in_figures.is_(True)))
        return last or 0


def as_told(told: Told) -> dict[str, Any]:
    """On the wire."""
    return asdict(told)
