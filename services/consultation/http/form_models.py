"""The forms of the pages: what the API takes, under field names that are unique on a page with several forms."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Query
from pydantic import Field
from starlette.requests import Request

from services.consultation.consulting import (
    AgreementInput,
    ChangeInput,
    Codes,
    CommitmentInput,
    ConsultationInput,
    Minutes,
    OwnCommitmentInput,
    ResidentRole,
)
from services.consultation.inputs import Heads, Input, Line, Members, Words
from shared.contracts.words import Gathering, Place, Setting
from shared.web.auth import SignedIn
from shared.web.fields import Code
from shared.web.idempotency import IdempotencyKey, fingerprint

LOCAL: Mapping[str, str] = {
    "planned_for": "planned_at",
    "planned_to": "planned_until",
    "contributions_to": "contributions_until",
}
"""Fields of a form that hold a local time, and what the same moment is called elsewhere."""


class PlanForm(Input):
    """The plan of a consultation as a page asks for it: its times are local, without a zone."""

    topic: Line
    place: Place
    gathering: Gathering
    setting: Setting
    address: Line | None = None
    agenda: Words | None = None
    members: Members
    departments: Codes = ()
    residents: Heads = 0
    resident_roles: dict[ResidentRole, Heads] = Field(default_factory=dict)
    planned_for: datetime | None = None
    planned_to: datetime | None = None
    contributions_to: datetime | None = None

    def plan(self, zone: str) -> dict[str, Any]:
        """The same as the API takes it, for a body in ``zone``."""
        at = {name: getattr(self, field) for field, name in LOCAL.items()}
        moments = {name: moment.replace(tzinfo=ZoneInfo(zone)) if moment else None for name, moment in at.items()}
        return {**self.model_dump(exclude=set(LOCAL)), **moments}


class ConsultationForm(PlanForm):
    """A consultation to be opened."""

    station: Code
    surveys: Codes = ()
    issues: Codes = ()

    def wanted(self, zone: str) -> ConsultationInput:
        """The same as the API takes it, for a body in ``zone``."""
        return ConsultationInput(**self.plan(zone))


class ChangeForm(PlanForm):
    """A plan to be changed, from the one that was read."""

    sequence: Annotated[int, Field(ge=0)]

    def wanted(self, zone: str) -> ChangeInput:
        """The same as the API takes it, for a body in ``zone``."""
        return ChangeInput(**self.plan(zone))


def plan_field(form: PlanForm, field: str) -> str:
    """What the plan calls a field, as the form does."""
    return next((shown for shown, name in LOCAL.items() if name == field), field)


class CommitmentForm(Input):
    """Who does what by when; ``owner`` is ``member:code`` or ``department:code``."""

    by: Line | None = None
    owner: Annotated[str, Field(pattern=r"^(member|department):[A-Za-z0-9._-]{1,64}$")] | None = None
    what: Words
    due_on: date

    def owned(self) -> dict[str, Any]:
        """The same as the API takes it."""
        kind, _, code = (self.owner or "").partition(":")
        return {**self.model_dump(exclude={"owner"}), **({kind: code} if kind else {})}


class PromiseForm(CommitmentForm):
    """A commitment made for a case at once; its fields have names of their own on the page of the case."""

    by: Line | None = Field(default=None, validation_alias="promise_by")
    what: Words = Field(validation_alias="promise_what")
    due_on: date = Field(validation_alias="promise_due_on")

    def wanted(self) -> OwnCommitmentInput:
        """The same as the API takes it."""
        return OwnCommitmentInput(**self.owned())


def promise_field(form: PromiseForm, field: str) -> str:
    """What the commitment calls a field, as the form does."""
    return {"member": "owner", "department": "owner"}.get(field, f"promise_{field}")


class AgreementForm(Input):
    """What was agreed, with room for three commitments."""

    agreed: Words | None = None
    minutes: Minutes | None = None
    first: CommitmentForm | None = None
    second: CommitmentForm | None = None
    third: CommitmentForm | None = None

    def rows(self) -> dict[str, CommitmentForm]:
        """The commitments that are filled in, by the name of their row."""
        rows = {"first": self.first, "second": self.second, "third": self.third}
        return {name: row for name, row in rows.items() if row is not None}

    def agreement(self) -> AgreementInput:
        """The same as the API takes it."""
        commitments = tuple(CommitmentInput(**row.owned()) for row in self.rows().values())
        return AgreementInput(agreed=self.agreed, minutes=self.minutes, commitments=commitments)


def agreement_field(form: AgreementForm, field: str) -> str:
    """``commitments[0].due_on`` as the form calls it: ``first.due_on``."""
    for place, row in enumerate(form.rows()):
        where, _, name = field.partition(".")
        if where == f"commitments[{place}]":
            return f"{row}.{'owner' if name in ('member', 'department') else name}"
    return field


async def _form_key(
    request: Request, claims: SignedIn, key: Annotated[str, Query(pattern=r"^[0-9a-f-]{36}$")]
) -> IdempotencyKey:
    """The key in a form's address, given out with each blank form: the same form sent twice is one act."""
    sent = [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    return IdempotencyKey(
        scope_hash=hashlib.sha256(f"consultation form\n{claims.subject}\n{key}".encode()).hexdigest(),
        fingerprint=fingerprint(request.method, request.url.path, repr(sent).encode()),
    )


FormKey = Annotated[IdempotencyKey, Depends(_form_key)]
