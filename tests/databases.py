"""Databases for tests: the same test on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import MetaData

from guilder.core import tables as core_tables
from guilder.core.database import Database
from guilder.core.postgres_database import PostgresDatabase
from guilder.core.sqlite_database import SqliteDatabase


@asynccontextmanager
async def a_database(kind: str, folder: Path, postgres_url: str | None, *schemas: MetaData) -> AsyncIterator[Database]:
    """An empty database of one kind (`sqlite`, `postgresql`) with the core's tables and those asked for."""
    database: Database
    if kind == "sqlite":
        database = SqliteDatabase(folder / "books.sqlite")
    else:
        if postgres_url is None:
            raise ValueError("A PostgreSQL database needs its address")
        database = PostgresDatabase(postgres_url)
    for metadata in (core_tables.metadata, *schemas):
        await database.write(metadata.create_all)
    yield database
    await database.aclose()
