"""Connections for looking at a database's schema and for changing it, with nobody else changing it meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from guilder.core.database import DatabaseUnavailableError

T = TypeVar("T")
Work = Callable[[Connection], T]

CONNECT_SECONDS: Final = 5
LOCK_SECONDS: Final = 120
"""How long to wait for another process that is changing the same schema."""

_LOCK: Final = int.from_bytes(b"guilder")
"""The advisory lock under which a schema is changed; PostgreSQL keeps such locks apart by database."""


def look(url: URL, work: Work[T]) -> T:
    """Run `work` in a transaction that changes nothing. A file that does not exist is an empty database.

    Raises:
        DatabaseUnavailableError: the database does not answer.
    """
    return _run(url, work, alone=False)


def change(url: URL, work: Work[T]) -> T:
    """Run `work` in one transaction, once every other process that changes this schema has finished.

    Raises:
        DatabaseUnavailableError: the database does not answer, or others kept it busy for too long.
    """
    return _run(url, work, alone=True)


def _run(url: URL, work: Work[T], *, alone: bool) -> T:
    backend = url.get_backend_name()
    try:
        if backend == "sqlite":
            return _on_sqlite(url, work, alone=alone)
        if backend == "postgresql":
            # In a thread of its own, since the caller's may already be running an event loop.
            with ThreadPoolExecutor(1, thread_name_prefix="schema") as thread:
                return thread.submit(lambda: asyncio.run(_on_postgres(url, work, alone=alone))).result()
    except (SQLAlchemyError, OSError) as error:
        reason = getattr(error, "orig", None) or error
        raise DatabaseUnavailableError(f"The database does not answer: {reason}") from error
    raise ValueError(f"{backend}:// is neither sqlite:// nor postgresql://")


def _on_sqlite(url: URL, work: Work[T], *, alone: bool) -> T:
    path = Path(url.database or "")
    if alone:
        path.parent.mkdir(parents=True, exist_ok=True)
    elif not path.exists():
        url = URL.create("sqlite")
    engine = _sqlite_engine(url, alone=alone)
    with closing(engine.connect()) as connection, connection.begin():
        return work(connection)


def _sqlite_engine(url: URL, *, alone: bool) -> Engine:
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": LOCK_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin below, and the driver begins none of its own
        if alone:
            # Switched before there are tables: who finds them finds WAL as well. Of two who switch at once, one
            # is refused, and finds it done.
            with suppress(sqlite3.OperationalError):
                connection.execute("PRAGMA journal_mode=WAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if alone else "BEGIN")

    return engine


async def _on_postgres(url: URL, work: Work[T], *, alone: bool) -> T:
    engine = create_async_engine(
        url.set(drivername="postgresql+asyncpg"), poolclass=NullPool, connect_args={"timeout": CONNECT_SECONDS}
    )
    async with engine.begin() as connection:
        if alone:
            await connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        return await connection.run_sync(work)
