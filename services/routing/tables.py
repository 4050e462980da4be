"""What routing keeps: the roster, the orders with everyone who was asked, and who may sign in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, Table, Text, text
from sqlmodel import Field

from services.routing.schema import METADATA, Row
from services.routing.supervision.rows import Supervision, SupervisionStep
from shared.db.idempotency import idempotency_table
from shared.db.types import BigKey, Json, UTCDateTime
from shared.messaging.tables import messaging_tables

MESSAGING = messaging_tables(METADATA)
IDEMPOTENCY = idempotency_table(METADATA)
SUPERVISIONS: Table = Supervision.__table__  # type: ignore[attr-defined]
SUPERVISION_STEPS: Table = SupervisionStep.__table__  # type: ignore[attr-defined]

# -- roster: rows that left the file stay, inactive, because orders still name them ----------------------


class RosterRevision(Row, table=True):
    """The one row that says how often the roster changed, and what holds for the whole body."""

    __tablename__ = "roster_revision"
    id: int = Field(default=1, primary_key=True)
    revision: int
    tier: str = Field(max_length=20)
    parent: str | None = Field(default=None, max_length=64)
    time_zone: str = Field(max_length=64)
    days_of_month: list[int] = Field(sa_type=Json)
    hours: str | None = Field(default=None, max_length=64)
    composition: list[dict[str, Any]] = Field(sa_type=Json)
    readiness: list[dict[str, Any]] = Field(sa_type=Json)
    units_required: dict[str, int] | None = Field(default=None, sa_type=Json)
    units_required_below: dict[str, int] | None = Field(default=None, sa_type=Json)
    applied_at: datetime = Field(sa_type=UTCDateTime)


class Township(Row, table=True):
    __tablename__ = "townships"
    code: str = Field(primary_key=True, max_length=64)
    names: dict[str, str] = Field(sa_type=Json)
    active: bool = True


class Station(Row, table=True):
    __tablename__ = "stations"
    code: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=20)
    township: str = Field(max_length=64)
    names: dict[str, str] = Field(sa_type=Json)
    duty_hours: str | None = Field(default=None, max_length=64)
    active: bool = True


class Community(Row, table=True):
    __tablename__ = "communities"
    code: str = Field(primary_key=True, max_length=64)
    township: str = Field(max_length=64)
    station: str | None = Field(default=None, max_length=64)
    names: dict[str, str] = Field(sa_type=Json)
    active: bool = True


class Member(Row, table=True):
    __tablename__ = "members"
    code: str = Field(primary_key=True, max_length=64)
    stations: list[str] = Field(sa_type=Json)
    communities: list[str] = Field(sa_type=Json)
    expertise: list[str] = Field(sa_type=Json)
    languages: list[str] = Field(sa_type=Json)
    email: str | None = Field(default=None, max_length=254)
    display: str | None = Field(default=None, max_length=100)
    stand_in: str | None = Field(default=None, max_length=64)
    units: list[str] = Field(sa_type=Json)
    active: bool = True


class Department(Row, table=True):
    __tablename__ = "departments"
    code: str = Field(primary_key=True, max_length=64)
    categories: list[str] = Field(sa_type=Json)
    names: dict[str, str] = Field(sa_type=Json)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=30)
    language: str | None = Field(default=None, max_length=16)
    days_to_reply: int | None = None
    active: bool = True


class Unit(Row, table=True):
    """A unit of the chain; dissolved ones stay in the roster with their date."""

    __tablename__ = "units"
    code: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=20)
    names: dict[str, str] = Field(sa_type=Json)
    parent: str | None = Field(default=None, max_length=64)
    set_up_on: date | None = None
    dissolved_on: date | None = None
    active: bool = True


# -- roster, its dated parts: each row says who recorded it and when --------------------------------------


class MemberTerm(Row, table=True):
    """A term of office; without an end it runs on."""

    __tablename__ = "member_terms"
    member: str = Field(primary_key=True, max_length=64)
    begins_on: date = Field(primary_key=True)
    ends_on: date | None = None
    recorded_at: datetime = Field(sa_type=UTCDateTime)
    recorded_by: str = Field(max_length=64)


class MemberLeave(Row, table=True):
    """A leave, both days included. ``stand_in`` None: the member's regular one."""

    __tablename__ = "member_leaves"
    member: str = Field(primary_key=True, max_length=64)
    begins_on: date = Field(primary_key=True)
    ends_on: date
    stand_in: str | None = Field(default=None, max_length=64)
    recorded_at: datetime = Field(sa_type=UTCDateTime)
    recorded_by: str = Field(max_length=64)


