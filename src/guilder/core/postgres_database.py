"""PostgreSQL as the database, through asyncpg."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn, TypeVar

import structlog
from asyncpg import exceptions as driver_errors
from sqlalchemy import Connection, Row, event
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.sql import Executable

from guilder.core.database import DatabaseUnavailableError, OutcomeUnknownError

T = TypeVar("T")

CONNECT_SECONDS: Final = 10
STATEMENT_SECONDS: Final = 30

log = structlog.get_logger(__name__)


class PostgresDatabase:
    """`Database` on a PostgreSQL server. `url` is `postgresql://…`; every call has a time limit.

    Writers have connections of their own, so that no crowd of readers keeps a commit waiting.
    """

    def __init__(self, url: str, *, readers: int = 8, writers: int = 4) -> None:
        self._writing = _engine(url, writers)
        self._readers = _engine(url, readers)
        self._reading = self._readers.execution_options(isolation_level="AUTOCOMMIT")
        self._snapshots = self._readers.execution_options(isolation_level="REPEATABLE READ")
        self._under_way = 0
        self._is_quiet = asyncio.Event()
        self._is_quiet.set()

    @property
    def dialect_name(self) -> str:
        return "postgresql"

    async def fetch_all(self, query: Executable) -> Sequence[Row[Any]]:
        try:
            async with self._reading.connect() as connection:
                return (await connection.execute(query)).fetchall()
        except _AWAY as error:
            _raise(error)

    async def fetch_one(self, query: Executable) -> Row[Any] | None:
        try:
            async with self._reading.connect() as connection:
                return (await connection.execute(query)).first()
        except _AWAY as error:
            _raise(error)

    async def read(self, work: Callable[[Connection], T]) -> T:
        try:
            async with self._snapshots.begin() as connection:
                return await connection.run_sync(work)
        except _AWAY as error:
            _raise(error)

    async def write(self, work: Callable[[Connection], T]) -> T:
        self._under_way += 1
        self._is_quiet.clear()
        try:
            return await self._write(work)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._is_quiet.set()

    async def aclose(self) -> None:
        """Wait for the writes that are under way, then let go of the server."""
        await self._is_quiet.wait()
        for engine in (self._writing, self._readers):
            await engine.dispose()

    async def _write(self, work: Callable[[Connection], T]) -> T:
        is_committing = False
        try:
            async with self._writing.connect() as connection:
                transaction = await connection.begin()
                result = await connection.run_sync(work)
                is_committing = True
                await transaction.commit()
                return result
        except _AWAY as error:
            if is_committing and _is_away(error):
                raise OutcomeUnknownError(f"The connection broke while committing: {error}") from error
            _raise(error)


_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, DBAPIError, OSError, TimeoutError)

_DEAD = (
    driver_errors.PostgresError,
    driver_errors.InterfaceError,
    driver_errors.InternalClientError,
    OSError,
    TimeoutError,
)


def _raise(error: Exception) -> NoReturn:
    """What a failed call means: the server is away, or it refused this statement."""
    if not _is_away(error):
        raise error
    log.error("database_error", error=repr(error)[:300])
    raise DatabaseUnavailableError("The database does not answer") from error


def _is_away(error: Exception) -> bool:
    """Whether nobody answered; else the server did, and refused."""
    return not isinstance(error, DBAPIError) or error.connection_invalidated or _says_server_is_away(error)


def _says_server_is_away(error: DBAPIError) -> bool:
    """SQLSTATE classes 08 (connection), 53 (no resources), 58 (its disk), 57P (shut down); or no state at all."""
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError | InterfaceError)
    return str(state)[:2] in ("08", "53", "58") or str(state).startswith("57P")


def _engine(url: str, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        _for_asyncpg(url),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=STATEMENT_SECONDS,
        hide_parameters=True,
        connect_args={"timeout": CONNECT_SECONDS, "command_timeout": STATEMENT_SECONDS},
    )
    event.listen(engine.sync_engine, "checkout", _check_alive)
    return engine


def _check_alive(connection: Any, _record: Any, _proxy: Any) -> None:
    """Whether the server still answers on a connection that waited in the pool; if not, another one is made.

    One round trip, where `pool_pre_ping` begins a transaction, asks in it and ends it: each commit and each question
    would pay for three.
    """
    try:
        connection.run_async(_ask_for_nothing)
    except _DEAD as error:
        raise InvalidatePoolError from error


async def _ask_for_nothing(driver: Any) -> None:
    await driver.fetchrow(";")


def _for_asyncpg(url: str) -> str:
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres", "postgresql+asyncpg"):
        raise ValueError(f"{scheme}:// is not a PostgreSQL address; write postgresql://user:password@host:port/name")
    return f"postgresql+asyncpg://{rest}"
