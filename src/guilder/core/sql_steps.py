"""Steps of requests, beside their answers in the database: a row `key/n` each, in the commit of the step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select

from guilder.core.database import Database
from guilder.core.idempotency import Answer, IdempotencyKeyReusedError, KeptAnswer, RequestKey, request_under_way
from guilder.core.sql_idempotency import answer_row
from guilder.core.tables import idempotency
from guilder.core.unit import Unit

_UNDER_WAY: Final = 102


class SqlSteps:
    """`Steps` in the table `core_idempotency`, where they are forgotten together with the answers."""

    def __init__(self, database: Database, unit: Unit) -> None:
        self._database = database
        self._unit = unit

    async def done(self, most: int) -> Mapping[int, str]:
        claim = request_under_way()
        if claim is None:
            return {}
        columns = idempotency.c
        names = {_name_of(claim.key, number): number for number in range(most)}
        rows = await self._database.fetch_all(
            select(columns.key, columns.request_hash, columns.body).where(
                columns.user_id == claim.key.user_id,
                columns.method == _method_of(claim.key),
                columns.path == claim.key.path,
                columns.key.in_(list(names)),
            )
        )
        if any(bytes(row.request_hash) != claim.fingerprint for row in rows):
            raise IdempotencyKeyReusedError
        return {names[row.key]: bytes(row.body).decode() for row in rows}

    def note(self, number: int, told: str) -> None:
        claim = request_under_way()
        if claim is None:
            return
        kept = KeptAnswer(claim.fingerprint, Answer(_UNDER_WAY, {}, told.encode()))
        named = {"method": _method_of(claim.key), "key": _name_of(claim.key, number)}
        self._unit.add(idempotency, {**answer_row(claim.key, kept), **named})


def _method_of(key: RequestKey) -> str:
    """A name that no request's answer has: no method is called so."""
    return f"{key.method} step"


def _name_of(key: RequestKey, number: int) -> str:
    return f"{key.key}/{number}"
