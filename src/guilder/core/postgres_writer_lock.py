"""The writer's lock in a PostgreSQL database."""

from __future__ import annotations

import asyncio
import zlib
from contextlib import suppress
from typing import Final

import structlog
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from guilder.core.database import DatabaseUnavailableError
from guilder.core.writer_lock import BooksInUseError

CONNECT_SECONDS: Final = 5
PATIENCE_SECONDS: Final = 5.0
"""How long a start waits for the server to notice that the process before it has died."""
_SECONDS_BETWEEN_TRIES: Final = 0.1

_FAMILY: Final = int.from_bytes(b"gldr")
"""Keeps the writers' locks apart from others in the same database, such as that of a change of tables."""

_WHO: Final = {
    "application_name": "guilder writer",
    # A machine that vanished frees its lock within half a minute, not after hours.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}

log = structlog.get_logger(__name__)


class PostgresWriterLock:
    """`WriterLock` as an advisory lock, held by a connection of its own: it ends with that connection."""

    def __init__(self, url: str, share: str = "core") -> None:
        self._engine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"timeout": CONNECT_SECONDS, "command_timeout": CONNECT_SECONDS, "server_settings": _WHO},
        )
        key = {"family": _FAMILY, "share": zlib.crc32(share.encode()) >> 1}
        self._try = text("SELECT pg_try_advisory_lock(:family, :share)").bindparams(**key)
        self._connection: AsyncConnection | None = None

    async def take(self) -> None:
        tries = round(PATIENCE_SECONDS / _SECONDS_BETWEEN_TRIES)
        while not await self._is_taken():
            tries -= 1
            if tries <= 0:
                await self.release()
                where = self._engine.url
                raise BooksInUseError(
                    f"Another Guilder writes the books in {where.database} on {where.host}; stop it first, or choose "
                    "others by GUILDER_DATABASE_URL"
                )
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES)

    async def keep(self) -> None:
        if self._connection is not None:
            try:
                await self._connection.execute(text("SELECT 1"))
            except (SQLAlchemyError, OSError):
                await self._let_go()
        if self._connection is None and not await self._is_taken():
            # Perhaps by this process, through a connection that broke and that the server still holds for whole.
            log.warning("writer_lock_is_held_elsewhere")
            await self._let_go()

    async def release(self) -> None:
        if self._connection is not None:
            with suppress(SQLAlchemyError, OSError):  # who does not answer has let go of it already
                await self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
        await self._let_go()
        await self._engine.dispose()

    async def _is_taken(self) -> bool:
        try:
            if self._connection is None:
                self._connection = await self._engine.connect()
            return bool((await self._connection.execute(self._try)).scalar())
        except (SQLAlchemyError, OSError) as error:
            await self._let_go()
            reason = getattr(error, "orig", None) or error
            raise DatabaseUnavailableError(f"The database does not answer: {reason}") from error

    async def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()
