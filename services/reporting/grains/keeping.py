"""Keeps spans and days in step with the facts: what a batch of facts changes, and all of a body anew.

Both are sums over single issues, so a batch needs only the facts of the issues that it speaks of: what they added to
the days before is taken off, and what they add with the new facts is put on, in the transaction that keeps the facts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, select

from services.reporting.grains.facts import DATED, Dated, Facts, Key, Row, Story
from services.reporting.grains.life import (
    MOVING,
    Cell,
    Cells,
    IssueFact,
    Measure,
    Span,
    cell_of,
    cells_of_issue,
    cells_of_reception,
    spans_of_commitment,
    spans_of_issue,
    standings,
)
from shared.db.transaction import Transaction

RowsByTable = Mapping[str, Sequence[Row]]

PAGE = 4_000
"""Issues in one commit while a body's days are made anew."""
MOST_CELLS = 50_000
"""Kept in memory before they are added to the table."""
_CELL = ("dimension", "measure", "raised_on", "changed_on", "value")


@dataclass(slots=True)
class Before:
    """What was there before a batch was kept: of bodies whose days are kept, the facts it may change."""

    zones: dict[str, str | None]
    """Of each body of the batch that has days, or is new and then None."""
    new: set[str]
    stories: dict[Key, Story] = field(default_factory=dict)
    commitments: dict[Key, dict[str, Any]] = field(default_factory=dict)
    there: dict[str, set[Key]] = field(default_factory=dict)


@dataclass(slots=True)
class Change:
    """What one transaction changes: numbers to add to cells, and spans that take the place of others."""

    cells: defaultdict[str, Cells] = field(default_factory=lambda: defaultdict(Counter))
    outdated: list[tuple[str, str, str]] = field(default_factory=list)
    spans: list[dict[str, Any]] = field(default_factory=list)


