"""Rows by the hundred thousand: added up in memory, read in pages."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select

PAGE: Final = 5_000
_MEMORY: Final = "64MB"
"""PostgreSQL has 4 MB by default for one sort or hash; a million rows went to disk and back, and took three times as
long."""


def sort_in_memory(connection: Connection) -> None:
    """Until its transaction ends, let the database sort and add up many rows without going to disk; SQLite does."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL work_mem = '{_MEMORY}'")


def row_pages(connection: Connection, query: Select[Any]) -> Generator[Sequence[Any], None, None]:
    """All rows of a query as sequences, without ever holding more than a page of them.

    They are the driver's own: no type translates anything, so select what stands in the table. Half of the time that
    such a row takes would go into the object around it.
    """
    with connection.execute(query.execution_options(stream_results=True)) as result:
        cursor: Any = result.cursor
        if first := result.fetchmany(1):  # SQLAlchemy has taken that one out already
            yield [*first, *cursor.fetchmany(PAGE - 1)]
            while page := cursor.fetchmany(PAGE):
                yield page
