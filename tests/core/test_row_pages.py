"""Many rows in pages, on both databases."""

from __future__ import annotations

from contextlib import closing
from uuid import UUID

from sqlalchemy import Connection, insert, select

from guilder.core.database import Database
from guilder.core.postgres_database import PostgresDatabase
from guilder.core.row_pages import PAGE, row_pages, sort_in_memory
from tests.core.counters import counters

ROWS = 2 * PAGE + 1


async def fill(database: Database) -> None:
    rows = [{"id": UUID(int=number), "version": 1, "value": number} for number in range(ROWS)]
    await database.write(lambda connection: connection.execute(insert(counters), rows))


async def test_every_row_comes_once_and_in_order(database: Database) -> None:
    await fill(database)
    query = select(counters.c.value, counters.c.version).order_by(counters.c.value)

    pages = await database.read(lambda connection: list(row_pages(connection, query)))

    assert [len(page) for page in pages] == [PAGE, PAGE, 1]
    assert [tuple(row) for page in pages for row in page] == [(number, 1) for number in range(ROWS)]


async def test_no_rows_are_no_page(database: Database) -> None:
    assert await database.read(lambda connection: list(row_pages(connection, select(counters.c.value)))) == []


async def test_who_has_seen_enough_may_stop_and_ask_something_else(database: Database) -> None:
    await fill(database)

    def look(connection: Connection) -> int:
        with closing(row_pages(connection, select(counters.c.value))) as pages:
            next(pages)
        return len(connection.execute(select(counters.c.value)).all())

    assert await database.read(look) == ROWS


async def test_postgresql_may_sort_in_memory_until_the_transaction_ends(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url, readers=1)

    def memory(connection: Connection) -> str:
        return str(connection.exec_driver_sql("SHOW work_mem").scalar_one())

    def memory_to_sort(connection: Connection) -> str:
        sort_in_memory(connection)
        return memory(connection)

    usual, to_sort, after = [await database.read(look) for look in (memory, memory_to_sort, memory)]
    await database.aclose()

    assert to_sort != usual
    assert after == usual
