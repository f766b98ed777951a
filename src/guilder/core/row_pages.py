"""Rows by the hundred thousand, in pages."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select

PAGE: Final = 5_000


def row_pages(connection: Connection, query: Select[Any]) -> Generator[Sequence[Any], None, None]:
    """All rows of a query as sequences, without ever holding more than a page of them.

    SQLite's are the driver's own tuples: no type translates anything, so select what stands in the table. Half of the
    time that such a row takes would go into the object around it.
    """
    if connection.dialect.name == "sqlite":
        with connection.execute(query) as result:
            cursor: Any = result.cursor
            while page := cursor.fetchmany(PAGE):
                yield page
    else:
        with connection.execute(query.execution_options(yield_per=PAGE)) as result:
            yield from result.partitions()
