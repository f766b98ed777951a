"""What every adapter of `UnitOfWork` promises, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from guilder.core.answer_scope import AnswerScope
from guilder.core.database import Database
from guilder.core.random_ids import TimeOrderedIds
from guilder.core.tables import audit_notes, outbox
from guilder.core.unit import AuditNote, UnitMisusedError
from guilder.core.unit_of_work import UnitOfWork
from guilder.shared.errors import ConflictError, RefusedError
from tests.core.counters import Core, Counter, steps

IDS = TimeOrderedIds()


@pytest.fixture
async def core(database: Database) -> AsyncIterator[Core]:
    async with Core(database) as made:
        yield made


@pytest.fixture(params=["plain", "group"])
def work(request: pytest.FixtureRequest, core: Core) -> UnitOfWork:
    return core.plain if request.param == "plain" else core.work


async def a_saved_counter(core: Core, work: UnitOfWork) -> Counter:
    counter = Counter(IDS.new())
    async with work:
        core.counters.save(counter)
    return counter


async def test_what_happens_in_a_block_is_durable_when_it_is_left(core: Core, work: UnitOfWork) -> None:
    counter = Counter(IDS.new(), 3)

    async with work:
        core.counters.save(counter, step="made")

    assert await core.saved_value(counter.id) == 3
    assert await core.saved_steps() == {"made"}


async def test_an_error_inside_writes_nothing(core: Core, work: UnitOfWork) -> None:
    counter = await a_saved_counter(core, work)

    with pytest.raises(RefusedError):
        async with work:
            loaded = await core.counters.get(counter.id)
            loaded.raise_by(1)
            core.counters.save(loaded, step="never")
            raise RefusedError

    async with work:
        assert (await core.counters.get(counter.id)).value == 0
    assert await core.saved_value(counter.id) == 0
    assert await core.saved_steps() == set()


async def test_a_block_inside_a_block_joins_it(core: Core, work: UnitOfWork) -> None:
    counter = await a_saved_counter(core, work)
    before = core.database.writes

    async with work:
        outer = await core.counters.get(counter.id)
        async with work:
            inner = await core.counters.get(counter.id)
            inner.raise_by(2)
            core.counters.save(inner)
        outer.raise_by(3)
        core.counters.save(outer)

    assert inner is outer
    assert core.database.writes == before + 1
    assert await core.saved_value(counter.id) == 5


async def test_events_are_saved_with_the_change(core: Core, work: UnitOfWork) -> None:
    counter = await a_saved_counter(core, work)

    async with work:
        loaded = await core.counters.get(counter.id)
        loaded.raise_by(7)
        core.counters.save(loaded)

    rows = await core.database.fetch_all(select(outbox))
    assert [(row.name, row.aggregate_id, row.is_pending) for row in rows] == [("CounterRaised", str(counter.id), True)]


async def test_audit_notes_are_numbered_and_chained_with_the_change(core: Core, work: UnitOfWork) -> None:
    for action in ("one", "two"):
        async with work:
            core.unit.note(AuditNote("system", action, None, {}))

    rows = await core.database.fetch_all(select(audit_notes).order_by(audit_notes.c.number))
    assert [(row.number, row.action) for row in rows] == [(1, "one"), (2, "two")]
    assert rows[1].previous_hash == rows[0].hash


async def test_a_task_cannot_join_the_unit_of_another(core: Core, work: UnitOfWork) -> None:
    async def child() -> None:
        async with work:
            pass

    async with work:
        with pytest.raises(UnitMisusedError):
            await asyncio.create_task(child())


async def test_nothing_is_saved_outside_a_unit(core: Core) -> None:
    with pytest.raises(UnitMisusedError):
        core.counters.save(Counter(IDS.new()))


async def test_a_unit_is_written_even_if_its_caller_goes_away(core: Core, work: UnitOfWork) -> None:
    counter = Counter(IDS.new(), 1)

    async def save() -> None:
        async with work:
            core.counters.save(counter)

    task = asyncio.create_task(save())
    while not core.database.writes > 1:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await core.committer.close()
    while await core.saved_value(counter.id) is None:
        await asyncio.sleep(0)


async def test_a_broken_rule_of_the_database_is_a_conflict(core: Core, work: UnitOfWork) -> None:
    async with work:
        core.unit.add(steps, {"name": "taken"})

    with pytest.raises(ConflictError):
        async with work:
            core.unit.add(steps, {"name": "taken"})


async def test_the_answer_is_saved_with_the_change(core: Core, work: UnitOfWork) -> None:
    counter = Counter(IDS.new(), 1)

    async with AnswerScope() as scope:
        async with work:
            core.counters.save(counter)
        assert scope.has_unit
        assert await core.saved_value(counter.id) is None
        await scope.settle(steps, {"name": "the answer"})

    assert await core.saved_value(counter.id) == 1
    assert await core.saved_steps() == {"the answer"}


async def test_an_answer_that_cannot_be_rendered_takes_its_change_with_it(core: Core, work: UnitOfWork) -> None:
    counter = await a_saved_counter(core, work)

    with pytest.raises(RefusedError):
        async with AnswerScope():
            async with work:
                loaded = await core.counters.get(counter.id)
                loaded.raise_by(1)
                core.counters.save(loaded)
            raise RefusedError

    async with work:
        assert (await core.counters.get(counter.id)).value == 0


async def test_in_a_request_of_two_units_the_answer_rides_in_the_last(core: Core, work: UnitOfWork) -> None:
    first, second = Counter(IDS.new(), 1), Counter(IDS.new(), 2)

    async with AnswerScope() as scope:
        async with work:
            core.counters.save(first)
        async with work:
            core.counters.save(second)
        await scope.settle(steps, {"name": "the answer"})

    assert (await core.saved_value(first.id), await core.saved_value(second.id)) == (1, 2)
    assert await core.saved_steps() == {"the answer"}


async def test_of_two_units_that_change_the_same_row_by_the_plain_way_one_is_refused(core: Core) -> None:
    counter = await a_saved_counter(core, core.plain)
    both_read = asyncio.Barrier(2)

    async def add_one() -> None:
        async with core.plain:
            loaded = await core.counters.get(counter.id)
            await both_read.wait()
            loaded.raise_by(1)
            core.counters.save(loaded)

    outcomes = await asyncio.gather(add_one(), add_one(), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LostUpdateError", "NoneType"]
    assert await core.saved_value(counter.id) == 1
