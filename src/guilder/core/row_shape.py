"""Rows as a database driver takes them: values in one order, each turned into what its column stores.

SQLAlchemy would build and look up a statement for every execution, which costs more than the execution itself when a
commit writes hundreds of rows. The tables are SQLAlchemy's all the same, and so is what their types do with a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Table

from guilder.core.columns import Convert
from guilder.core.lost_updates import Row


class RowShape:
    """Rows of one table that name the same columns, for one kind of database."""

    def __init__(self, table: Table, names: tuple[str, ...], dialect: Dialect) -> None:
        self.table = table
        self.names = names
        self._take: Callable[[Row], tuple[Any, ...]] = itemgetter(*names) if len(names) > 1 else _one_of(names[0])
        self._converts: list[Convert | None] = [
            table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
        ]
        self.sql_types = [dialect.type_compiler_instance.process(table.c[name].type) for name in names]

    def columns_of(self, rows: Iterable[Row]) -> list[list[Any]]:
        """The values of each column, as the driver stores them."""
        by_column = zip(*map(self._take, rows), strict=True)
        return [
            list(values) if convert is None else list(map(convert, values))
            for values, convert in zip(by_column, self._converts, strict=True)
        ]

    def tuples_of(self, rows: Iterable[Row]) -> list[tuple[Any, ...]]:
        """The same, row by row."""
        return list(zip(*self.columns_of(rows), strict=True))


def shaped(table: Table, rows: Sequence[Row], dialect: Dialect) -> Iterator[tuple[RowShape, list[Row]]]:
    """Rows of one table, in their order, cut where they begin to name other columns."""
    for names, alike in groupby(rows, tuple):
        yield shape_of(table, names, dialect), list(alike)


_shapes: dict[tuple[Table, tuple[str, ...], str], RowShape] = {}


def shape_of(table: Table, names: tuple[str, ...], dialect: Dialect) -> RowShape:
    """The shape of rows that name these columns, made once."""
    key = (table, names, dialect.name)
    shape = _shapes.get(key)
    if shape is None:
        shape = _shapes[key] = RowShape(table, names, dialect)
    return shape


def _one_of(name: str) -> Callable[[Row], tuple[Any, ...]]:
    return lambda row: (row[name],)


@cache
def keys_of(table: Table) -> tuple[str, ...]:
    """The names of the columns that tell the rows of a table apart."""
    return tuple(column.name for column in table.primary_key.columns)
