"""Answers kept in the database, in the commit of the change that they tell of."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, delete

from guilder.core.answer_lookup import AnswerLookup
from guilder.core.answer_scope import AnswerScope
from guilder.core.database import Database
from guilder.core.idempotency import Answering, KeptAnswer, RequestKey
from guilder.core.tables import idempotency
from guilder.core.unit import Unit, UnitMisusedError
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

    async def settle(self, key: RequestKey | None = None, kept: KeptAnswer | None = None) -> None:
        if key is None or kept is None:
            await self._scope.settle()
            return
        if self._scope.has_unit:
            try:
                await self._scope.settle(idempotency, answer_row(key, kept))
                return
            except UnitMisusedError:
                # The last unit was abandoned, and the use case went on: none is left to carry the answer.
                await self._scope.settle()
        async with self._work:
            self._unit.add(idempotency, answer_row(key, kept))


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
