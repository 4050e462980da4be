"""Lists are read a page at a time, from an opaque cursor that says where the last page ended."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Generic, TypeVar

from pydantic import BaseModel

from shared.errors import DomainError

T = TypeVar("T")

CursorValue = str | int | None
_LONGEST = 1000


class Page(BaseModel, Generic[T]):
    """One page of a list; ``next`` is the cursor of the following one, or null at the end."""

    items: Sequence[T]
    next: str | None = None


def encode_cursor(*values: CursorValue) -> str:
    """The sort key of the last row shown, as text that fits a query string."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str, *kinds: type[str] | type[int]) -> tuple[CursorValue, ...]:
    """The values of a cursor, one of each of ``kinds``; raises DomainError on field ``cursor`` otherwise."""
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _not_ours() from error
    if not isinstance(values, list) or len(values) != len(kinds):
        raise _not_ours()
    if any(type(value) is not kind for value, kind in zip(values, kinds, strict=True)):
        raise _not_ours()
    if any(isinstance(value, str) and "\0" in value for value in values):
        raise _not_ours()
    return tuple(values)


def _not_ours() -> DomainError:
    return DomainError("cursor-not-valid", "This cursor was not given out here.", field="cursor")
