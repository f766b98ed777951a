"""The committer's rules: who fails when something fails, and who does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import update

from guilder.core.committer import ShuttingDownError
from guilder.core.database import Database, DatabaseUnavailableError
from guilder.core.random_ids import TimeOrderedIds
from guilder.core.tables import writer
from guilder.core.unit import StaleAggregateError
from guilder.shared.errors import ConflictError, RefusedError
from tests.core.counters import Core, Counter, steps

IDS = TimeOrderedIds()


@pytest.fixture
async def core(database: Database) -> AsyncIterator[Core]:
    async with Core(database) as made:
        yield made


async def raise_counter(core: Core, id: UUID, *, step: str | None = None, refuse: bool = False) -> int:
    """One use case: raise a counter by one. Two of one `step` break a rule of the database."""
    async with core.work:
        counter = await core.counters.get(id)
        counter.raise_by(1)
        core.counters.save(counter, step=step)
        if refuse:
            raise RefusedError
        return counter.value


async def some_counters(core: Core, count: int) -> list[UUID]:
    ids = [IDS.new() for _ in range(count)]
    async with core.work:
        for id in ids:
            core.counters.save(Counter(id))
    return ids


async def test_units_that_wait_share_one_commit(core: Core) -> None:
    ids = await some_counters(core, 20)
    before = core.database.writes

    await asyncio.gather(*(raise_counter(core, id) for id in ids))

    assert core.database.writes - before <= 3
    assert {await core.saved_value(id) for id in ids} == {1}


async def test_two_hundred_changes_of_one_aggregate_lose_none(core: Core) -> None:
    [id] = await some_counters(core, 1)

    values = await asyncio.gather(*(raise_counter(core, id) for _ in range(200)))

    assert sorted(values) == list(range(1, 201))
    assert await core.saved_value(id) == 200


async def test_an_aggregate_stays_in_memory_between_units(core: Core) -> None:
    [id] = await some_counters(core, 1)

    await raise_counter(core, id)
    await raise_counter(core, id)

    assert core.counters.loads == 0


async def test_a_refused_unit_between_two_good_ones_harms_neither(core: Core) -> None:
    [id] = await some_counters(core, 1)

    outcomes = await asyncio.gather(
        raise_counter(core, id), raise_counter(core, id, refuse=True), raise_counter(core, id), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes] == [int, RefusedError, int]
    assert await core.saved_value(id) == 2


async def test_many_good_units_after_many_refusals_all_succeed(core: Core) -> None:
    [id] = await some_counters(core, 1)

    outcomes = await asyncio.gather(
        *(raise_counter(core, id, refuse=number % 10 == 0) for number in range(200)), return_exceptions=True
    )

    assert sum(isinstance(outcome, int) for outcome in outcomes) == 180
    assert await core.saved_value(id) == 180


async def test_a_guilty_unit_in_a_batch_fails_alone(core: Core) -> None:
    first, second, third = await some_counters(core, 3)
    async with core.work:
        core.unit.add(steps, {"name": "taken"})

    outcomes = await asyncio.gather(
        raise_counter(core, first),
        raise_counter(core, second, step="taken"),
        raise_counter(core, third),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes] == [int, ConflictError, int]
    assert [await core.saved_value(id) for id in (first, second, third)] == [1, 0, 1]


async def test_who_built_on_a_guilty_unit_fails_with_it(core: Core) -> None:
    guilty, other = await some_counters(core, 2)
    async with core.work:
        core.unit.add(steps, {"name": "taken"})

    outcomes = await asyncio.gather(
        raise_counter(core, other),
        raise_counter(core, guilty, step="taken"),
        raise_counter(core, guilty),
        raise_counter(core, other),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes] == [int, ConflictError, StaleAggregateError, int]
    assert await core.saved_value(guilty) == 0
    assert await core.saved_value(other) == 2


async def test_after_a_guilty_unit_its_aggregate_is_read_again(core: Core) -> None:
    [id] = await some_counters(core, 1)
    async with core.work:
        core.unit.add(steps, {"name": "taken"})
    with pytest.raises(ConflictError):
        await raise_counter(core, id, step="taken")

    assert await raise_counter(core, id) == 1
    assert await core.saved_value(id) == 1


async def test_when_the_database_is_away_all_that_wait_fail_and_memory_is_dropped(core: Core) -> None:
    ids = await some_counters(core, 3)
    core.database.is_away = True

    outcomes = await asyncio.gather(*(raise_counter(core, id) for id in ids), return_exceptions=True)
    core.database.is_away = False

    assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailableError] * 3
    assert [await raise_counter(core, id) for id in ids] == [1, 1, 1]


async def test_a_unit_that_was_open_while_the_database_went_away_fails_too(core: Core) -> None:
    [id] = await some_counters(core, 1)
    is_open, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with core.work:
            counter = await core.counters.get(id)
            is_open.set()
            await go_on.wait()
            counter.raise_by(1)
            core.counters.save(counter)

    core.database.is_away = True
    queued = asyncio.create_task(raise_counter(core, id))
    waiting = asyncio.create_task(slow())
    await is_open.wait()
    with pytest.raises(DatabaseUnavailableError):
        await queued
    core.database.is_away = False
    go_on.set()

    with pytest.raises(StaleAggregateError):
        await waiting
    assert await core.saved_value(id) == 0


async def test_shutdown_finishes_what_waits_and_takes_nothing_more(core: Core) -> None:
    ids = await some_counters(core, 5)
    waiting = [asyncio.create_task(raise_counter(core, id)) for id in ids]
    await asyncio.sleep(0)

    await core.committer.close()

    assert await asyncio.gather(*waiting) == [1] * 5
    with pytest.raises(ShuttingDownError):
        await raise_counter(core, ids[0])


async def test_a_writer_that_was_replaced_cannot_commit(core: Core) -> None:
    [id] = await some_counters(core, 1)

    await core.database.write(lambda connection: connection.execute(update(writer).values(epoch=writer.c.epoch + 1)))

    with pytest.raises(Exception, match="Another process writes these books now"):
        await raise_counter(core, id)
    assert await core.saved_value(id) == 0
