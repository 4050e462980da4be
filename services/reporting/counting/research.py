"""Counts of a research programme. A record that was withdrawn is in none of them, whichever of the two came first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CTE, Select, Table, exists, func, select

from services.reporting.bodies import KnownBody
from services.reporting.counting.within import known, within
from services.reporting.definitions.research import FIND_KINDS, TOPIC_STATES
from services.reporting.domain import Period
from services.reporting.figures import Value
from services.reporting.projection import live_projection
from shared.db.reader import Reader

PARTICIPANTS: Mapping[str, str] = {
    "member_units": "member-unit",
    "institutes": "institute",
    "local_researchers": "researcher",
}
"""Figures of who takes part, with the kind that each counts."""


async def counted(reader: Reader, body: KnownBody, period: Period) -> dict[str, Value]:
    """The figures of :mod:`services.reporting.definitions.research`, by key."""
    programme = Programme(body, period)
    counts = await reader.one(
        select(
            *(programme.took_part(kind).label(key) for key, kind in PARTICIPANTS.items()),
            programme.of("topic_results", "published_at", "result").label("topic_results"),
            programme.of("result_uses", "used_at", "use").label("results_put_to_use"),
            programme.of("field_surveys", "made_at", "field-survey").label("field_surveys"),
            programme.characters().label("document_characters"),
        )
    )
    assert counts is not None
    found: dict[str, Value] = {key: int(number) for key, number in counts._mapping.items()}
    finds = {row.kind: row.number for row in await reader.all(programme.finds())}
    topics = {row.state: row.number for row in await reader.all(programme.topics())}
    found["finds"] = {kind: finds[kind] for kind in FIND_KINDS if kind in finds}
    found["topics"] = {state: topics[state] for state in TOPIC_STATES if state in topics}
    return found


class Programme:
    """The research programme of one body in one period, as statements."""

    def __init__(self, body: KnownBody, period: Period) -> None:
        self._body, self._period = body, period
        self._begins, self._ends = period.begins_at(body.time_zone), period.ends_at(body.time_zone)
        self._tables = live_projection().tables

    def of(self, name: str, when: str, record: str) -> Any:
        """How many records of one register fall into the period."""
        table = self._tables[name]
        return select(func.count()).select_from(table).where(*self.within(table, when, record)).scalar_subquery()

    def characters(self) -> Any:
        """How long the documents collated in the period are together."""
        documents = self._tables["documents"]
        total = func.coalesce(func.sum(documents.c.characters), 0)
        return select(total).where(*self.within(documents, "collated_at", "document")).scalar_subquery()

    def finds(self) -> Select[Any]:
        """The finds of the period by kind."""
        finds = self._tables["finds"]
        within = self.within(finds, "found_at", "find")
        return select(finds.c.kind, func.count().label("number")).where(*within).group_by(finds.c.kind)

    def took_part(self, kind: str) -> Any:
        """Who took part at any time in the period, each once however often they came."""
        joined = self._tables["participations"]
        return select(func.count(joined.c.participant_id.distinct())).where(*self.taking_part(kind)).scalar_subquery()

    def taking_part(self, kind: str) -> tuple[Any, ...]:
        """Conditions on participations: those of one kind that reach into the period."""
        joined, left = self._tables["participations"], self._tables["participation_ends"]
        gone = exists().where(
            left.c.body == joined.c.body,
            left.c.participation_id == joined.c.participation_id,
            left.c.left_at < self._begins,
            self._known(left),
        )
        return (
            joined.c.body == self._body.code,
            self._known(joined),
            joined.c.kind == kind,
            joined.c.joined_at < self._ends,
            ~gone,
            self._stands(joined, "participation"),
        )

    def topics(self) -> Select[Any]:
        """Topics by how they stood at the end of the period."""
        steps, last = self._tables["topic_steps"], self.last_steps()
        return (
            select(steps.c.state, func.count().label("number"))
            .join(last, (last.c.topic_id == steps.c.topic_id) & (last.c.step == steps.c.step))
            .where(steps.c.body == self._body.code)
            .group_by(steps.c.state)
        )

    def last_steps(self) -> CTE:
        """The last step of each topic before the end of the period."""
        steps = self._tables["topic_steps"]
        return (
            select(steps.c.topic_id, func.max(steps.c.step).label("step"))
            .where(steps.c.body == self._body.code, steps.c.occurred_at < self._ends, self._known(steps))
            .group_by(steps.c.topic_id)
            .cte("last_steps")
        )

    def within(self, table: Table, when: str, record: str) -> tuple[Any, ...]:
        """Conditions on a register: records of the period that stand."""
        return *within(table, when, self._body, self._period), self._stands(table, record)

    def _known(self, table: Table) -> Any:
        return known(table, self._body, self._period)

    def _stands(self, table: Table, record: str) -> Any:
        withdrawn = self._tables["withdrawn_records"]
        key = next(column for column in table.primary_key.columns if column.name != "body")
        return ~exists().where(
            withdrawn.c.body == table.c.body,
            withdrawn.c.record == record,
            withdrawn.c.record_id == key,
            self._known(withdrawn),
        )