class StationPart(Row, table=True):
    """How many of one part of its composition (1+X+Y+Z) a station has."""

    __tablename__ = "station_parts"
    station: str = Field(primary_key=True, max_length=64)
    part: str = Field(primary_key=True, max_length=64)
    count: int
    units: list[str] = Field(sa_type=Json)
    recorded_at: datetime = Field(sa_type=UTCDateTime)
    recorded_by: str = Field(max_length=64)


class StationItem(Row, table=True):
    """Whether a station has one of the things it must have (十有)."""

    __tablename__ = "station_items"
    station: str = Field(primary_key=True, max_length=64)
    item: str = Field(primary_key=True, max_length=64)
    present: bool
    checked_on: date
    recorded_at: datetime = Field(sa_type=UTCDateTime)
    recorded_by: str = Field(max_length=64)


class StationDutyRule(Row, table=True):
    """One rule of a station's own duty days, as the roster file writes it."""

    __tablename__ = "duty_rules"
    station: str = Field(primary_key=True, max_length=64)
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    rule: dict[str, Any] = Field(sa_type=Json)
    recorded_at: datetime = Field(sa_type=UTCDateTime)
    recorded_by: str = Field(max_length=64)


class StationDutyException(Row, table=True):
    """A single day on which a station's rules do not hold: an extra duty day, or a cancelled one."""

    __tablename__ = "duty_exceptions"
    station: str = Field(primary_key=True, max_length=64)
    day: date = Field(primary_key=True)
    is_extra: bool
    recorded_at: datetime = Field(sa_type=UTCDateTime)
    recorded_by: str = Field(max_length=64)


class UnitPost(Row, table=True):
    """A post of a unit, with the spans in which it was filled."""

    __tablename__ = "unit_posts"
    unit: str = Field(primary_key=True, max_length=64)
    code: str = Field(primary_key=True, max_length=64)
    names: dict[str, str] = Field(sa_type=Json)
    set_up_on: date | None = None
    dissolved_on: date | None = None
    filled: list[dict[str, Any]] = Field(sa_type=Json)
    recorded_at: datetime = Field(sa_type=UTCDateTime)
    recorded_by: str = Field(max_length=64)


class RosterChange(Row, table=True):
    """One change of one entry of the roster: never changed itself, and written with what it tells of."""

    __tablename__ = "roster_changes"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    revision: int
    changed_at: datetime = Field(sa_type=UTCDateTime)
    changed_by: str = Field(max_length=64)
    by_file: bool
    kind: str = Field(max_length=20)
    code: str = Field(max_length=64)
    change: str = Field(max_length=20)
    fields: dict[str, Any] = Field(sa_type=Json)

    __table_args__ = (Index("roster_changes_of_entry", "kind", "code", "id"),)


# -- orders ----------------------------------------------------------------------------------------------


