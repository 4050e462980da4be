"""The plan of a consultation in the fields of the form that changes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.consultation.registers import ConsultationWhole
from shared.web.forms import Form


def as_entered(consultation: ConsultationWhole, zone: str) -> Form[Any]:
    """The form, filled in with the plan as it is; times are local ones of ``zone`` (IANA name)."""
    words = {
        "topic": consultation.topic,
        "place": consultation.place,
        "gathering": consultation.gathering,
        "setting": consultation.setting,
        "address": consultation.address,
        "agenda": consultation.agenda,
        "residents": str(consultation.residents),
        "sequence": str(consultation.sequence),
        "planned_for": _local(consultation.planned_at, zone),
        "planned_to": _local(consultation.planned_until, zone),
        "contributions_to": _local(consultation.contributions_until, zone),
        **{f"resident_roles.{role}": str(heads) for role, heads in consultation.resident_roles.items()},
    }
    codes = {"members": consultation.members, "departments": consultation.departments}
    return Form(entered={**{name: (text,) for name, text in words.items() if text is not None}, **codes})


def _local(moment: datetime | None, zone: str) -> str | None:
    """As an input of the type ``datetime-local`` takes it."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if moment else None
