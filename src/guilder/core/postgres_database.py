"""PostgreSQL as the database, through asyncpg."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn, TypeVar

import structlog
from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.sql import Executable

from guilder.core.database import DatabaseUnavailableError, OutcomeUnknownError

T = TypeVar("T")

CONNECT_SECONDS: Final = 5
STATEMENT_SECONDS: Final = 30

log = structlog.get_logger(__name__)


class PostgresDatabase:
    """`Database` on a PostgreSQL server. `url` is `postgresql://…`; every call has a time limit."""

    def __init__(self, url: str, *, connections: int = 8) -> None:
        self._engine = create_async_engine(
            _for_asyncpg(url),
            pool_size=connections,
            max_overflow=0,
            pool_timeout=STATEMENT_SECONDS,
            pool_pre_ping=True,
            connect_args={"timeout": CONNECT_SECONDS, "command_timeout": STATEMENT_SECONDS},
        )
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ")

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
        is_committing = False
        try:
            async with self._engine.connect() as connection:
                transaction = await connection.begin()
                result = await connection.run_sync(work)
                is_committing = True
                await transaction.commit()
                return result
        except _AWAY as error:
            if is_committing and _is_away(error):
                raise OutcomeUnknownError(f"The connection broke while committing: {error}") from error
            _raise(error)

    async def aclose(self) -> None:
        await self._engine.dispose()


_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, DBAPIError, OSError, TimeoutError)


def _raise(error: Exception) -> NoReturn:
    """What a failed call means: the server is away, or it refused this statement."""
    if not _is_away(error):
        raise error
    log.error("database_error", error=str(error)[:300])
    raise DatabaseUnavailableError("The database does not answer") from error


def _is_away(error: Exception) -> bool:
    """Whether nobody answered; else the server did, and refused."""
    return not isinstance(error, DBAPIError) or error.connection_invalidated or _says_server_is_away(error)


def _says_server_is_away(error: DBAPIError) -> bool:
    """SQLSTATE classes 08 (connection), 53 (no resources), 57P (shut down); or no state at all."""
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError | InterfaceError)
    return str(state)[:2] in ("08", "53") or str(state).startswith("57P")


def _for_asyncpg(url: str) -> str:
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres", "postgresql+asyncpg"):
        raise ValueError(f"{scheme}:// is not a PostgreSQL address; write postgresql://user:password@host:port/name")
    return f"postgresql+asyncpg://{rest}"
