"""Gathered rows on SQLite: one statement a table, and many of its rows at once.

For each execution the driver lets go of the interpreter and then has to wait for it, milliseconds where other threads
are at work; so a row to itself would cost a thousand times what it takes to insert it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from typing import Final

from sqlalchemy import Connection, Table

from guilder.core.gathered import Gathered
from guilder.core.lost_updates import Changed, Row, check_all_written
from guilder.core.row_shape import RowShape, keys_of, shaped

_ROWS_AT_ONCE: Final = (64, 16, 4, 1)
"""A few sizes, so that each statement is prepared once; no table has so many columns that SQLite could not take it."""


def write_on_sqlite(connection: Connection, gathered: Gathered) -> None:
    """Write them in the open transaction. Raises as `writing.write_units`."""
    for table, rows in gathered.new.items():
        _execute(connection, table, rows, _insert)
    for table, changes in gathered.changed.items():
        _update(connection, table, changes)
    for table, rows in gathered.added.items():
        _execute(connection, table, rows, _insert)
    for table, rows in gathered.kept.items():
        _execute(connection, table, rows, _upsert)


def _execute(
    connection: Connection, table: Table, rows: Sequence[Row], statement_of: Callable[[RowShape, int], str]
) -> None:
    for shape, alike in shaped(table, rows, connection.dialect):
        values = shape.tuples_of(alike)
        done = 0
        for size in _ROWS_AT_ONCE:
            while len(values) - done >= size:
                at_once = tuple(chain.from_iterable(values[done : done + size]))
                connection.exec_driver_sql(statement_of(shape, size), at_once)
                done += size


def _update(connection: Connection, table: Table, changes: Sequence[Changed]) -> None:
    done = 0
    position = 0
    for shape, alike in shaped(table, [change.row for change in changes], connection.dialect):
        expected = [change.expected for change in changes[position : position + len(alike)]]
        key = shape.names.index("id")
        rows = [(*row, row[key], version) for row, version in zip(shape.tuples_of(alike), expected, strict=True)]
        done += connection.exec_driver_sql(_changing(shape), rows).rowcount
        position += len(alike)
    check_all_written(table, changes, done)


@cache
def _insert(shape: RowShape, rows: int) -> str:
    marks = f"({', '.join('?' * len(shape.names))})"
    return f"INSERT INTO {shape.table.name} ({', '.join(shape.names)}) VALUES {', '.join([marks] * rows)}"


@cache
def _upsert(shape: RowShape, rows: int) -> str:
    keys = keys_of(shape.table)
    values = ", ".join(f"{name} = excluded.{name}" for name in shape.names if name not in keys)
    return f"{_insert(shape, rows)} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {values}"


def _changing(shape: RowShape) -> str:
    values = ", ".join(f"{name} = ?" for name in shape.names)
    return f"UPDATE {shape.table.name} SET {values} WHERE id = ? AND version = ?"
