"""The facts that spans and days are made of, as the projection's tables hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, or_, select

from services.reporting.grains.life import IssueFact, IssueStepFact, Measure
from shared.db.transaction import Transaction

AT_ONCE = 400
"""Keys in one question."""

Row = Mapping[str, Any]
Key = tuple[str, str]
"""A body, and a reference or id of its."""


@dataclass(slots=True)
class Story:
    """What is known of one issue; ``issue`` is None until its submission was heard of."""

    issue: IssueFact | None = None
    steps: dict[tuple[str, int], IssueStepFact] = field(default_factory=dict)

    def copy(self) -> Story:
        """One that can be added to."""
        return Story(self.issue, dict(self.steps))

    def add_issue(self, row: Any) -> None:
        """The submission; one that is there stays."""
        if self.issue is None:
            self.issue = IssueFact(row["submitted_at"], row["community"], row["category"])

    def add_step(self, row: Any) -> None:
        """A step; one that is there stays."""
        self.steps.setdefault((row["step"], row["number"]), step_of(row))


def step_of(row: Any) -> IssueStepFact:
    """A row of ``issue_steps``."""
    return IssueStepFact(row["step"], row["number"], row["occurred_at"], row["says"])


@dataclass(frozen=True, slots=True)
class Dated:
    """A table whose rows are each counted on their day alone, and by which measure a row is."""

    table: str
    key: str
    at: str
    measure: Measure
    kind: str | None = None

    def counts(self, row: Any) -> bool:
        """Whether this row is one of those."""
        return self.kind is None or row["kind"] == self.kind

    @property
    def columns(self) -> tuple[str, ...]:
        """Beside body and key, what is read of a row."""
        return (self.at, "community") if self.measure is Measure.RECEIVED else (self.at,)


DATED: tuple[Dated, ...] = (
    Dated("receptions", "reception_id", "held_at", Measure.RECEIVED),
    Dated("consultations", "consultation_id", "held_at", Measure.CONSULTATIONS),
    Dated("surveys", "survey_id", "made_at", Measure.SURVEYS),
    Dated("activities", "activity_id", "held_at", Measure.TALKS, kind="talk"),
)


class Facts:
    """Reads them from one set of tables."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables

    async def stories(self, tx: Transaction, keys: Sequence[Key]) -> dict[Key, Story]:
        """What is known of these issues."""
        issues, steps = self._tables["issues"], self._tables["issue_steps"]
        found = {key: Story() for key in keys}
        for some in _by_body(keys):
            for row in await tx.all(select(issues).where(_are(issues, "reference", some))):
                found[row.body, row.reference].add_issue(row._mapping)
            for row in await tx.all(select(steps).where(_are(steps, "reference", some))):
                found[row.body, row.reference].add_step(row._mapping)
        return found

    async def commitments(self, tx: Transaction, keys: Sequence[Key]) -> dict[Key, dict[str, datetime]]:
        """When these commitments were made, kept and dropped."""
        steps = self._tables["commitment_steps"]
        found: dict[Key, dict[str, datetime]] = {key: {} for key in keys}
        for some in _by_body(keys):
            for row in await tx.all(select(steps).where(_are(steps, "commitment_id", some))):
                found[row.body, row.commitment_id][row.step] = row.occurred_at
        return found

    async def there(self, tx: Transaction, dated: Dated, keys: Sequence[Key]) -> set[Key]:
        """Which of these rows are there."""
        table = self._tables[dated.table]
        found: set[Key] = set()
        for some in _by_body(keys):
            rows = await tx.all(select(table.c.body, table.c[dated.key]).where(_are(table, dated.key, some)))
            found |= {(row.body, getattr(row, dated.key)) for row in rows}
        return found

    async def page(self, tx: Transaction, name: str, key: str, body: str, after: str, limit: int) -> Sequence[Any]:
        """Rows of a body in the order of their keys, as mappings, those after that key."""
        table = self._tables[name]
        rows = await tx.all(
            select(table).where(table.c.body == body, table.c[key] > after).order_by(table.c[key]).limit(limit)
        )
        return [row._mapping for row in rows]

    async def steps_between(self, tx: Transaction, body: str, after: str, last: str) -> Sequence[Any]:
        """Steps of the issues of a body whose references lie after the one and up to the other, as plain rows."""
        steps = self._tables["issue_steps"]
        return await tx.all(
            select(steps.c.reference, steps.c.step, steps.c.number, steps.c.occurred_at, steps.c.says).where(
                steps.c.body == body, steps.c.reference > after, steps.c.reference <= last
            )
        )

    async def all_commitments(self, tx: Transaction, body: str) -> dict[str, dict[str, datetime]]:
        """When the commitments of a body were made, kept and dropped."""
        steps = self._tables["commitment_steps"]
        found: dict[str, dict[str, datetime]] = {}
        for row in await tx.all(select(steps).where(steps.c.body == body)):
            found.setdefault(row.commitment_id, {})[row.step] = row.occurred_at
        return found


def _by_body(keys: Sequence[Key]) -> Iterable[Sequence[Key]]:
    in_order = sorted(keys)
    return [in_order[first : first + AT_ONCE] for first in range(0, len(in_order), AT_ONCE)]


def _are(table: Table, key: str, some: Sequence[Key]) -> Any:
    bodies: dict[str, list[str]] = {}
    for body, each in some:
        bodies.setdefault(body, []).append(each)
    return or_(*(and_(table.c.body == body, table.c[key].in_(keys)) for body, keys in bodies.items()))
