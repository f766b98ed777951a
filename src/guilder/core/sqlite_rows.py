"""Gathered rows on SQLite: one statement a table, and all its rows at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Table

from guilder.core.gathered import Gathered
from guilder.core.lost_updates import Changed, Row, check_all_written
from guilder.core.row_shape import RowShape, keys_of, shaped


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
    connection: Connection, table: Table, rows: Sequence[Row], statement_of: Callable[[RowShape], str]
) -> None:
    for shape, alike in shaped(table, rows, connection.dialect):
        connection.exec_driver_sql(statement_of(shape), shape.tuples_of(alike))


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


def _insert(shape: RowShape) -> str:
    marks = ", ".join("?" * len(shape.names))
    return f"INSERT INTO {shape.table.name} ({', '.join(shape.names)}) VALUES ({marks})"


def _upsert(shape: RowShape) -> str:
    keys = keys_of(shape.table)
    values = ", ".join(f"{name} = excluded.{name}" for name in shape.names if name not in keys)
    return f"{_insert(shape)} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {values}"


def _changing(shape: RowShape) -> str:
    values = ", ".join(f"{name} = ?" for name in shape.names)
    return f"UPDATE {shape.table.name} SET {values} WHERE id = ? AND version = ?"
