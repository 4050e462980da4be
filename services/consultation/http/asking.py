"""Who asks, and for what: read from a request before any use case is named."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Query

from services.consultation.usecases.acting import Actor
from shared.errors import Forbidden, NotFound
from shared.ids import clean_reference
from shared.web.auth import Claims, Role, allow
from shared.web.idempotency import IdempotencyKey, idempotency

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def actor_of(claims: Claims) -> Actor:
    """``claims`` as the use cases know people. Raises Forbidden for a member's account without a code."""
    if claims.role is not Role.MEMBER:
        return Actor(member=None, is_officer=claims.role is Role.OFFICER, account=claims.subject)
    if claims.member is None:
        raise Forbidden("no-member-code", "This account is not tied to a member of the roster.")
    return Actor(member=claims.member, is_officer=False, account=claims.subject)


async def _acting(claims: Annotated[Claims, Depends(allow(Role.MEMBER, Role.OFFICER))]) -> Actor:
    return actor_of(claims)


async def _reading(claims: Annotated[Claims, Depends(allow(Role.MEMBER, Role.DISPATCHER, Role.OFFICER))]) -> Actor:
    return actor_of(claims)


async def _recording(claims: Annotated[Claims, Depends(allow(Role.OFFICER))]) -> Actor:
    return actor_of(claims)


async def _looking(claims: Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]) -> Actor:
    return actor_of(claims)


async def _taking(claims: Annotated[Claims, Depends(allow(Role.MEMBER))]) -> str:
    member = actor_of(claims).member
    assert member is not None  # allow() let only members pass, and actor_of refuses those without a code
    return member


async def _topic(topic_id: str) -> str:
    if not _ID.fullmatch(topic_id):
        raise NotFound("topic-not-found", "There is no such topic.")
    return topic_id


async def _record(record_id: str) -> str:
    if not _ID.fullmatch(record_id):
        raise NotFound("record-not-found", "There is no such record.")
    return record_id


async def _case(reference: str) -> str:
    cleaned = clean_reference(reference)
    if cleaned is None:
        raise NotFound("case-not-found", "There is no such case.")
    return cleaned


async def _consultation(consultation_id: str) -> str:
    if not _ID.fullmatch(consultation_id):
        raise NotFound("consultation-not-found", "There is no such consultation.")
    return consultation_id


async def _commitment(commitment_id: str) -> str:
    if not _ID.fullmatch(commitment_id):
        raise NotFound("commitment-not-found", "There is no such commitment.")
    return commitment_id


async def _activity(activity_id: str) -> str:
    if not _ID.fullmatch(activity_id):
        raise NotFound("activity-not-found", "There is no such activity.")
    return activity_id


async def _relaxation(relaxation_id: str) -> str:
    if not _ID.fullmatch(relaxation_id):
        raise NotFound("relaxation-not-found", "There is no such decision.")
    return relaxation_id


async def _brief(brief_id: str) -> str:
    if not _ID.fullmatch(brief_id):
        raise NotFound("brief-not-found", "There is no such brief.")
    return brief_id


async def _entry(entry_id: str) -> str:
    if not _ID.fullmatch(entry_id):
        raise NotFound("entry-not-found", "There is no such entry to add a photograph to.")
    return entry_id


async def _photo(photo_id: str) -> str:
    if not _ID.fullmatch(photo_id):
        raise NotFound("photo-not-found", "There is no such photograph.")
    return photo_id


async def _referral(referral_id: str) -> str:
    if not _ID.fullmatch(referral_id):
        raise NotFound("no-letter", "There is nothing to write to a department.")
    return referral_id


async def _deadline(deadline_id: str) -> str:
    if not _ID.fullmatch(deadline_id):
        raise NotFound("deadline-not-found", "There is no such deadline.")
    return deadline_id


async def _department(department: str) -> str:
    if not _CODE.fullmatch(department):
        raise NotFound("referral-not-found", "The department was not asked about this issue.")
    return department


Acting = Annotated[Actor, Depends(_acting)]
"""A member or an officer, who may record things."""
Reading = Annotated[Actor, Depends(_reading)]
"""A member, a dispatcher or an officer, who may look."""
Recording = Annotated[Actor, Depends(_recording)]
"""An officer, who keeps the registers of the office."""
Looking = Annotated[Actor, Depends(_looking)]
"""Staff of the body, who may look at them."""
Taking = Annotated[str, Depends(_taking)]
"""The code of the member who asks, for what is shown to nobody else."""
Service = Annotated[Claims, Depends(allow(Role.SERVICE))]
"""A neighbour service in its own name."""
CaseReference = Annotated[str, Depends(_case)]
ConsultationId = Annotated[str, Depends(_consultation)]
CommitmentId = Annotated[str, Depends(_commitment)]
ActivityId = Annotated[str, Depends(_activity)]
RelaxationId = Annotated[str, Depends(_relaxation)]
BriefId = Annotated[str, Depends(_brief)]
DeadlineId = Annotated[str, Depends(_deadline)]
Department = Annotated[str, Depends(_department)]
DepartmentAsked = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._-]{0,64}$")]
"""Which department a list is about; an empty one is all of them, as a form sends it."""
TopicId = Annotated[str, Depends(_topic)]
RecordId = Annotated[str, Depends(_record)]
EntryId = Annotated[str, Depends(_entry)]
PhotoId = Annotated[str, Depends(_photo)]
ReferralId = Annotated[str, Depends(_referral)]
Key = Annotated[IdempotencyKey | None, Depends(idempotency)]
Cursor = Annotated[str | None, Query(max_length=200)]
