"""Whatever reads: a transaction, or the reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Executable, Row


class Reads(Protocol):
    """What queries of the roster need of a database."""

    async def all(self, statement: Executable) -> Sequence[Row[Any]]: ...
    async def one(self, statement: Executable) -> Row[Any] | None: ...
    async def scalar(self, statement: Executable) -> Any: ...