class Order(Row, table=True):
    """An issue as routing sees it. ``version`` counts routing's own changes; the other two, its neighbours'.

    ``take_by``: when somebody should have taken it, whoever it is; ``answer_by``: when who is asked now must answer.
    ``round`` grows when those who did not answer may be asked again.
    """

    __tablename__ = "orders"
    reference: str = Field(primary_key=True, max_length=40)
    state: str = Field(max_length=20)
    station: str = Field(max_length=64)
    community: str = Field(max_length=64)
    category: str | None = Field(default=None, max_length=64)
    channel: str = Field(max_length=20)
    language: str = Field(max_length=20)
    submitted_at: datetime = Field(sa_type=UTCDateTime)
    on_paper: bool = False
    township: str | None = Field(default=None, max_length=64)
    member: str | None = Field(default=None, max_length=64)
    attempt: int = 0
    round: int = 1
    answer_by: datetime | None = Field(default=None, sa_type=UTCDateTime)
    take_by: datetime | None = Field(default=None, sa_type=UTCDateTime)
    why: dict[str, Any] | None = Field(default=None, sa_type=Json)
    proposed_owner: str | None = Field(default=None, max_length=64)
    handed_by: str | None = Field(default=None, max_length=64)
    version: int = 0
    intake_version: int = 1
    case_version: int = 0

    __table_args__ = (
        # With whatever lists are narrowed by, so that a narrow list out of a long queue reads few rows.
        Index("orders_by_state", "state", "submitted_at", "reference", "take_by", "township", "category", "station"),
        Index("orders_by_deadline", "state", "answer_by"),
        Index("orders_of_member", "member", "state", "submitted_at", "reference"),
        Index("orders_by_age", "submitted_at", "reference"),
    )


class Asking(Row, table=True):
    """One member asked once. ``ending`` says how it ended; the words of a refusal never leave this row."""

    __tablename__ = "askings"
    reference: str = Field(primary_key=True, max_length=40)
    attempt: int = Field(primary_key=True)
    member: str = Field(max_length=64)
    asked_at: datetime = Field(sa_type=UTCDateTime)
    answer_by: datetime = Field(sa_type=UTCDateTime)
    why: dict[str, Any] = Field(sa_type=Json)
    round: int = 1
    ending: str | None = Field(default=None, max_length=20)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    reason_code: str | None = Field(default=None, max_length=20)
    reason: str | None = Field(default=None, sa_type=Text)
    proposed_owner: str | None = Field(default=None, max_length=64)

    __table_args__ = (
        Index("askings_of_member", "member", "ending", "ended_at"),
        Index("askings_lately", "member", "asked_at"),
    )


class Workload(Row, table=True):
    """What a member carries now; kept with every change of an order, so that choosing reads one row a member."""

    __tablename__ = "workloads"
    member: str = Field(primary_key=True, max_length=64)
    open_orders: int = 0
    last_assigned_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


# -- handovers -------------------------------------------------------------------------------------------

_OPEN_AND_OURS = text("is_ours AND state IN ('offered', 'accepted', 'answered')")


class Handover(Row, table=True):
    """An issue offered to another body, or by one: each of the two keeps such a row, under the same id.

    ``text``, ``reason`` and ``answer`` are what people wrote for the other body; ``owner`` is who sees to it here.
    """

    __tablename__ = "handovers"
    handover_id: str = Field(primary_key=True, max_length=64)
    is_ours: bool
    way: str = Field(max_length=8)
    other: str = Field(max_length=64)
    reference: str = Field(max_length=40)
    state: str = Field(max_length=20)
    text: str = Field(sa_type=Text)
    community: str = Field(max_length=64)
    category: str | None = Field(default=None, max_length=64)
    language: str = Field(max_length=20)
    submitted_at: datetime = Field(sa_type=UTCDateTime)
    offered_at: datetime = Field(sa_type=UTCDateTime)
    take_by: datetime = Field(sa_type=UTCDateTime)
    answer_by: datetime = Field(sa_type=UTCDateTime)
    owner: str | None = Field(default=None, max_length=64)
    reason: str | None = Field(default=None, sa_type=Text)
    proposed_owner: str | None = Field(default=None, max_length=64)
    answer: str | None = Field(default=None, sa_type=Text)
    outcome: str | None = Field(default=None, max_length=20)
    missed: str | None = Field(default=None, max_length=8)
    holder: str | None = Field(default=None, max_length=64)
    holder_step: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    version: int = 1

    __table_args__ = (
        Index("handovers_by_age", "is_ours", "offered_at", "handover_id"),
        Index("handovers_by_state", "is_ours", "state", "offered_at", "handover_id"),
        Index("handovers_to_take", "state", "take_by"),
        Index("handovers_to_answer", "state", "missed", "answer_by"),
        Index("handovers_of_issue", "reference", "offered_at"),
        # An issue is with one other body at a time, also where two replicas are asked at once.
        Index("handovers_open", "reference", unique=True, sqlite_where=_OPEN_AND_OURS, postgresql_where=_OPEN_AND_OURS),
    )


