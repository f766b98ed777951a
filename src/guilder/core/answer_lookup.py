"""Looks up kept answers: keys that are asked for while the database is at the last question go into the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from guilder.core.columns import Json
from guilder.core.database import Database
from guilder.core.idempotency import Answer, KeptAnswer, RequestKey
from guilder.core.row_shape import RowShape, shape_of
from guilder.core.tables import idempotency

MOST_AT_ONCE: Final = 100

_KEY: Final = ("user_id", "method", "path", "key")
_READ: Final = "SELECT place, request_hash, status, headers, body"
_SAME: Final = " AND ".join(f"wanted.{name} = kept.{name}" for name in _KEY)


class AnswerLookup:
    """Every keyed request asks here first, and nearly always there is no answer yet: so it has to cost little."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[RequestKey, asyncio.Future[KeptAnswer | None]] = {}
        self._looking: asyncio.Future[None] | None = None

    async def find(self, key: RequestKey) -> KeptAnswer | None:
        """The answer under this key. Raises `DatabaseUnavailableError`."""
        asked = self._waiting.get(key)
        if asked is None:
            asked = self._waiting[key] = asyncio.get_running_loop().create_future()
        if self._looking is None:
            self._looking = asyncio.ensure_future(self._look())
        return await asyncio.shield(asked)

    async def _look(self) -> None:
        try:
            while self._waiting:
                keys = list(self._waiting)[:MOST_AT_ONCE]
                asked = {key: self._waiting.pop(key) for key in keys}
                try:
                    found = await self._database.read(partial(_found, keys))
                except Exception as error:  # whoever asked hears it
                    for each in asked.values():
                        each.set_exception(error)
                        each.exception()  # looked at, should its request be gone
                else:
                    for key, each in asked.items():
                        each.set_result(found.get(key))
        finally:
            self._looking = None


def _found(keys: Sequence[RequestKey], connection: Connection) -> Mapping[RequestKey, KeptAnswer]:
    shape = shape_of(idempotency, _KEY, connection.dialect)
    wanted = [{name: getattr(key, name) for name in _KEY} for key in keys]
    if connection.dialect.name == "postgresql":
        rows = connection.exec_driver_sql(_on_postgres(shape), tuple(shape.columns_of(wanted)))
    else:
        values = [value for place, row in enumerate(shape.tuples_of(wanted), 1) for value in (*row, place)]
        rows = connection.exec_driver_sql(_on_sqlite(len(keys)), tuple(values))
    return {keys[row.place - 1]: _kept(row, connection) for row in rows}


def _on_postgres(shape: RowShape) -> str:
    arrays = ", ".join(f"${number}::{sql_type}[]" for number, sql_type in enumerate(shape.sql_types, 1))
    wanted = f"UNNEST({arrays}) WITH ORDINALITY AS wanted ({', '.join(_KEY)}, place)"
    return f"{_READ} FROM {wanted} JOIN {idempotency.name} AS kept ON {_SAME}"


def _on_sqlite(number: int) -> str:
    """A cross join keeps SQLite from reading the whole table first."""
    values = ", ".join(["(?, ?, ?, ?, ?)"] * number)
    wanted = f"WITH wanted ({', '.join(_KEY)}, place) AS (VALUES {values})"
    return f"{wanted} {_READ} FROM wanted CROSS JOIN {idempotency.name} AS kept ON {_SAME}"


def _kept(row: Any, connection: Connection) -> KeptAnswer:
    headers = Json().process_result_value(row.headers, connection.dialect)
    return KeptAnswer(bytes(row.request_hash), Answer(row.status, headers, bytes(row.body)))
