"""Consultations, surveys and talks."""

from __future__ import annotations

from typing import Any

from services.reporting.bodies import KnownBody
from services.reporting.counting.within import held
from services.reporting.domain import Period


def columns(body: KnownBody, period: Period) -> dict[str, Any]:
    """A scalar subquery for each figure of the register, by its key."""
    return {
        "consultations": held("consultations", "held_at", body, period),
        "surveys_and_inspections": held("surveys", "made_at", body, period),
        "policy_talks": held("activities", "held_at", body, period, kind="talk"),
    }
