"""The log of events, read from the outbox: what was told stays there as history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select, text

from guilder.audit.domain.recorded_event import RecordedEvent
from guilder.core.database import Database
from guilder.core.tables import outbox

_UNTIL_NOBODY_WRITES: Final = text("LOCK TABLE core_outbox IN SHARE MODE")


class SqlEventLog:
    """`EventLog` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def events(self, *, after: int, limit: int) -> Sequence[RecordedEvent]:
        columns = [column for column in outbox.columns if column.name != "is_pending"]
        later = select(*columns).where(outbox.c.position > after).order_by(outbox.c.position).limit(limit)

        def read(connection: Connection) -> Sequence[RecordedEvent]:
            if connection.dialect.name == "postgresql":
                # Two rooms may commit at once there, and the one that took the lower positions may be the later one.
                # Under this lock nobody holds positions that are not committed; writers wait while one page is read.
                connection.execute(_UNTIL_NOBODY_WRITES)
            return [RecordedEvent(**row._mapping) for row in connection.execute(later)]

        return await self._database.read(read)
