"""What is held of every chain below: the place of each event that rose, in the transaction that applied it.

An event is taken for what it says only where its hash fits its words. Two events in one place are both kept: the
first holds the place, the other stands *beside*, and somebody is told. Only a :class:`LedgerRestored` in the chain
itself settles which of them counts (docs/decisions/0019).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Table, func, select

from services.reporting.tables import MESSAGING, Beside, Held, HeldChain
from shared.contracts.envelope import event_id_of, source_of
from shared.contracts.report import LedgerRestored
from shared.contracts.subjects import parse
from shared.db.transaction import Transaction
from shared.messaging.chain import Place, Said, beginning, hash_of, place_in
from shared.messaging.outbox import Letter

log = structlog.get_logger(__name__)

HELD: Table = Held.__table__  # type: ignore[attr-defined]
CHAINS: Table = HeldChain.__table__  # type: ignore[attr-defined]
BESIDE: Table = Beside.__table__  # type: ignore[attr-defined]

STRAY, SET_ASIDE, UNPLACED = "stray", "set-aside", "unplaced"
"""Why an event stands beside: its place was taken; its own body went back behind it; it says no place."""

AT_ONCE = 500
"""Values in one statement."""

Chain = tuple[str, str]
"""A body, and its service."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event from below, as far as a chain is concerned."""

    chain: Chain
    place: Place
    event_id: str
    day: str
    child: str
    """The body next below, through which it rose."""
    restored_to: int | None = None
    """The place that a :class:`LedgerRestored` goes back to."""

    def row(self) -> dict[str, Any]:
        return {
            "body": self.chain[0],
            "chain": self.chain[1],
            "position": self.place.position,
            "event_id": self.event_id,
            "previous": self.place.previous,
            "hash": self.place.hash,
            "day": self.day,
        }


def arrived_in(event_id: str, subject: str, headers: Mapping[str, str], body: bytes) -> Arrived | None:
    """The event in a message from below; position 0 where it says no place. None for what is not from below, or is
    not what its hash was made of.
    """
    address = parse(subject)
    if address is None or not address.via or address.via[-1] != address.body or address.plane != "report":
        return None
    _, _, service = source_of(headers).strip("/").partition("/")
    if source_of(headers) != f"/{address.body}/{service}" or not service or len(service) > 16:
        return None
    at = headers.get("ce-time", "")
    # Its publisher's own id, of which its hash was made; here it is kept under another, with its way.
    event_id = event_id_of(headers) or event_id
    said = Said(event_id, address.own_subject, at, body.decode("utf-8", "backslashreplace"))
    place = place_in(headers)
    if place is None:
        return Arrived((address.body, service), Place(0, "", hash_of("", said)), event_id, at[:10], address.via[0])
    if hash_of(place.previous, said) != place.hash:
        return None
    restored = address.kind[:3] == (LedgerRestored.plane, LedgerRestored.noun, LedgerRestored.verb)
    back_to = _restored_to(body) if restored else None
    return Arrived((address.body, service), place, event_id, at[:10], address.via[0], back_to)


def _restored_to(body: bytes) -> int | None:
    try:
        return int(json.loads(body)["position"])
    except (ValueError, KeyError, TypeError):
        return None


async def hold(tx: Transaction, letters: Sequence[Letter]) -> set[str]:
    """Keep the places of ``letters``; those that are held already change nothing.

    Gives the ids of events that were set aside before, and so are not to be applied again.
    """
    by_chain: defaultdict[Chain, dict[str, Arrived]] = defaultdict(dict)
    kept_under: defaultdict[str, set[str]] = defaultdict(set)
    for letter in letters:
        arrived = arrived_in(letter.event_id, letter.subject, letter.headers, letter.body)
        if arrived is not None:
            by_chain[arrived.chain][arrived.place.hash] = arrived
            kept_under[arrived.place.hash].add(letter.event_id)
    void: set[str] = set()
    for chain, arrivals in by_chain.items():
        for hash_ in await _hold(tx, chain, list(arrivals.values())):
            void |= kept_under[hash_]
    return void


async def _hold(tx: Transaction, chain: Chain, arrivals: Sequence[Arrived]) -> set[str]:
    known = await tx.one(select(CHAINS).where(CHAINS.c.body == chain[0], CHAINS.c.chain == chain[1]).with_for_update())
    void = await _set_aside_before(tx, chain, arrivals) if known is not None and known.set_aside else set()
    arrivals = [each for each in arrivals if each.place.hash not in void]
    placed = [each for each in arrivals if each.place.position]
    unplaced = [each for each in arrivals if not each.place.position]
    if unplaced and (known is not None or placed):
        # A body of an earlier release places none of its events, and has no chain here yet.
        await _put_beside(tx, unplaced, UNPLACED)
    if placed:
        new = await tx.add_missing_and_say(HELD, [each.row() for each in placed], "hash")
        taken = [each for each in placed if each.place.hash not in new]
        strays = await _look_at_the_taken(tx, chain, taken) if taken else set()
        if new:
            await _move_head(tx, chain, known, [each for each in placed if each.place.hash in new])
        for each in placed:
            if each.restored_to is not None and each.place.hash in new | strays:
                await _go_back(tx, each, each.restored_to)
    return void


async def _set_aside_before(tx: Transaction, chain: Chain, arrivals: Sequence[Arrived]) -> set[str]:
    rows = await tx.all(
        select(BESIDE.c.hash).where(
            *_of(BESIDE, chain), BESIDE.c.why == SET_ASIDE, BESIDE.c.hash.in_([each.place.hash for each in arrivals])
        )
    )
    return {row.hash for row in rows}