class HandoverStep(Row, table=True):
    """One step of a handover: which state it reached when, by which of the two bodies, by whom where it was here.

    ``holder`` is who has it from then on, where that is neither of the two.
    """

    __tablename__ = "handover_steps"
    handover_id: str = Field(primary_key=True, max_length=64)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    state: str = Field(max_length=20)
    at: datetime = Field(sa_type=UTCDateTime)
    body: str = Field(max_length=64)
    by: str | None = Field(default=None, max_length=64)
    holder: str | None = Field(default=None, max_length=64)


# -- calendar --------------------------------------------------------------------------------------------


class CalendarRules(Row, table=True):
    """The one row that says how often the calendar changed, the hours of a working day and how long deadlines are."""

    __tablename__ = "calendar_rules"
    id: int = Field(default=1, primary_key=True)
    revision: int
    hours: list[str] = Field(sa_type=Json)
    terms: list[dict[str, Any]] = Field(sa_type=Json)
    office_email: str | None = Field(default=None, max_length=254)
    office_language: str | None = Field(default=None, max_length=20)
    changed_at: datetime = Field(sa_type=UTCDateTime)


class CalendarDay(Row, table=True):
    """A day on which the body works or not, whatever the country does. The note stays here."""

    __tablename__ = "calendar_days"
    day: date = Field(primary_key=True)
    works: bool
    note: str | None = Field(default=None, max_length=200)
    changed_by: str = Field(max_length=64)
    changed_at: datetime = Field(sa_type=UTCDateTime)


class CalendarChange(Row, table=True):
    """One change of the calendar: never changed itself, and written with what it tells of."""

    __tablename__ = "calendar_changes"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    revision: int
    changed_at: datetime = Field(sa_type=UTCDateTime)
    changed_by: str = Field(max_length=64)
    subject: str = Field(max_length=20)
    was: dict[str, Any] | None = Field(default=None, sa_type=Json)
    became: dict[str, Any] | None = Field(default=None, sa_type=Json)


class DecisionRule(Row, table=True):
    """One version of the body's rule of who is asked; the highest is the present one, and none is ever changed."""

    __tablename__ = "decision_rules"
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    document: dict[str, Any] = Field(sa_type=Json)
    changed_at: datetime = Field(sa_type=UTCDateTime)
    changed_by: str = Field(max_length=64)


class TriedAgain(Row, table=True):
    """The one row that says for which roster, and on which day, the orders that nobody fitted were last tried again."""

    __tablename__ = "tried_again"
    id: int = Field(default=1, primary_key=True)
    roster_revision: int
    on_day: date


# -- sign-in ---------------------------------------------------------------------------------------------


class Account(Row, table=True):
    """Somebody who may sign in. The password is kept as an argon2 hash only."""

    __tablename__ = "accounts"
    login: str = Field(primary_key=True, max_length=64)
    password_hash: str = Field(max_length=200)
    role: str = Field(max_length=20)
    member: str | None = Field(default=None, max_length=64)
    stations: list[str] = Field(sa_type=Json)
    language: str | None = Field(default=None, max_length=20)
    active: bool = True


class SignInFailures(Row, table=True):
    """Failed sign-ins of one login or one address, whose name is kept as a hash only."""

    __tablename__ = "sign_in_failures"
    key: str = Field(primary_key=True, max_length=64)
    failures: int
    last_at: datetime = Field(sa_type=UTCDateTime)
