"""Looks up kept answers: keys that are asked for while the database is at the last question go into the next one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, text

from guilder.core.database import Database
from guilder.core.idempotency import Answer, KeptAnswer, RequestKey
from guilder.core.tables import idempotency

MOST_AT_ONCE: Final = 100

_KEY: Final = ("user_id", "method", "path", "key")
_READ: Final = "SELECT place, request_hash, status, headers, body"
_SAME: Final = " AND ".join(f"wanted.{name} = kept.{name}" for name in _KEY)
_ON_POSTGRES: Final = text(
    f"{_READ} FROM UNNEST(CAST(:user_id AS UUID[]),"
    " CAST(:method AS TEXT[]), CAST(:path AS TEXT[]), CAST(:key AS TEXT[]))"
    f" WITH ORDINALITY AS wanted ({', '.join(_KEY)}, place) JOIN {idempotency.name} AS kept ON {_SAME}"
)


class AnswerLookup:
    """Every keyed request asks here first, and nearly always there is no answer yet: so it has to cost little."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[RequestKey, asyncio.Future[KeptAnswer | None]]] = []
        self._looking: asyncio.Future[None] | None = None

    async def find(self, key: RequestKey) -> KeptAnswer | None:
        """The answer under this key. Raises `DatabaseUnavailableError`."""
        asked: asyncio.Future[KeptAnswer | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, asked))
        if self._looking is None:
            self._looking = asyncio.ensure_future(self._look())
        return await asked

    async def _look(self) -> None:
        try:
            while self._waiting:
                asking, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                try:
                    rows = await self._rows([key for key, _ in asking])
                except Exception as error:  # whoever asked hears it
                    for _, asked in asking:
                        if not asked.done():
                            asked.set_exception(error)
                else:
                    found = {row.place: _kept(row) for row in rows}
                    for place, (_, asked) in enumerate(asking, 1):
                        if not asked.done():
                            asked.set_result(found.get(place))
        finally:
            self._looking = None

    async def _rows(self, keys: Sequence[RequestKey]) -> Sequence[Row[Any]]:
        """The rows of the keys that have one; `place` says whose, counted from 1."""
        if self._database.dialect_name == "postgresql":
            columns = {name: [getattr(key, name) for key in keys] for name in _KEY}
            return await self._database.fetch_all(_ON_POSTGRES.bindparams(**columns))
        values = [
            value
            for place, key in enumerate(keys, 1)
            for value in (key.user_id.bytes, key.method, key.path, key.key, place)
        ]
        # As the driver takes it: named values for so many keys would cost more than the search.
        question = _on_sqlite(len(keys))
        return await self._database.read(
            lambda connection: connection.exec_driver_sql(question, tuple(values)).fetchall()
        )


def _on_sqlite(number: int) -> str:
    """A cross join keeps SQLite from reading the whole table first."""
    values = ", ".join(["(?, ?, ?, ?, ?)"] * number)
    wanted = f"WITH wanted ({', '.join(_KEY)}, place) AS (VALUES {values})"
    return f"{wanted} {_READ} FROM wanted CROSS JOIN {idempotency.name} AS kept ON {_SAME}"


def _kept(row: Row[Any]) -> KeptAnswer:
    return KeptAnswer(bytes(row.request_hash), Answer(row.status, json.loads(row.headers), bytes(row.body)))
