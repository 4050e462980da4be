"""The forms of the pages: what the API takes, under field names that are unique on a page with several forms."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query
from pydantic import Field
from starlette.requests import Request

from services.consultation.consulting import AgreementInput, CommitmentInput, ConsultationInput
from services.consultation.inputs import Heads, Input, Line, Members, Words
from shared.contracts.words import Gathering, Place, Setting
from shared.web.auth import SignedIn
from shared.web.fields import Code
from shared.web.idempotency import IdempotencyKey, fingerprint


class ConsultationForm(Input):
    """A consultation as a page asks for it: its time is local, without a zone."""

    topic: Line
    station: Code
    surveys: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    issues: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    place: Place
    gathering: Gathering
    setting: Setting
    members: Members
    departments: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    residents: Heads = 0
    planned_for: datetime | None = None

    def wanted(self, zone: str) -> ConsultationInput:
        """The same as the API takes it, for a body in ``zone``."""
        planned_at = self.planned_for.replace(tzinfo=ZoneInfo(zone)) if self.planned_for else None
        return ConsultationInput(**self.model_dump(exclude={"planned_for"}), planned_at=planned_at)


class AgreementForm(Input):
    """What was agreed, with room for three commitments."""

    agreed: Words | None = None
    first: CommitmentInput | None = None
    second: CommitmentInput | None = None
    third: CommitmentInput | None = None

    def agreement(self) -> AgreementInput:
        """The same as the API takes it."""
        rows = (self.first, self.second, self.third)
        return AgreementInput(agreed=self.agreed, commitments=tuple(row for row in rows if row is not None))


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
