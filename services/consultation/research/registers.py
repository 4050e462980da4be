"""The registers of the programme as data: which table each is, and what hangs on its lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import Table

from services.consultation.tables import (
    DOCUMENTS,
    FIELD_SURVEYS,
    FIND_PHOTOS,
    FINDS,
    PARTICIPATIONS,
    RESULT_USES,
    RESULTS,
)

Register = Literal["field-survey", "find", "document", "result", "use"]
"""Those whose lines belong to a topic."""

TABLES: Mapping[str, Table] = {
    "participation": PARTICIPATIONS,
    "field-survey": FIELD_SURVEYS,
    "find": FINDS,
    "document": DOCUMENTS,
    "result": RESULTS,
    "use": RESULT_USES,
}

HANGS_ON: Mapping[str, tuple[Table, str]] = {
    "field-survey": (FINDS, "field_survey_id"),
    "find": (FIND_PHOTOS, "find_id"),
    "result": (RESULT_USES, "result_id"),
}
"""What belongs to a line, and goes over to the line that replaces it."""


def standing(table: Table) -> Any:
    """The condition that a line was not withdrawn."""
    return table.c.withdrawn_at.is_(None)
