"""SQLite as the database: one thread writes, a few read, all through the standard library's driver.

Committing from a thread of its own is an order of magnitude faster than through a driver that hops threads for every
call, and one writer thread means that the process never waits for its own lock.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Connection, Engine, Row, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql import Executable

from guilder.core.database import DatabaseUnavailableError

T = TypeVar("T")

BUSY_SECONDS: Final = 10
"""How long a write waits for another process that is writing."""

log = structlog.get_logger(__name__)


class SqliteDatabase:
    """`Database` in one file, in WAL mode with `synchronous=FULL`: what is committed survives a power cut."""

    def __init__(self, path: Path, *, readers: int = 2) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = _engine(path)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="sqlite-reader")
        self._local = threading.local()
        self._connections: list[Connection] = []
        """One for each thread that has worked, so that all can be closed at the end."""
        self._is_closed = False

    @property
    def dialect_name(self) -> str:
        return "sqlite"

    async def fetch_all(self, query: Executable) -> Sequence[Row[Any]]:
        return await self._in(self._readers, lambda connection: connection.execute(query).fetchall())

    async def fetch_one(self, query: Executable) -> Row[Any] | None:
        return await self._in(self._readers, lambda connection: connection.execute(query).first())

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._in(self._readers, lambda connection: _transaction(connection, "BEGIN", work))

    async def write(self, work: Callable[[Connection], T]) -> T:
        return await self._in(self._writer, lambda connection: _transaction(connection, "BEGIN IMMEDIATE", work))

    async def aclose(self) -> None:
        """Wait for what is under way, then let go of the file."""
        self._is_closed = True
        for pool in (self._writer, self._readers):
            await asyncio.to_thread(pool.shutdown)
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._engine.dispose()

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[[Connection], T]) -> T:
        if self._is_closed:
            raise DatabaseUnavailableError("The database is closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, self._run, work)
        except (OperationalError, sqlite3.OperationalError) as error:  # the driver's own, where rows come from it
            problem = error.orig if isinstance(error, OperationalError) else error
            if _is_mistaken(problem):
                raise
            log.error("database_error", error=str(problem))
            raise DatabaseUnavailableError(f"The database does not answer: {problem}") from error

    def _run(self, work: Callable[[Connection], T]) -> T:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._engine.connect()
            self._connections.append(connection)
        try:
            return work(connection)
        finally:
            if _in_transaction(connection):
                # It could not be ended; whoever comes next gets a new connection.
                self._local.connection = None
                self._connections.remove(connection)
                connection.invalidate()
                connection.close()


def _transaction(connection: Connection, begin: str, work: Callable[[Connection], T]) -> T:
    connection.exec_driver_sql(begin)
    try:
        result = work(connection)
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        if _in_transaction(connection):
            connection.exec_driver_sql("ROLLBACK")
        raise
    return result


def _in_transaction(connection: Connection) -> bool:
    driver: Any = connection.connection.dbapi_connection
    return bool(driver.in_transaction)


def _is_mistaken(problem: BaseException | None) -> bool:
    """Whether the statement itself is wrong: SQLite calls that by the same name as a file that it cannot use."""
    return getattr(problem, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


def _engine(path: Path) -> Engine:
    # Connections belong to their thread for good; closing them from another one is allowed.
    engine = create_engine(
        f"sqlite:///{path}",
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        pool_size=8,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
