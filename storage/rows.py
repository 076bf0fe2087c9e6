"""Small statements that every part of the archive writes alike on both databases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Insert, Table, insert
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

CHUNK = 500  # values in one IN (…): quick on both databases, and under SQLite's limit of variables


def insert_missing(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, unique: Sequence[str]) -> None:
    """Insert those of the rows whose ``unique`` columns are not there yet."""
    if rows:
        db.execute(_insert_missing(db.dialect.name, table, tuple(unique)), list(rows))


def replace_row(db: Connection, table: Table, row: Mapping[str, Any], *, unique: Sequence[str]) -> None:
    """Insert the row, or give the one with the same ``unique`` columns these values."""
    upsert: Any = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
    values = {name: value for name, value in row.items() if name not in unique}
    db.execute(upsert(table).values(**row).on_conflict_do_update(index_elements=list(unique), set_=values))


def insert_row(db: Connection, into: Table | Insert, row: Mapping[str, Any]) -> int:
    """Insert the row; its number."""
    key = db.execute(_insert(into) if isinstance(into, Table) else into, dict(row)).inserted_primary_key
    return int(key[0]) if key else 0


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The values in lists of at most ``size``."""
    every = list(values)
    for start in range(0, len(every), size):
        yield every[start : start + size]


# Statements are built once: building one costs more than running it.


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


@cache
def _insert_missing(dialect: str, table: Table, unique: tuple[str, ...]) -> Any:
    upsert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return upsert(table).on_conflict_do_nothing(index_elements=list(unique))
