"""From reported events to rows: one event, one row in a table, and a repeat is the row that is there already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Table, case

from services.reporting.domain import PLANNED, Step
from services.reporting.grains.keeping import Grains
from services.reporting.projecting.five_ones import FIVE_ONES
from services.reporting.projecting.registers import REGISTERS
from services.reporting.projecting.research import RESEARCH
from services.reporting.schema import KNOWN_AT, Fact
from services.reporting.tables import (
    PROJECTION,
    Activity,
    ActivityJoining,
    Body,
    BriefStep,
    CommitmentStep,
    Consultation,
    Issue,
    IssueStep,
    MissedDeadline,
    Reception,
    Roster,
    SettledDeadline,
    Survey,
)
from services.reporting.tables import Row as TableRow
from shared.contracts import report
from shared.contracts.event import Event
from shared.db.transaction import Transaction

E = TypeVar("E", bound=Event)

Row = dict[str, Any]
RowsByTable = Mapping[str, Sequence[Row]]

BODIES = str(Body.__tablename__)


@dataclass(frozen=True, slots=True)
class Projected(Generic[E]):
    """Which table an event becomes a row of, if any, and how; the body is added by :func:`rows_of`."""

    event: type[E]
    table: str
    row: Callable[[E], Row | None]
    says_when_known: bool


def _projected(event: type[E], table: type[TableRow], row: Callable[[E], Row | None]) -> Projected[Any]:
    return Projected(event, str(table.__tablename__), row, issubclass(table, Fact))


def _step(step: Step, says: Callable[[Any], str | None] = lambda event: None) -> Callable[[Any], Row]:
    def row(event: report.IssueReported) -> Row:
        return {
            "reference": event.reference,
            "step": step.value,
            "number": event.step,
            "occurred_at": event.occurred_at,
            "says": says(event),
        }

    return row


def _commitment(step: str) -> Callable[[Any], Row]:
    def row(event: Any) -> Row:
        return {
            "commitment_id": event.commitment_id,
            "step": step,
            "occurred_at": event.occurred_at,
            "due_on": getattr(event, "due_on", None),
        }

    return row


def _issue(event: report.IssueSubmitted) -> Row:
    return {
        "reference": event.reference,
        "submitted_at": event.occurred_at,
        "station": event.station,
        "community": event.community,
        "category": event.category,
        "channel": event.channel,
    }


def _reception(event: report.ReceptionHeld | report.IssueSubmitted) -> Row | None:
    if event.reception_id is None:
        return None  # an issue whose reception is told of by itself
    return {
        "reception_id": event.reception_id,
        "held_at": event.occurred_at,
        "station": event.station,
        "community": event.community,
        "channel": event.channel,
    }


def _survey(event: report.SurveyMade) -> Row:
    return {
        "survey_id": event.survey_id,
        "made_at": event.occurred_at,
        "station": event.station,
        "category": event.category,
        "members": event.members,
    }


def _consultation(event: report.ConsultationHeld) -> Row:
    return {
        "consultation_id": event.consultation_id,
        "held_at": event.occurred_at,
        "station": event.station,
        "place": event.place,
        "gathering": event.gathering,
        "setting": event.setting,
        "members": event.members,
        "residents": event.residents,
        "departments": event.departments,
        "issues": event.issues,
        "surveys": event.surveys,
    }


def _activity(event: report.ActivityRecorded) -> Row:
    return {
        "activity_id": event.activity_id,
        "kind": event.kind,
        "held_at": event.occurred_at,
        "station": event.station,
        "members": event.members,
        "audience": event.audience,
        "form": event.form,
    }


def _reception_day(event: report.ReceptionDayHeld) -> Row:
    return {
        "activity_id": event.activity_id,
        "kind": "reception",
        "held_at": event.occurred_at,
        "station": event.station,
        "members": event.members,
        "audience": event.audience,
        "form": None,
    }


def _joining(event: report.ActivityJoined) -> Row:
    return {"joining_id": event.joining_id, "activity_id": event.activity_id}


def _brief(step: str, says: Callable[[Any], str | None] = lambda event: None) -> Callable[[Any], Row]:
    def row(event: Any) -> Row:
        return {"brief_id": event.brief_id, "step": step, "occurred_at": event.occurred_at, "says": says(event)}

    return row


def _missed(event: report.DeadlineMissed) -> Row:
    return {
        "deadline_id": event.deadline_id,
        "kind": event.kind,
        "reference": event.reference,
        "missed_at": event.occurred_at,
    }


def _settled(event: report.DeadlineSettled) -> Row:
    return {"deadline_id": event.deadline_id, "settled_at": event.occurred_at}


def _roster(event: report.RosterPublished) -> Row:
    return {
        "revision": event.revision,
        "tier": event.tier,
        "parent": event.parent,
        "time_zone": _known_zone(event.time_zone),
        "members": event.members,
        "stations": event.stations,
        "stations_in_townships": event.stations_in_townships,
        "duty_days_per_month": event.duty_days_per_month,
    }


def _known_zone(name: str | None) -> str | None:
    try:
        return name and str(ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return None  # another body's word is no reason to refuse its whole roster


def _ended(event: report.IssueClosed) -> str:
    return PLANNED if event.planned else str(event.outcome)


PROJECTED: tuple[Projected[Any], ...] = (
    _projected(report.RosterPublished, Roster, _roster),
    _projected(report.IssueSubmitted, Issue, _issue),
    _projected(report.IssueAssigned, IssueStep, _step(Step.ASSIGNED)),
    _projected(report.IssueAccepted, IssueStep, _step(Step.ACCEPTED)),
    _projected(report.IssueClosed, IssueStep, _step(Step.CLOSED, _ended)),
    _projected(report.IssueReopened, IssueStep, _step(Step.REOPENED)),
    _projected(report.IssueWithdrawn, IssueStep, _step(Step.WITHDRAWN)),
    _projected(report.IssueJoined, IssueStep, _step(Step.JOINED, lambda event: str(event.joined_to))),
    _projected(report.IssueSplit, IssueStep, _step(Step.SPLIT)),
    _projected(report.FeedbackGiven, IssueStep, _step(Step.RATED, lambda event: str(event.rating))),
    _projected(report.ReceptionHeld, Reception, _reception),
    _projected(report.IssueSubmitted, Reception, _reception),
    _projected(report.SurveyMade, Survey, _survey),
    _projected(report.ConsultationHeld, Consultation, _consultation),
    _projected(report.CommitmentMade, CommitmentStep, _commitment("made")),
    _projected(report.CommitmentMadeV2, CommitmentStep, _commitment("made")),
    _projected(report.CommitmentKept, CommitmentStep, _commitment("kept")),
    _projected(report.CommitmentDropped, CommitmentStep, _commitment("dropped")),
    _projected(report.ActivityRecorded, Activity, _activity),
    _projected(report.ReceptionDayHeld, Activity, _reception_day),
    _projected(report.ActivityJoined, ActivityJoining, _joining),
    _projected(report.DeadlineMissed, MissedDeadline, _missed),
    _projected(report.DeadlineSettled, SettledDeadline, _settled),
    _projected(report.BriefHandedIn, BriefStep, _brief("handed-in")),
    _projected(report.BriefSettled, BriefStep, _brief("settled", lambda event: str(event.outcome))),
    *(_projected(event, table, row) for event, table, row in (*REGISTERS, *RESEARCH, *FIVE_ONES)),
)

_BY_EVENT: dict[type[Event], list[Projected[Any]]] = {
    event: [projected for projected in PROJECTED if projected.event is event]
    for event in {projected.event for projected in PROJECTED}
}


Reported = tuple[str, Event, datetime | None]
"""The body that reported an event, the event, and when the body wrote it down, where it says so."""


def rows_of(events: Iterable[Reported]) -> RowsByTable:
    """The rows that ``events`` become; those of no class here are skipped.

    When a fact was known comes from its publisher and never from its arrival, so that it is the same at every tier
    and after every rebuild. One whose publisher does not say was known when it occurred.
    """
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    newest: dict[str, Any] = {}
    for body, event, said_at in events:
        known = _BY_EVENT.get(type(event))
        if known is None:
            continue
        for projected in known:
            row = projected.row(event)
            if row is not None:
                row["body"] = body
                if projected.says_when_known:
                    row["known_at"] = said_at or event.occurred_at
                rows[projected.table].append(row)
        if body not in newest or event.occurred_at > newest[body]:
            newest[body] = event.occurred_at
    if newest:
        rows[BODIES] = [{"body": body, "newest_at": at} for body, at in newest.items()]
    return rows


class Projection:
    """A set of projection tables to keep rows in: the ones that pages read, or those of a rebuild."""

    def __init__(self, tables: Mapping[str, Table], own_zone: str | None = None) -> None:
        """``own_zone``: IANA name of the zone of bodies that name none; without it spans and days are not kept."""
        self.tables = dict(tables)
        self.own_zone = own_zone
        self.grains = Grains(self.tables, own_zone) if own_zone else None

    async def keep(self, tx: Transaction, rows: RowsByTable) -> None:
        """Add ``rows``, and bring spans and days in step with them."""
        if self.grains is None or not rows:
            await self.add(tx, rows)
            return
        before = await self.grains.look(tx, rows)
        await self.add(tx, rows)
        await self.grains.settle(tx, before, rows)

    async def add(self, tx: Transaction, rows: RowsByTable) -> None:
        """Add ``rows``, one statement per table however many there are, and no more than them."""
        for name, of_table in rows.items():
            if name == BODIES:
                await tx.execute(self._newest(tx), of_table)
            elif KNOWN_AT in self.tables[name].c:
                # What is said once more, by a service that was restored, is known since it was said first.
                await tx.add_or_lower(self.tables[name], of_table, KNOWN_AT)
            else:
                await tx.add_missing(self.tables[name], of_table)

    def _newest(self, tx: Transaction) -> Any:
        table = self.tables[BODIES]
        statement = tx.insert(table)
        there, new = table.c.newest_at, statement.excluded.newest_at
        return statement.on_conflict_do_update(
            index_elements=["body"], set_={"newest_at": case((new > there, new), else_=there)}
        )


def live_projection(own_zone: str | None = None) -> Projection:
    """The projection that pages and figures read; ``own_zone`` for whoever keeps rows in it."""
    tables = {str(table.__tablename__): table.__table__ for table in PROJECTION}  # type: ignore[attr-defined]
    return Projection(tables, own_zone)