class Grains:
    """Spans and days beside the facts of one set of tables; ``own_zone`` is of bodies whose roster names none."""

    def __init__(self, tables: Mapping[str, Table], own_zone: str) -> None:
        self._tables = tables
        self._own_zone = own_zone
        self._facts = Facts(tables)

    async def look(self, tx: Transaction, rows: RowsByTable) -> Before:
        """What the facts to be kept will change, before they are."""
        bodies = self._tables["bodies"]
        said = {row["body"] for row in rows.get("bodies", ())}
        known = await tx.all(select(bodies.c.body, bodies.c.days_zone).where(bodies.c.body.in_(said)))
        # A body that an earlier release kept has no days before the figures are made anew.
        zones = dict.fromkeys(said) | {row.body: row.days_zone for row in known}
        new = said - {row.body for row in known}
        before = Before({body: zone for body, zone in zones.items() if zone or body in new}, new)
        ours = before.zones
        of_issues = _keys(rows, "reference", ours, "issues", "issue_steps")
        before.stories = await self._facts.stories(tx, of_issues)
        before.commitments = await self._facts.commitments(tx, _keys(rows, "commitment_id", ours, "commitment_steps"))
        for dated in DATED:
            keys = _keys(rows, dated.key, ours, dated.table)
            before.there[dated.table] = await self._facts.there(tx, dated, keys) if keys else set()
        return before

    async def settle(self, tx: Transaction, before: Before, rows: RowsByTable) -> None:
        """Bring spans and days in step, after ``rows`` were kept."""
        asked = before.new | {row["body"] for row in rows.get("rosters", ()) if row["body"] in before.zones}
        zones = {body: zone for body, zone in before.zones.items() if zone} | await self._zones(tx, asked)
        moved = {body for body, zone in zones.items() if before.zones[body] not in (None, zone)}
        change = Change()
        self._issues(before, rows, zones, moved, change)
        self._commitments(before, rows, moved, change)
        self._dated(before, rows, zones, moved, change)
        await self._write(tx, change)
        for body in moved:
            await self.anew(tx, body)
        await self._note_zones(tx, {body: zones[body] for body in before.new})

    async def anew(self, tx: Transaction, body: str) -> None:
        """Make all spans and days of a body from its facts, in one transaction."""
        making = await self.begin(tx, body)
        while not making.done:
            await making.step(tx)

    async def begin(self, tx: Transaction, body: str) -> Making:
        """The same in steps, of which each may have a transaction of its own while nobody else writes the tables."""
        for name in ("spans", "days"):
            table = self._tables[name]
            await tx.execute(table.delete().where(table.c.body == body))
        zone = (await self._zones(tx, {body}))[body]
        return Making(self, self._facts, body, ZoneInfo(zone), zone)

    async def end(self, tx: Transaction, change: Change, zones: Mapping[str, str]) -> None:
        """What :class:`Making` found."""
        await self._write(tx, change)
        await self._note_zones(tx, zones)

    async def _zones(self, tx: Transaction, codes: Iterable[str]) -> dict[str, str]:
        codes = set(codes)
        if not codes:
            return {}
        rosters = self._tables["rosters"]
        rows = await tx.all(
            select(rosters.c.body, rosters.c.time_zone).where(rosters.c.body.in_(codes)).order_by(rosters.c.revision)
        )
        # The last revision comes last.
        return dict.fromkeys(codes, self._own_zone) | {row.body: row.time_zone or self._own_zone for row in rows}

    async def _note_zones(self, tx: Transaction, zones: Mapping[str, str]) -> None:
        bodies = self._tables["bodies"]
        for body, zone in zones.items():
            await tx.execute(bodies.update().where(bodies.c.body == body).values(days_zone=zone))

    def _issues(
        self, before: Before, rows: RowsByTable, zones: Mapping[str, str], moved: set[str], change: Change
    ) -> None:
        after = {key: story.copy() for key, story in before.stories.items() if key[0] not in moved}
        for row in rows.get("issues", ()):
            if (story := after.get((row["body"], row["reference"]))) is not None:
                story.add_issue(row)
        for row in rows.get("issue_steps", ()):
            if (story := after.get((row["body"], row["reference"]))) is not None:
                story.add_step(row)
        for key, now in after.items():
            body, reference = key
            was = before.stories[key]
            if (was.issue, was.steps) == (now.issue, now.steps):
                continue
            zone = ZoneInfo(zones[body])
            spans_were, spans_are = _tell(was, zone, change.cells[body], -1), _tell(now, zone, change.cells[body], 1)
            _replace(change, body, "issue", reference, spans_were, spans_are)

    def _commitments(self, before: Before, rows: RowsByTable, moved: set[str], change: Change) -> None:
        after = {key: dict(steps) for key, steps in before.commitments.items() if key[0] not in moved}
        for row in rows.get("commitment_steps", ()):
            if (steps := after.get((row["body"], row["commitment_id"]))) is not None:
                steps.setdefault(row["step"], row["occurred_at"])
        for key, now in after.items():
            were, are = spans_of_commitment(before.commitments[key].items()), spans_of_commitment(now.items())
            _replace(change, key[0], "commitment", key[1], were, are)

    def _dated(
        self, before: Before, rows: RowsByTable, zones: Mapping[str, str], moved: set[str], change: Change
    ) -> None:
        for dated in DATED:
            seen = set(before.there[dated.table])
            for row in rows.get(dated.table, ()):
                key = row["body"], row[dated.key]
                if key[0] in before.zones and key[0] not in moved and key not in seen:
                    seen.add(key)
                    _add_dated(change.cells[key[0]], dated, row, ZoneInfo(zones[key[0]]))

    async def _write(self, tx: Transaction, change: Change) -> None:
        spans = self._tables["spans"]
        if change.outdated:
            gone = (spans.c.body == bindparam("b")) & (spans.c.kind == bindparam("k")) & (spans.c.of == bindparam("o"))
            keys = [{"b": body, "k": kind, "o": of} for body, kind, of in change.outdated]
            await tx.execute(spans.delete().where(gone), keys)
        if change.spans:
            await tx.add(spans, change.spans)
        rows = [
            {"body": body, **cell._asdict(), "number": number}
            for body, cells in change.cells.items()
            for cell, number in cells.items()
            if number
        ]
        if rows:
            await self._add_to_days(tx, rows)

    async def _add_to_days(self, tx: Transaction, rows: list[dict[str, Any]]) -> None:
        days = self._tables["days"]
        adding = tx.insert(days)
        both = days.c.number + adding.excluded.number
        keys = list(days.primary_key.columns)
        await tx.execute(adding.on_conflict_do_update(index_elements=keys, set_={"number": both}), rows)
        may_be_nothing = [row for row in rows if row["number"] < 0 or row["measure"] in MOVING]
        touched = [{f"_{name}": row[name] for name in ("body", *_CELL)} for row in may_be_nothing]
        if touched:
            # A cell of nothing is no cell, or days kept and days made anew would not be the same.
            same = [days.c[name] == bindparam(f"_{name}") for name in ("body", *_CELL)]
            await tx.execute(days.delete().where(days.c.number == 0, *same), touched)


