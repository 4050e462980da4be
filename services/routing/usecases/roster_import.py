"""Take over a roster file (花名册), or say first what taking it over would change."""

from __future__ import annotations

from collections.abc import Sequence

from services.routing.roster.difference import Change, difference
from services.routing.roster.document import Roster
from services.routing.roster.publishing import publish
from services.routing.roster.store import Reads, load, revision_of, write
from shared.db.transaction import Transaction


async def preview_roster(reads: Reads, roster: Roster) -> Sequence[Change]:
    """What importing ``roster`` would change."""
    return difference(await load(reads, roster.body.code), roster)


async def import_roster(tx: Transaction, roster: Roster) -> Sequence[Change]:
    """Make ``roster`` the body's roster and announce it; the same one again changes and announces nothing."""
    before = await load(tx, roster.body.code)
    changes = difference(before, roster)
    if changes:
        revision = await revision_of(tx) + 1
        await write(tx, roster, changes, revision)
        publish(tx, before, roster, revision)
    return changes
