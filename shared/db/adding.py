"""Adding rows, which is most of what a hot path does: the statement is made once for each shape of row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]

_SHAPES = 512
"""Many times what the services have; bounded, because each rebuild of a projection fills tables of its own."""


def insert_for(dialect_name: str, table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, which SQLAlchemy spells once per database and both spell alike."""
    return sqlite.insert(table) if dialect_name == "sqlite" else postgresql.insert(table)


@lru_cache(maxsize=_SHAPES)
def adding(table: Table) -> Insert:
    """Add rows; one that is there already is an error."""
    return table.insert()


@lru_cache(maxsize=_SHAPES)
def adding_missing(dialect_name: str, table: Table) -> Insert:
    """Add the rows that are not there."""
    statement: Insert = insert_for(dialect_name, table).on_conflict_do_nothing()
    return statement


@lru_cache(maxsize=_SHAPES)
def adding_or_lowering(dialect_name: str, table: Table, column: str) -> Insert:
    """Add the rows that are not there; of those that are, ``column`` takes the lower of the two values."""
    statement = insert_for(dialect_name, table)
    there, new = table.c[column], statement.excluded[column]
    lowered: Insert = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_={column: new}, where=new < there
    )
    return lowered


@lru_cache(maxsize=_SHAPES)
def adding_missing_and_saying(dialect_name: str, table: Table, key: str) -> Insert:
    """Add the rows that are not there, and say which by their ``key``."""
    statement: Insert = adding_missing(dialect_name, table).returning(table.c[key])
    return statement


@dataclass(frozen=True, slots=True)
class DriverInsert:
    """An INSERT as the driver takes it: SQL with question marks, and how a row becomes what fills them."""

    sql: str
    columns: tuple[str, ...]
    processors: tuple[Callable[[Any], Any] | None, ...]

    def values(self, row: Row) -> tuple[Any, ...]:
        """``row`` in the order of the question marks, each value as the driver stores it."""
        return tuple(
            [
                row[column] if process is None else process(row[column])
                for column, process in zip(self.columns, self.processors, strict=True)
            ]
        )


@lru_cache(maxsize=_SHAPES)
def driver_insert(statement: Insert, columns: tuple[str, ...], dialect: Dialect) -> DriverInsert:
    """``statement`` for rows that have exactly ``columns``. Raises ValueError where SQLAlchemy would add others."""
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(columns))
    if compiled.insert_prefetch or set(compiled.positiontup) != set(columns):
        raise ValueError(f"{statement.table} has columns that fill themselves")
    order = tuple(compiled.positiontup)
    table: Any = statement.table
    return DriverInsert(
        str(compiled), order, tuple(table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in order)
    )
