"""Who writes a share of the books: one process, whose commits are numbered."""

from __future__ import annotations

import asyncio
from typing import Final

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from guilder.core.database import Database, DatabaseUnavailableError
from guilder.core.tables import writer
from guilder.shared.errors import UnavailableError

_SECONDS_BETWEEN_QUESTIONS: Final = 0.25

_RAISE: Final = (
    update(writer)
    .where(
        writer.c.share == bindparam("mine"),
        writer.c.epoch == bindparam("since"),
        writer.c.batch == bindparam("known"),
    )
    .values(batch=writer.c.batch + 1)
)


class WriterLostError(UnavailableError):
    """Another process writes these books now; this one must stop."""

    code = "writer_lost"


class Writership:
    """That this process writes a share of the books, since the epoch that it began.

    Each commit raises the share's batch number by one, if the epoch is still this one: so a writer that was replaced
    cannot commit, and after an unknown outcome of a commit its number tells what happened.
    """

    def __init__(self, database: Database, share: str) -> None:
        self._database = database
        self.share = share
        self._epoch = 0
        self._batch = 0

    async def claim(self) -> None:
        """Become the writer: every earlier one is refused from now on. Raises `DatabaseUnavailableError`."""
        self._epoch, self._batch = await self._database.write(self._begin_epoch)

    def number_commit(self, connection: Connection) -> int:
        """Raise the batch number in the transaction of a commit; the number that goes with it.

        Raises:
            WriterLostError: another process writes these books now.
        """
        known = {"mine": self.share, "since": self._epoch, "known": self._batch}
        if connection.execute(_RAISE, known).rowcount != 1:
            raise WriterLostError
        return self._batch + 1

    def saved(self, number: int) -> None:
        """The commit of that number is durable: the next one follows on it."""
        self._batch = number

    async def was_saved(self, number: int) -> bool:
        """Ask the database, for as long as it takes to come back, whether that commit was saved.

        Raises:
            WriterLostError: another process writes these books now, so nobody can tell.
        """

        def look(connection: Connection) -> bool:
            # The lock waits for a commit that the server may still be at.
            row = connection.execute(
                select(writer.c.epoch, writer.c.batch).where(writer.c.share == self.share).with_for_update()
            ).one()
            if row.epoch != self._epoch:
                raise WriterLostError
            return bool(row.batch >= number)

        while True:
            try:
                return await self._database.write(look)
            except DatabaseUnavailableError:
                await asyncio.sleep(_SECONDS_BETWEEN_QUESTIONS)

    def _begin_epoch(self, connection: Connection) -> tuple[int, int]:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        fresh = dialect.insert(writer).values(share=self.share, epoch=0, batch=0)
        connection.execute(fresh.on_conflict_do_nothing())
        mine = writer.c.share == self.share
        connection.execute(update(writer).where(mine).values(epoch=writer.c.epoch + 1))
        row = connection.execute(select(writer.c.epoch, writer.c.batch).where(mine)).one()
        return row.epoch, row.batch
