"""Kept answers are looked up together."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from guilder.core.answer_lookup import MOST_AT_ONCE, AnswerLookup
from guilder.core.database import Database, DatabaseUnavailableError
from guilder.core.idempotency import Answer, KeptAnswer, RequestKey
from guilder.core.random_ids import TimeOrderedIds
from guilder.core.sql_idempotency import answer_row
from guilder.core.tables import idempotency
from guilder.shared.ids import UserId
from tests.core.counters import Core

ANNA, BORIS = (UserId(TimeOrderedIds().new()) for _ in range(2))


class Counted:
    """A database that counts its reads, and can be away."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.reads = 0
        self.is_away = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def dialect_name(self) -> str:
        return self._inner.dialect_name

    async def read(self, work: Any) -> Any:
        self._count()
        return await self._inner.read(work)

    async def fetch_all(self, query: Any) -> Any:
        self._count()
        return await self._inner.fetch_all(query)

    def _count(self) -> None:
        self.reads += 1
        if self.is_away:
            raise DatabaseUnavailableError


def a_key(number: int, user: UserId = ANNA) -> RequestKey:
    return RequestKey(user, "POST", "/v1/orders", f"key-{number}")


def an_answer(number: int) -> KeptAnswer:
    return KeptAnswer(b"print", Answer(201, {"content-type": "application/json"}, b"%d" % number))


async def keep(database: Database, *numbers: int) -> None:
    async with Core(database) as core, core.plain:
        for number in numbers:
            core.unit.add(idempotency, answer_row(a_key(number), an_answer(number)))


async def test_each_gets_the_answer_of_his_own_key(database: Database) -> None:
    await keep(database, 1, 3)
    lookup = AnswerLookup(database)

    found = await asyncio.gather(*(lookup.find(a_key(number)) for number in range(5)), lookup.find(a_key(1, BORIS)))

    assert found == [None, an_answer(1), None, an_answer(3), None, None]


async def test_keys_that_are_asked_for_at_once_are_one_question(database: Database) -> None:
    await keep(database, 7)
    counted = Counted(database)
    lookup = AnswerLookup(counted)

    found = await asyncio.gather(*(lookup.find(a_key(number)) for number in range(MOST_AT_ONCE)))

    assert counted.reads == 1
    assert found.index(an_answer(7)) == 7


async def test_more_than_one_question_takes_are_asked_one_after_the_other(database: Database) -> None:
    counted = Counted(database)
    lookup = AnswerLookup(counted)

    await asyncio.gather(*(lookup.find(a_key(number)) for number in range(MOST_AT_ONCE + 1)))

    assert counted.reads == 2


async def test_while_the_database_is_away_everybody_hears_it_and_later_ones_are_answered(database: Database) -> None:
    counted = Counted(database)
    lookup = AnswerLookup(counted)
    counted.is_away = True

    outcomes = await asyncio.gather(*(lookup.find(a_key(number)) for number in range(3)), return_exceptions=True)

    assert {type(outcome) for outcome in outcomes} == {DatabaseUnavailableError}
    counted.is_away = False
    assert await lookup.find(a_key(1)) is None


async def test_one_who_goes_away_does_not_harm_the_others(database: Database) -> None:
    await keep(database, 2)
    lookup = AnswerLookup(database)
    impatient, patient = (asyncio.create_task(lookup.find(a_key(2))) for _ in range(2))
    await asyncio.sleep(0)

    impatient.cancel()

    assert await patient == an_answer(2)
    with pytest.raises(asyncio.CancelledError):
        await impatient
