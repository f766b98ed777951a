"""Units that are not waited for one by one: in the order of their turns, few commits, and durable at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from guilder.core import batch as batch_module
from guilder.core.batch import Batch, current_batch
from guilder.core.database import Database
from guilder.core.random_ids import TimeOrderedIds
from guilder.shared.errors import ConflictError, RefusedError
from tests.core.counters import Core, Counter

IDS = TimeOrderedIds()


@pytest.fixture
async def core(database: Database) -> AsyncIterator[Core]:
    async with Core(database) as made:
        yield made


async def a_counter(core: Core) -> UUID:
    id = IDS.new()
    async with core.work:
        core.counters.save(Counter(id))
    return id


async def raise_counter(core: Core, id: UUID, *, step: str | None = None) -> int:
    """One use case; two of one `step` break a rule of the database."""
    async with core.work:
        counter = await core.counters.get(id)
        counter.raise_by(1)
        core.counters.save(counter, step=step)
        return counter.value


async def test_each_unit_builds_on_the_one_before_and_all_are_durable_at_the_end(core: Core) -> None:
    id = await a_counter(core)

    async with Batch():
        values = [await raise_counter(core, id) for _ in range(100)]

    assert values == list(range(1, 101))
    assert await core.saved_value(id) == 100


async def test_a_unit_inside_is_not_waited_for(core: Core) -> None:
    id = await a_counter(core)
    core.database.gate.clear()

    async with Batch():
        for _ in range(30):
            await raise_counter(core, id)
        before_the_end = await core.saved_value(id)
        core.database.gate.set()

    assert (before_the_end, await core.saved_value(id)) == (0, 30)


async def test_many_units_share_few_commits(core: Core) -> None:
    id = await a_counter(core)
    before = core.database.writes

    async with Batch():
        for _ in range(100):
            await raise_counter(core, id)

    assert core.database.writes - before <= 100 / batch_module.UNITS_WITHOUT_A_PAUSE + 1


async def test_a_failure_is_told_at_the_end_and_nothing_that_built_on_it_is_saved(core: Core) -> None:
    id, other = await a_counter(core), await a_counter(core)
    await raise_counter(core, other, step="once")

    with pytest.raises(ConflictError):
        async with Batch():
            await raise_counter(core, id, step="once")
            await raise_counter(core, id)
            await raise_counter(core, other)

    assert (await core.saved_value(id), await core.saved_value(other)) == (0, 2)


async def test_a_failure_is_told_early_to_who_goes_on(core: Core) -> None:
    id = await a_counter(core)
    await raise_counter(core, id, step="once")
    went_on = 0

    with pytest.raises(ConflictError):
        async with Batch():
            await raise_counter(core, id, step="once")
            for _ in range(10_000):
                await raise_counter(core, id)
                went_on += 1

    assert went_on < 10_000


async def test_an_error_of_ones_own_is_the_one_that_is_told_and_what_was_queued_is_saved(core: Core) -> None:
    id = await a_counter(core)

    with pytest.raises(RefusedError):
        async with Batch():
            await raise_counter(core, id)
            raise RefusedError

    assert await core.saved_value(id) == 1


async def test_no_more_than_so_many_units_are_under_way(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_module, "UNITS_UNDER_WAY", 5)
    id = await a_counter(core)

    async with Batch():
        for _ in range(50):
            await raise_counter(core, id)
            assert core.committer.waiting <= 6

    assert await core.saved_value(id) == 50


async def test_others_get_a_turn_meanwhile(core: Core) -> None:
    mine, theirs = await a_counter(core), await a_counter(core)

    done = 0

    async def somebody_else() -> int:
        await raise_counter(core, theirs)
        return done

    waiting = asyncio.create_task(somebody_else())
    async with Batch():
        for _ in range(5_000):
            await raise_counter(core, mine)
            done += 1

    assert await waiting < 5_000


async def test_a_task_that_outlives_the_batch_waits_for_its_own_unit(core: Core) -> None:
    id, is_over = await a_counter(core), asyncio.Event()

    async def later() -> bool:
        await is_over.wait()
        await raise_counter(core, id)
        return current_batch() is None

    async with Batch():
        outlives = asyncio.create_task(later())
        await asyncio.sleep(0)
    is_over.set()

    assert await outlives
    assert await core.saved_value(id) == 1
