"""Rows as lines: whatever can stand in a column comes back the same, from either database into the other."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, Connection, Float, Integer, LargeBinary, MetaData, Table, Text, insert, select

from guilder.bootstrap.backup.copy_lines import read_lines, write_lines
from guilder.bootstrap.backup.manifest import BackupDamagedError, Kind, TablePlan
from guilder.core.columns import Cash, ExactDecimal, Flag, Id, Json
from guilder.core.database import Database, DatabaseUnavailableError
from tests.databases import a_database

metadata = MetaData()
things = Table(
    "things",
    metadata,
    Column("name", Text, primary_key=True),
    Column("id", Id),
    Column("raw", LargeBinary),
    Column("price", ExactDecimal),
    Column("cash", Cash),
    Column("is_new", Flag),
    Column("told", Json),
    Column("count", Integer),
)
PLAN = TablePlan.of(things)

NOTHING: dict[str, Any] = dict.fromkeys(("id", "raw", "price", "cash", "is_new", "told", "count"))
ROWS: list[dict[str, Any]] = [
    {**NOTHING, "name": "nothing"},
    {**NOTHING, "name": "", "raw": b"", "price": Decimal(0), "cash": Decimal(0), "told": "", "count": 0},
    {**NOTHING, "name": "a\tb\nc\rd\be\ff\vg\\h\\Ni\\x", "told": {"quoted": 'tab\t "x" \\ ü 🙂'}},
    {**NOTHING, "name": r"\N", "raw": b"\\N\t\n\x00\xff"},
    {**NOTHING, "name": "Zebra", "price": Decimal("1234567890.123456789"), "cash": Decimal("-0.0001")},
    {**NOTHING, "name": "apple", "id": UUID(int=2**128 - 1), "price": Decimal("190.50"), "is_new": True},
    {**NOTHING, "name": "not\x1fprinted\x7f\u2028", "told": {"line": "\u2028"}},
    {**NOTHING, "name": "ärger", "id": UUID(int=0), "price": Decimal(100), "count": -(2**31)},
    {**NOTHING, "name": "🙂", "is_new": False, "cash": Decimal(2**63 - 1).scaleb(-4)},
]


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    async with a_database(request.param, tmp_path, url, metadata) as made:
        yield made


async def lines_of(database: Database) -> bytes:
    pieces: list[bytes] = []
    await database.read(lambda connection: write_lines(connection, PLAN, pieces.append))
    return b"".join(pieces)


N = r"\N"
FIELDS = [
    ["", N, r"\\x", "0", "0", N, '""', "0"],
    ["Zebra", N, N, "1234567890.123456789", "-1", N, N, N],
    [r"\\N", N, r"\\x5c4e090a00ff", N, N, N, N, N],
    [r"a\tb\nc\rd\be\ff\vg\\h\\Ni\\x", N, N, N, N, N, r'{"quoted":"tab\\t \\"x\\" \\\\ ü 🙂"}', N],
    ["apple", "f" * 32, N, "190.5", N, "1", N, N],
    ["not\x1fprinted\x7f\u2028", N, N, N, N, N, '{"line":"\u2028"}', N],
    ["nothing", N, N, N, N, N, N, N],
    ["ärger", "0" * 32, N, "100", N, N, N, "-2147483648"],
    ["🙂", N, N, N, "9223372036854775807", "0", N, N],
]
EXPECTED = "".join("\t".join(fields) + "\n" for fields in FIELDS).encode()


async def test_rows_are_the_same_lines_on_every_database_sorted_by_their_bytes(database: Database) -> None:
    await database.write(lambda connection: connection.execute(insert(things), ROWS))

    assert await lines_of(database) == EXPECTED


async def test_many_rows_are_handed_over_at_once(database: Database) -> None:
    rows = [{**NOTHING, "name": f"{number:05}"} for number in range(3_000)]
    await database.write(lambda connection: connection.execute(insert(things), rows))

    pieces: list[bytes] = []
    await database.read(lambda connection: write_lines(connection, PLAN, pieces.append))

    assert len(pieces) < 100
    assert b"".join(pieces).count(b"\n") == 3_000


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # on PostgreSQL the driver copies by itself
async def test_a_database_that_goes_away_while_rows_are_copied_is_unavailable(database: Database) -> None:
    rows = [{**NOTHING, "name": f"{number:05}"} for number in range(10_000)]
    await database.write(lambda connection: connection.execute(insert(things), rows))

    def copy(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        driver.set_progress_handler(lambda: 1, 10_000)
        try:
            write_lines(connection, PLAN, lambda _: None)
        finally:
            driver.set_progress_handler(None, 0)

    with pytest.raises(DatabaseUnavailableError):
        await database.read(copy)


async def test_lines_become_the_rows_that_they_were(database: Database) -> None:
    await database.write(lambda connection: read_lines(connection, PLAN, io.BytesIO(EXPECTED)))

    found = await database.fetch_all(select(things))
    assert sorted((row._asdict() for row in found), key=lambda row: str(row["name"])) == sorted(
        ROWS, key=lambda row: str(row["name"])
    )
    assert await lines_of(database) == EXPECTED


@pytest.mark.parametrize("line", [b"a\tb\n", b"a\tno id\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n", b"a\t\\N"])
async def test_a_line_that_is_no_row_is_refused_and_nothing_is_taken_in(database: Database, line: bytes) -> None:
    with pytest.raises(BackupDamagedError):
        await database.write(lambda connection: read_lines(connection, PLAN, io.BytesIO(EXPECTED + line)))

    assert await lines_of(database) == b""


def test_a_type_without_a_form_is_noticed() -> None:
    with pytest.raises(TypeError):
        Kind.of(Float())
