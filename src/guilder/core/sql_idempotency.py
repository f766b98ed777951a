"""Answers kept in the database, in the commit of the change that they tell of."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, delete

from guilder.core.answer_lookup import AnswerLookup
from guilder.core.answer_scope import AnswerScope
from guilder.core.database import Database
from guilder.core.idempotency import Answering, KeptAnswer, RequestKey
from guilder.core.tables import idempotency
from guilder.core.unit import Unit
from guilder.core.unit_of_work import UnitOfWork


class SqlAnswerStore:
    """`AnswerStore` in the table `core_idempotency`."""

    def __init__(self, database: Database, work: UnitOfWork, unit: Unit) -> None:
        self._database = database
        self._work = work
        self._unit = unit
        self._lookup = AnswerLookup(database)

    async def find(self, key: RequestKey) -> KeptAnswer | None:
        return await self._lookup.find(key)

    def answering(self) -> Answering:
        return _Answering(self._work, self._unit)

    async def sweep(self, before: datetime) -> int:
        def forget(connection: Connection) -> int:
            return connection.execute(delete(idempotency).where(idempotency.c.recorded_at < before)).rowcount

        return await self._database.write(forget)


class _Answering:
    def __init__(self, work: UnitOfWork, unit: Unit) -> None:
        self._work = work
        self._unit = unit
        self._scope = AnswerScope()

    @property
    def has_unit(self) -> bool:
        return self._scope.has_unit

    async def __aenter__(self) -> object:
        return await self._scope.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._scope.__aexit__(kind, error, trace)

    def settle(self, key: RequestKey | None = None, kept: KeptAnswer | None = None) -> Awaitable[None]:
        if key is None or kept is None:
            return self._scope.settle()
        row = answer_row(key, kept)
        return self._scope.settle(idempotency, row) if self._scope.has_parked else self._settle_alone(row)

    async def _settle_alone(self, row: dict[str, Any]) -> None:
        """Nothing was changed, or the last unit was abandoned and the use case went on: none carries the answer."""
        await self._scope.settle()
        async with self._work:
            self._unit.add(idempotency, row)


def answer_row(key: RequestKey, kept: KeptAnswer) -> dict[str, Any]:
    """A row of the table `core_idempotency`."""
    return {
        "user_id": key.user_id,
        "method": key.method,
        "path": key.path,
        "key": key.key,
        "request_hash": kept.fingerprint,
        "status": kept.answer.status,
        "headers": dict(kept.answer.headers),
        "body": kept.answer.body,
    }