class Making:
    """All spans and days of one body, in steps. The body counts as kept when the last one is done."""

    def __init__(self, grains: Grains, facts: Facts, body: str, zone: ZoneInfo, zone_name: str) -> None:
        self._grains = grains
        self._facts = facts
        self._body = body
        self._zone = zone
        self._zone_name = zone_name
        self._cells: Cells = Counter()
        self._left: list[Dated | str] = ["issues", "commitment_steps", *DATED]
        self._after = ""
        self.done = False

    async def step(self, tx: Transaction) -> None:
        """A page of it."""
        change = Change()
        source = self._left[0]
        if isinstance(source, Dated):
            rows = await self._facts.page(tx, source.table, source.key, self._body, self._after, PAGE)
            for row in rows:
                _add_dated(self._cells, source, row, self._zone)
            self._go_on(rows, source.key, PAGE)
        elif source == "issues":
            rows = await self._facts.page(tx, "issues", "reference", self._body, self._after, PAGE)
            await self._issues(tx, rows, change)
            self._go_on(rows, "reference", PAGE)
        else:
            await self._commitments(tx, change)
            self._left.pop(0)
        if len(self._cells) > MOST_CELLS or not self._left:
            change.cells[self._body], self._cells = self._cells, Counter()
        self.done = not self._left
        await self._grains.end(tx, change, {self._body: self._zone_name} if self.done else {})

    def _go_on(self, rows: Sequence[Any], key: str, limit: int) -> None:
        if len(rows) < limit:
            self._left.pop(0)
            self._after = ""
        else:
            self._after = rows[-1][key]

    async def _issues(self, tx: Transaction, rows: Sequence[Any], change: Change) -> None:
        if not rows:
            return
        steps: defaultdict[str, list[Any]] = defaultdict(list)
        last = rows[-1]["reference"]
        for step in await self._facts.steps_between(tx, self._body, self._after, last):
            steps[step.reference].append(step._mapping)
        for row in rows:
            story = Story()
            story.add_issue(row)
            for each in steps[row["reference"]]:
                story.add_step(each)
            change.spans += _rows(self._body, "issue", row["reference"], _tell(story, self._zone, self._cells, 1))

    async def _commitments(self, tx: Transaction, change: Change) -> None:
        for key, steps in (await self._facts.all_commitments(tx, self._body)).items():
            change.spans += _rows(self._body, "commitment", key, spans_of_commitment(steps.items()))


def _tell(story: Story, zone: ZoneInfo, cells: Cells, number: int) -> list[Span]:
    """Add ``number`` times what the issue adds to the days; its spans."""
    issue: IssueFact | None = story.issue
    if issue is None:
        return []
    steps = list(story.steps.values())
    stood = standings(issue, steps)
    for cell, times in cells_of_issue(issue, steps, stood, zone):
        cells[cell] += number * times
    return spans_of_issue(stood)


def _add_dated(cells: Cells, dated: Dated, row: Any, zone: ZoneInfo) -> None:
    if not dated.counts(row):
        return
    found: Iterable[tuple[Cell, int]] = [(cell_of(dated.measure, row[dated.at], zone), 1)]
    if dated.measure is Measure.RECEIVED:
        found = cells_of_reception(row[dated.at], row["community"], zone)
    for cell, number in found:
        cells[cell] += number


def _replace(change: Change, body: str, kind: str, of: str, were: Sequence[Span], are: Sequence[Span]) -> None:
    if were == are:
        return
    if were:
        change.outdated.append((body, kind, of))
    change.spans += _rows(body, kind, of, are)


def _rows(body: str, kind: str, of: str, spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [
        {
            "body": body,
            "kind": kind,
            "of": of,
            "number": number,
            "state": span.state,
            "from_at": span.from_at,
            "seconds": None if span.until_at is None else int((span.until_at - span.from_at).total_seconds()),
        }
        for number, span in enumerate(spans)
    ]


def _keys(rows: RowsByTable, key: str, ours: Mapping[str, object], *tables: str) -> list[Key]:
    return sorted({(row["body"], row[key]) for name in tables for row in rows.get(name, ()) if row["body"] in ours})
