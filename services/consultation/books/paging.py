"""A page of a list that is read newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.engine import Row

from shared.db.reader import Reader
from shared.web.paging import decode_cursor, encode_cursor

PAGE = 50


async def newest(
    reader: Reader, statement: Select[Any], at: ColumnElement[datetime], ident: ColumnElement[str], cursor: str | None
) -> tuple[Sequence[Row[Any]], str | None]:
    """A page of ``statement``, newest first, and the cursor of the next: the id of the last row shown.

    Raises DomainError on ``cursor``.
    """
    if cursor:
        shown = decode_cursor(cursor, str)[0]
        last = select(at).where(ident == shown).scalar_subquery()
        statement = statement.where((at < last) | ((at == last) & (ident < shown)))
    rows = await reader.all(statement.order_by(at.desc(), ident.desc()).limit(PAGE + 1))
    following = encode_cursor(rows[PAGE - 1]._mapping[ident]) if len(rows) > PAGE else None
    return rows[:PAGE], following
