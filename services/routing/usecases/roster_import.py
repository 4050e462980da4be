"""Take over a roster file (花名册), or say first what taking it over would change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.routing.roster.changes import record
from services.routing.roster.difference import Change, difference
from services.routing.roster.document import Roster
from services.routing.roster.publishing import publish
from services.routing.roster.reading import RosterFile
from services.routing.roster.reads import Reads
from services.routing.roster.store import hold, load, revision_of, write
from shared.db.transaction import Transaction


async def preview_roster(reads: Reads, file: RosterFile, body: str, today: date) -> Sequence[Change]:
    """What importing ``file`` would change. Raises RosterRefused."""
    before = await load(reads, body)
    return difference(before, file.onto(before, body, today))


async def import_roster(tx: Transaction, file: RosterFile, body: str, today: date, by: str) -> Sequence[Change]:
    """Make ``file`` the body's roster and announce it; the same one again changes and announces nothing.

    What the file leaves out stays. ``by``: the login of whoever brought it. Raises RosterRefused.
    """
    await hold(tx)
    before = await load(tx, body)
    return await replace_roster(tx, before, file.onto(before, body, today), by, by_file=True)


async def replace_roster(
    tx: Transaction, before: Roster | None, after: Roster, by: str, *, by_file: bool
) -> Sequence[Change]:
    """``before`` becomes ``after``: rows, the log of changes and what neighbours are told, all in one transaction."""
    changes = difference(before, after)
    if changes:
        revision = await revision_of(tx) + 1
        await write(tx, after, changes, revision, by)
        await record(tx, changes, revision, by, by_file=by_file)
        publish(tx, before, after, revision)
    return changes
