"""The lives of what intake keeps, for the test over the whole tables and for the pages that draw them."""

from __future__ import annotations

from services.intake.domain import ISSUE, WORD

TABLES = (ISSUE, WORD)
