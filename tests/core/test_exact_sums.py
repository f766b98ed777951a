"""Sums that the database makes exactly, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, insert, select

from guilder.core.database import Database
from guilder.core.exact_sums import exact_sum
from guilder.core.postgres_database import PostgresDatabase
from guilder.core.sqlite_database import SqliteDatabase

LARGEST, SMALLEST = 2**63 - 1, -(2**63)

numbers = Table("numbers", MetaData(), Column("units", BigInteger))
sums = exact_sum("units", numbers.c.units)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    is_postgres = request.param == "postgresql"
    opened: Database = (
        PostgresDatabase(request.getfixturevalue("postgres_url"))
        if is_postgres
        else SqliteDatabase(tmp_path / "books.db")
    )
    await opened.write(numbers.create)
    yield opened
    await opened.aclose()


async def keep(database: Database, *units: int) -> None:
    await database.write(lambda connection: connection.execute(insert(numbers), [{"units": unit} for unit in units]))


async def the_sum(database: Database, query: Any) -> int | None:
    row = await database.fetch_one(query)
    return None if row is None else sums.of_row(row)


@pytest.mark.parametrize(
    "units",
    [(), (0,), (1, -1), (-1,), (LARGEST,) * 5, (SMALLEST,) * 5, (LARGEST, SMALLEST, 1, 2**32, -(2**32), 2**31)],
    ids=str,
)
async def test_a_sum_is_exact_however_large_it_grows(database: Database, units: tuple[int, ...]) -> None:
    if units:
        await keep(database, *units)

    assert await the_sum(database, select(*sums.columns)) == sum(units)


@pytest.mark.parametrize(
    "units", [(0,), (1, -1), (LARGEST, 1, SMALLEST), (2**32, -(2**32)), (LARGEST,) * 3, (-1,)], ids=str
)
async def test_only_sums_that_are_not_zero_are_found(database: Database, units: tuple[int, ...]) -> None:
    await keep(database, *units)

    found = await the_sum(database, select(*sums.columns).having(sums.is_not_zero))

    assert found == (sum(units) or None)