async def _look_at_the_taken(tx: Transaction, chain: Chain, taken: Sequence[Arrived]) -> set[str]:
    rows = await tx.all(
        select(HELD.c.position, HELD.c.hash).where(
            *_of(HELD, chain), HELD.c.position.in_({each.place.position for each in taken})
        )
    )
    there = {row.position: row.hash for row in rows}
    strays = [each for each in taken if there.get(each.place.position) != each.place.hash]
    if strays:
        log.warning("ledger-stray", body=chain[0], chain=chain[1], position=strays[0].place.position)
        await _put_beside(tx, strays, STRAY)
    return {each.place.hash for each in strays}


async def _put_beside(tx: Transaction, arrivals: Sequence[Arrived], why: str) -> None:
    rows = [each.row() | {"why": why, "noted_at": tx.now, "in_figures": why == SET_ASIDE} for each in arrivals]
    if rows:
        await tx.add_missing(BESIDE, rows)


async def _move_head(tx: Transaction, chain: Chain, known: Any, new: Sequence[Arrived]) -> None:
    last = max(new, key=lambda each: each.place.position).place
    events, position, own = len(new), last.position, last.hash
    if known is not None:
        events += known.events
        if known.position > position:
            position, own = known.position, known.hash
    await _keep_head(
        tx, chain, {"events": events, "position": position, "hash": own, "moved_at": tx.now, "child": new[0].child}
    )


async def _keep_head(tx: Transaction, chain: Chain, row: dict[str, Any]) -> None:
    statement = tx.insert(CHAINS).values({"body": chain[0], "chain": chain[1], "set_aside": 0} | row)
    await tx.execute(statement.on_conflict_do_update(index_elements=["body", "chain"], set_=row))


async def _go_back(tx: Transaction, restored: Arrived, agreed: int) -> None:
    """Set aside what followed ``agreed`` before, and put in its place what led to ``restored``."""
    chain = restored.chain
    held = await tx.all(select(HELD).where(*_of(HELD, chain), HELD.c.position > agreed))
    strays = await tx.all(select(BESIDE).where(*_of(BESIDE, chain), BESIDE.c.why != SET_ASIDE))
    branch = _branch(restored.place.hash, (*held, *strays))
    void = [row for row in held if row.hash not in branch]
    moving = [row for row in strays if row.hash in branch]
    left = [row.id for row in strays if row.hash not in branch]
    log.warning("ledger-went-back", body=chain[0], chain=chain[1], position=agreed, set_aside=len(void) + len(left))
    columns = [column.name for column in HELD.columns]
    if void:
        await _delete(tx, HELD, HELD.c.position, [row.position for row in void], *_of(HELD, chain))
        noted = {"why": SET_ASIDE, "noted_at": tx.now, "in_figures": True}
        await tx.add_missing(BESIDE, [{name: getattr(row, name) for name in columns} | noted for row in void])
        # Said once more, as what follows from the same cause is, it is news.
        gone = {row.event_id for row in void} - {row.event_id for row in branch.values()}
        await _delete(tx, MESSAGING.inbox, MESSAGING.inbox.c.event_id, sorted(gone))
    for start in range(0, len(left), AT_ONCE):
        # Nobody ever said these, as the ledger has it.
        await tx.execute(
            BESIDE.update()
            .where(BESIDE.c.id.in_(left[start : start + AT_ONCE]))
            .values(why=SET_ASIDE, noted_at=tx.now, in_figures=True)
        )
    if moving:
        await tx.add_missing(HELD, [{name: getattr(row, name) for name in columns} for row in moving])
        await _delete(tx, BESIDE, BESIDE.c.id, [row.id for row in moving])
    events = int(await tx.scalar(select(func.count()).select_from(HELD).where(*_of(HELD, chain))) or 0)
    aside = await tx.scalar(
        select(func.count()).select_from(BESIDE).where(*_of(BESIDE, chain), BESIDE.c.why == SET_ASIDE)
    )
    last = await tx.one(
        select(HELD.c.position, HELD.c.hash).where(*_of(HELD, chain)).order_by(HELD.c.position.desc()).limit(1)
    )
    position, own = (last.position, last.hash) if last else (0, beginning(*chain))
    await _keep_head(
        tx,
        chain,
        {
            "events": events,
            "position": position,
            "hash": own,
            "set_aside": int(aside or 0),
            "moved_at": tx.now,
            "child": restored.child,
        },
    )


def _branch(end: str, rows: Sequence[Any]) -> dict[str, Any]:
    """Those of ``rows``, by hash, that lead to the one with hash ``end``, and that follow on it."""
    by_hash = {row.hash: row for row in rows}
    by_previous = {row.previous: row for row in rows}
    branch: dict[str, Any] = {}
    at = by_hash.get(end)
    while at is not None:
        branch[at.hash] = at
        at = by_hash.get(at.previous)
    at = by_previous.get(end)
    while at is not None and at.hash not in branch:
        branch[at.hash] = at
        at = by_previous.get(at.hash)
    return branch


async def _delete(tx: Transaction, table: Table, column: Any, values: Sequence[Any], *where: Any) -> None:
    for start in range(0, len(values), AT_ONCE):
        await tx.execute(table.delete().where(*where, column.in_(values[start : start + AT_ONCE])))


def _of(table: Table, chain: Chain) -> tuple[Any, Any]:
    return table.c.body == chain[0], table.c.chain == chain[1]
