"""Gathered rows on PostgreSQL: one statement for all tables, each column an array.

Every row of a commit goes over in one round trip and is planned once: a common table expression a table, over
`UNNEST`. They all see the same snapshot and none sees what another writes; so a row may be in one of them only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table

from guilder.core.gathered import Gathered
from guilder.core.lost_updates import Changed, Row, check_all_written
from guilder.core.row_shape import RowShape, keys_of, shaped


def write_on_postgres(connection: Connection, gathered: Gathered) -> None:
    """Write them in the open transaction. Raises as `writing.write_units`."""
    statement = _Statement(connection)
    for table, rows in gathered.new.items():
        statement.insert(table, rows)
    for table, changes in gathered.changed.items():
        statement.update(table, changes)
    for table, rows in gathered.added.items():
        statement.insert(table, rows)
    for table, rows in gathered.kept.items():
        statement.upsert(table, rows)
    statement.execute()


class _Statement:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._parts: list[str] = []
        self._arrays: list[list[Any]] = []
        self._changed: list[tuple[Table, Sequence[Changed], list[str]]] = []

    def insert(self, table: Table, rows: Sequence[Row], then: str = "") -> None:
        for shape, alike in shaped(table, rows, self._connection.dialect):
            source = self._source(shape, shape.columns_of(alike))
            names = ", ".join(shape.names)
            # In order, since a number that the table gives out tells what was first.
            self._part(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {source} ORDER BY place {then}")

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        keys = keys_of(table)
        values = ", ".join(f"{name} = excluded.{name}" for name in rows[0] if name not in keys)
        self.insert(table, rows, f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {values}")

    def update(self, table: Table, changes: Sequence[Changed]) -> None:
        parts = []
        position = 0
        for shape, alike in shaped(table, [change.row for change in changes], self._connection.dialect):
            expected = [change.expected for change in changes[position : position + len(alike)]]
            source = self._source(shape, [*shape.columns_of(alike), expected], "expected_version")
            values = ", ".join(f"{name} = one.{name}" for name in shape.names)
            unchanged = f"{table.name}.id = one.id AND {table.name}.version = one.expected_version"
            parts.append(self._part(f"UPDATE {table.name} SET {values} FROM {source} WHERE {unchanged} RETURNING 1"))
            position += len(alike)
        self._changed.append((table, changes, parts))

    def execute(self) -> None:
        """Raises `LostUpdateError`."""
        if not self._parts:
            return
        counts = ", ".join(
            " + ".join(f"(SELECT count(*) FROM {part})" for part in parts) for _, _, parts in self._changed
        )
        statement = f"WITH {', '.join(self._parts)} SELECT {counts or 1}"
        written = self._connection.exec_driver_sql(statement, tuple(self._arrays)).one()
        for (table, changes, _), number in zip(self._changed, written, strict=False):
            check_all_written(table, changes, number)

    def _source(self, shape: RowShape, arrays: list[list[Any]], *more: str) -> str:
        first = len(self._arrays) + 1
        self._arrays += arrays
        types = [*shape.sql_types, *("BIGINT" for _ in more)]
        told = ", ".join(f"${first + number}::{sql_type}[]" for number, sql_type in enumerate(types))
        return f"UNNEST({told}) WITH ORDINALITY AS one ({', '.join([*shape.names, *more])}, place)"

    def _part(self, statement: str) -> str:
        name = f"part{len(self._parts)}"
        self._parts.append(f"{name} AS ({statement})")
        return name
