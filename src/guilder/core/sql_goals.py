"""Goals of requests, beside their answers in the database."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from guilder.core.idempotency import Answer, AnswerStore, KeptAnswer, RequestKey, request_under_way
from guilder.core.sql_idempotency import answer_row
from guilder.core.tables import idempotency
from guilder.core.unit import Unit
from guilder.core.unit_of_work import CoreUnitOfWork

_UNDER_WAY: Final = 102


class SqlGoals:
    """`Goals` in the table `core_idempotency`, where they are forgotten together with the answers."""

    def __init__(self, work: CoreUnitOfWork, unit: Unit, answers: AnswerStore) -> None:
        self._work = work
        self._unit = unit
        self._answers = answers

    async def kept(self) -> str | None:
        claim = request_under_way()
        if claim is None:
            return None
        kept = await self._answers.find(_goal_of(claim.key))
        return None if kept is None else kept.to(claim.fingerprint).body.decode()

    async def keep(self, goal: str) -> None:
        claim = request_under_way()
        if claim is None:
            return
        kept = KeptAnswer(claim.fingerprint, Answer(_UNDER_WAY, {}, goal.encode()))
        async with self._work:
            self._unit.add(idempotency, answer_row(_goal_of(claim.key), kept))


def _goal_of(key: RequestKey) -> RequestKey:
    """A name that no request's answer has: no method is called so."""
    return replace(key, method=f"{key.method} goal")
