"""Databases of one test each, with the tables that it names, and a unit of work upon them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import MetaData

from guilder.core import tables as core_tables
from guilder.core.database import Database
from guilder.core.outbox import Outbox
from guilder.core.plain_commit import PlainCommit
from guilder.core.postgres_database import PostgresDatabase
from guilder.core.sqlite_database import SqliteDatabase
from guilder.testing import FakeClock, SequentialIds

SQLITE, POSTGRES = "sqlite", "postgresql"


@asynccontextmanager
async def a_database(kind: str, request: pytest.FixtureRequest, *metadata: MetaData) -> AsyncIterator[Database]:
    """An empty database with the core's tables and those of `metadata`."""
    database: Database
    if kind == SQLITE:
        database = SqliteDatabase(cast(Path, request.getfixturevalue("tmp_path")) / "books.db")
    else:
        database = PostgresDatabase(request.getfixturevalue("postgres_url"), connections=4)
    for each in (core_tables.metadata, *metadata):
        await database.write(each.create_all)
    try:
        yield database
    finally:
        await database.aclose()


def plain_work(database: Database, clock: FakeClock | None = None) -> PlainCommit:
    """The unit of work of the rooms outside the core."""
    return PlainCommit(database, clock or FakeClock(), Outbox(SequentialIds()))
