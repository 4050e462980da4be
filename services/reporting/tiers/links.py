"""Since when each link is up or down: written when that changes, so that a restart does not forget it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Table, select

from services.reporting.tables import TierLink
from services.reporting.tiers.seen import Seen
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer

QUIET_FOR = timedelta(seconds=10)
"""A child's server sends a heartbeat every second; after ten without one the link counts as down."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """How the link to one neighbour stands, as this body saw it.

    ``reported``, of a link to the parent: how many events had been reported when it was last seen up.
    """

    neighbour: str
    is_up: bool
    since: datetime
    reported: int | None = None


class Links:
    """The links of one body."""

    def __init__(self, reader: Reader, writer: Writer, parent: str | None) -> None:
        self._reader = reader
        self._writer = writer
        self._parent = parent
        self._table: Table = TierLink.__table__  # type: ignore[attr-defined]
        self._reported: dict[str, int | None] = {}
        """Of links that are up, which the table does not keep."""

    async def known(self) -> Mapping[str, LinkState]:
        """Every link, as it was last seen by any process of this service."""
        rows = await self._reader.all(select(self._table))
        links = (LinkState(**row._mapping) for row in rows)
        return {
            link.neighbour: replace(link, reported=self._reported.get(link.neighbour)) if link.is_up else link
            for link in links
        }

    async def follow(self, seen: Seen) -> None:
        """Take in one look; only what changed is written."""
        known = dict(await self.known())
        now = [self._of_child(child, seen, known.get(child)) for child in seen.children]
        if self._parent is not None and seen.uplink_told:
            now.append(self._of_parent(self._parent, seen, known.get(self._parent)))
        changed = [link for link in now if _stands(known.get(link.neighbour)) != _stands(link)]
        if changed:
            await self._writer.run(lambda tx: self._write(tx, changed))
        self._reported = {link.neighbour: link.reported for link in now if link.is_up}

    def _of_child(self, child: str, seen: Seen, before: LinkState | None) -> LinkState:
        quiet = seen.children[child].quiet_for
        is_up = quiet is not None and quiet < QUIET_FOR
        if before is not None and before.is_up == is_up:
            return before
        return LinkState(child, is_up, seen.at if is_up or quiet is None else seen.at - quiet)

    def _of_parent(self, parent: str, seen: Seen, before: LinkState | None) -> LinkState:
        if seen.uplink_since is not None:
            return LinkState(parent, True, seen.uplink_since, seen.reported)
        if before is not None and not before.is_up:
            return before
        return LinkState(parent, False, seen.at, before.reported if before else None)

    async def _write(self, tx: Transaction, links: list[LinkState]) -> None:
        for link in links:
            # Of a link that is up the number grows with every event, and would be old in a moment.
            kept = replace(link, reported=None) if link.is_up else link
            values = {"is_up": kept.is_up, "since": kept.since, "reported": kept.reported}
            statement = tx.insert(self._table).values(neighbour=kept.neighbour, **values)
            await tx.execute(statement.on_conflict_do_update(index_elements=["neighbour"], set_=values))


def _stands(link: LinkState | None) -> tuple[bool, datetime] | None:
    return None if link is None else (link.is_up, link.since)
