"""The committer's rules: who fails when something fails, and who does not."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, event, select, text, update

from guilder.core import committer as committer_module
from guilder.core.answer_scope import AnswerScope
from guilder.core.audit_chain import AuditNote
from guilder.core.database import Database, DatabaseUnavailableError, OutcomeUnknownError
from guilder.core.open_unit import StaleAggregateError, UnitMisusedError
from guilder.core.postgres_database import PostgresDatabase
from guilder.core.random_ids import TimeOrderedIds
from guilder.core.tables import outbox, writer
from guilder.core.unit_of_work import BusyError, ShuttingDownError
from guilder.core.writership import WriterLostError
from guilder.core.writing import LostUpdateError
from guilder.shared.errors import ConflictError, RefusedError
from tests.core.counters import Core, Counter, counters, steps

T = TypeVar("T")

IDS = TimeOrderedIds()


@pytest.fixture
async def core(database: Database) -> AsyncIterator[Core]:
    async with Core(database) as made:
        yield made


async def until(condition: Callable[[], bool]) -> None:
    """Let the others run until it holds."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


@asynccontextmanager
async def somebody_has_the_turn(core: Core) -> AsyncIterator[None]:
    has_it, gives_it_back = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with core.work:
            has_it.set()
            await gives_it_back.wait()

    holding = asyncio.create_task(hold())
    await has_it.wait()
    yield
    gives_it_back.set()
    await holding


async def raise_counter(core: Core, id: UUID, *, step: str | None = None, refuse: bool = False) -> int:
    """One use case: raise a counter by one. Two of one `step` break a rule of the database."""
    async with core.work:
        counter = await core.counters.get(id)
        counter.raise_by(1)
        core.counters.save(counter, step=step)
        if refuse:
            raise RefusedError
        return counter.value


@contextmanager
def listening(note: Callable[..., None]) -> Iterator[None]:
    """Hear of every statement that is executed."""
    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)


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


async def test_units_that_come_in_one_after_the_other_still_share_the_commit_of_the_first(core: Core) -> None:
    async def one(steps_before: int) -> None:
        for _ in range(steps_before):
            await asyncio.sleep(0)
        async with core.work:
            core.unit.add(steps, {"name": f"after {steps_before}"})

    before = core.database.writes
    await asyncio.gather(*(one(number) for number in range(8)))

    assert core.database.writes - before == 1
    assert len(await core.saved_steps()) == 8


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

    with pytest.raises(DatabaseUnavailableError):
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


async def test_whoever_hears_of_it_hears_that_the_writer_was_replaced_and_nobody_waits_for_ever(
    database: Database,
) -> None:
    deaths: list[BaseException] = []
    core = Core(database)
    await core.committer.start(deaths.append)
    ids = await some_counters(core, 3)
    await core.database.write(lambda connection: connection.execute(update(writer).values(epoch=writer.c.epoch + 1)))
    core.database.gate.clear()
    first = asyncio.create_task(raise_counter(core, ids[0]))
    await until(lambda: core.database.writes == 4)
    waiting = [first, *(asyncio.create_task(raise_counter(core, id)) for id in ids[1:])]
    await until(lambda: core.committer.waiting == 3)
    core.database.gate.set()

    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    assert {type(outcome) for outcome in outcomes} == {WriterLostError}
    assert [type(death) for death in deaths] == [WriterLostError]
    with pytest.raises(ShuttingDownError):
        await raise_counter(core, ids[0])


async def test_a_full_queue_is_busy_before_any_work_is_done(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committer_module, "LONGEST_QUEUE", 3)
    ids = await some_counters(core, 10)
    worked = 0
    core.database.gate.clear()
    in_flight = asyncio.create_task(some_counters(core, 1))
    await until(lambda: core.database.writes == 3)

    async def use_case(id: UUID) -> None:
        nonlocal worked
        async with core.work:
            worked += 1
            counter = await core.counters.get(id)
            counter.raise_by(1)
            core.counters.save(counter)

    async with somebody_has_the_turn(core):
        # All of them find an empty queue, and wait.
        waiting = [asyncio.create_task(use_case(id)) for id in ids]
        await asyncio.sleep(0)
    await until(lambda: sum(task.done() for task in waiting) == 7)
    core.database.gate.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    await in_flight

    assert [type(outcome) for outcome in outcomes].count(BusyError) == 7
    assert worked == 3
    async with core.work:
        core.unit.add(steps, {"name": "again"})
    assert await core.saved_steps() == {"again"}


async def test_who_is_cut_off_while_waiting_for_the_turn_does_not_keep_it(core: Core) -> None:
    ids = await some_counters(core, 3)

    async with somebody_has_the_turn(core):
        waiting = [asyncio.create_task(raise_counter(core, id)) for id in ids]
        await asyncio.sleep(0)
        waiting[0].cancel()

    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(outcome, asyncio.CancelledError) for outcome in outcomes] == [True, False, False]
    assert [await core.saved_value(id) for id in ids] == [0, 1, 1]


async def test_a_unit_that_is_open_at_shutdown_is_refused_and_waits_for_nothing(core: Core) -> None:
    [id] = await some_counters(core, 1)
    is_open, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with core.work:
            counter = await core.counters.get(id)
            counter.raise_by(1)
            core.counters.save(counter)
            is_open.set()
            await go_on.wait()

    opened = asyncio.create_task(slow())
    await is_open.wait()
    waits_for_the_turn = asyncio.create_task(raise_counter(core, id))
    await asyncio.sleep(0)

    await core.committer.close()
    go_on.set()

    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(opened, waits_for_the_turn, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ShuttingDownError, ShuttingDownError]
    assert await core.saved_value(id) == 0


async def test_a_cold_aggregate_waits_until_its_queued_units_are_settled(core: Core) -> None:
    """A refused use case had changed it in memory; what was queued before must not be read too early."""
    [id] = await some_counters(core, 1)
    core.database.gate.clear()
    queued = asyncio.create_task(raise_counter(core, id))
    await until(lambda: core.committer.waiting == 1)
    with pytest.raises(RefusedError):
        await raise_counter(core, id, refuse=True)

    cold = asyncio.create_task(raise_counter(core, id))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not cold.done()
    core.database.gate.set()

    assert list(await asyncio.gather(queued, cold)) == [1, 2]
    assert await core.saved_value(id) == 2


async def test_only_what_was_changed_is_forgotten_after_a_refusal(core: Core) -> None:
    read_only, changed = await some_counters(core, 2)

    with pytest.raises(RefusedError):
        async with core.work:
            await core.counters.get(read_only)
            counter = await core.counters.get(changed)
            counter.raise_by(1)
            raise RefusedError
    await raise_counter(core, read_only)
    assert core.counters.loads == 0

    await raise_counter(core, changed)
    assert core.counters.loads == 1


async def test_a_small_memory_drops_what_was_not_used_for_longest_and_loses_nothing(database: Database) -> None:
    async with Core(database, capacity=3) as core:
        ids = await some_counters(core, 10)

        for _ in range(2):
            await asyncio.gather(*(raise_counter(core, id) for id in ids))

        assert [await core.saved_value(id) for id in ids] == [2] * 10
        async with core.work:
            assert len(core.residents) <= 3


async def test_what_a_unit_has_in_hand_is_not_dropped_for_room(database: Database) -> None:
    async with Core(database, capacity=1) as core:
        ids = await some_counters(core, 3)

        async with core.work:
            loaded = [await core.counters.get(id) for id in ids]
            assert [await core.counters.get(id) for id in ids] == loaded
            assert len(core.residents) == 3
            core.counters.loads = 0
            for counter in loaded:
                counter.raise_by(1)
                core.counters.save(counter)
        assert core.counters.loads == 0

        assert [await core.saved_value(id) for id in ids] == [1] * 3


async def test_updates_of_one_row_in_a_batch_become_one(core: Core) -> None:
    [id] = await some_counters(core, 1)
    updates: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE counters"):
            updates.append(statement)

    core.database.gate.clear()
    waiting = [asyncio.create_task(raise_counter(core, id)) for _ in range(20)]
    await until(lambda: core.committer.waiting == 20)
    with listening(note):
        core.database.gate.set()
        await asyncio.gather(*waiting)

    assert len(updates) <= 2
    row = await core.database.fetch_one(select(counters))
    assert row is not None
    assert (row.value, row.version) == (20, 21)


async def test_a_new_aggregate_that_is_changed_in_the_same_batch_is_inserted_as_it_last_was(core: Core) -> None:
    counter = Counter(IDS.new())
    core.database.gate.clear()

    async def make() -> None:
        async with core.work:
            core.counters.save(counter)

    made = asyncio.create_task(make())
    await until(lambda: core.committer.waiting == 1)
    raised = asyncio.create_task(raise_counter(core, counter.id))
    await until(lambda: core.committer.waiting == 2)
    core.database.gate.set()
    await asyncio.gather(made, raised)

    row = await core.database.fetch_one(select(counters))
    assert row is not None
    assert (row.value, row.version) == (1, 2)


async def test_an_object_that_was_read_outside_does_not_overwrite_a_queued_change(core: Core) -> None:
    """Both are in one batch, where updates of one row become one: the version is checked there, too."""
    [id] = await some_counters(core, 1)
    foreign = await core.counters.get(id)

    async def save_the_foreign_one() -> None:
        async with core.work:
            foreign.raise_by(100)
            core.counters.save(foreign)

    core.database.gate.clear()
    other = asyncio.create_task(some_counters(core, 1))
    await until(lambda: core.database.writes == 3)
    waiting = [asyncio.create_task(raise_counter(core, id)), asyncio.create_task(save_the_foreign_one())]
    await until(lambda: core.committer.waiting == 3)
    core.database.gate.set()
    outcomes = await asyncio.gather(other, *waiting, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes[1:]] == [int, LostUpdateError]
    assert await core.saved_value(id) == 1


async def test_the_order_of_the_outbox_is_the_order_of_turns(core: Core) -> None:
    first, second = await some_counters(core, 2)
    turns = [first, second, second, first, second] * 10

    await asyncio.gather(*(raise_counter(core, id) for id in turns))

    rows = await core.database.fetch_all(select(outbox.c.aggregate_id).order_by(outbox.c.position))
    assert [row.aggregate_id for row in rows] == [str(id) for id in turns]


async def test_a_unit_that_only_read_waits_for_what_it_built_on(core: Core) -> None:
    [id] = await some_counters(core, 1)
    core.database.gate.clear()
    writing = asyncio.create_task(raise_counter(core, id))
    await until(lambda: core.committer.waiting == 1)

    async def look() -> int:
        async with core.work:
            return (await core.counters.get(id)).value

    looking = asyncio.create_task(look())
    await until(lambda: core.committer.waiting == 2)
    assert not looking.done()
    core.database.gate.set()

    assert list(await asyncio.gather(writing, looking)) == [1, 1]


async def test_a_unit_that_only_read_what_failed_fails_with_it(core: Core) -> None:
    [id] = await some_counters(core, 1)
    async with core.work:
        core.unit.add(steps, {"name": "taken"})

    async def look() -> int:
        async with core.work:
            return (await core.counters.get(id)).value

    outcomes = await asyncio.gather(raise_counter(core, id, step="taken"), look(), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [ConflictError, StaleAggregateError]


async def test_failure_spreads_over_everything_that_was_built_on_it_and_no_further(core: Core) -> None:
    """The first changes a; the second builds b on a; the third builds c on b; the fourth has only d."""
    a, b, c, d = await some_counters(core, 4)
    async with core.work:
        core.unit.add(steps, {"name": "taken"})

    async def build(on: UUID, to: UUID) -> None:
        async with core.work:
            below = await core.counters.get(on)
            above = await core.counters.get(to)
            above.raise_by(below.value)
            core.counters.save(above)

    outcomes = await asyncio.gather(
        raise_counter(core, a, step="taken"), build(a, b), build(b, c), build(d, d), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes] == [
        ConflictError,
        StaleAggregateError,
        StaleAggregateError,
        type(None),
    ]
    assert [await core.saved_value(id) for id in (a, b, c, d)] == [0, 0, 0, 0]
    assert await asyncio.gather(*(raise_counter(core, id) for id in (a, b, c, d))) == [1, 1, 1, 1]


async def test_who_changes_what_a_failed_unit_had_only_read_is_not_harmed(core: Core) -> None:
    read, changed = await some_counters(core, 2)
    async with core.work:
        core.unit.add(steps, {"name": "taken"})
    is_changed, go_on = asyncio.Event(), asyncio.Event()

    async def guilty() -> None:
        async with core.work:
            await core.counters.get(read)
            counter = await core.counters.get(changed)
            counter.raise_by(1)
            core.counters.save(counter, step="taken")

    async def good() -> None:
        async with core.work:
            counter = await core.counters.get(read)
            counter.raise_by(1)
            is_changed.set()
            await go_on.wait()
            core.counters.save(counter)

    core.database.gate.clear()
    failing, working = asyncio.create_task(guilty()), asyncio.create_task(good())
    await is_changed.wait()
    core.database.gate.set()
    with pytest.raises(ConflictError):
        await failing
    go_on.set()
    await working

    assert [await core.saved_value(id) for id in (read, changed)] == [1, 0]


async def test_when_the_database_goes_away_while_a_batch_is_split_the_rest_of_it_is_told_so(core: Core) -> None:
    ids = await some_counters(core, 6)
    async with core.work:
        core.unit.add(steps, {"name": "taken"})
    before = core.database.writes
    core.database.gate.clear()
    waiting = [asyncio.create_task(raise_counter(core, id, step="taken" if id == ids[0] else None)) for id in ids]
    await until(lambda: core.committer.waiting == 6)
    goes_away_after_the_first_of_the_split = core.database.write

    async def write(work: Callable[[Connection], T]) -> T:
        core.database.is_away = core.database.writes >= before + 3
        return await goes_away_after_the_first_of_the_split(work)

    core.database.write = write  # type: ignore[method-assign]
    core.database.gate.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    kinds = [type(outcome) for outcome in outcomes]
    assert kinds[0] is ConflictError
    assert set(kinds[1:]) <= {int, DatabaseUnavailableError}
    assert kinds[-1] is DatabaseUnavailableError
    assert core.database.writes <= before + 4


async def test_a_commit_that_lost_only_its_answer_is_a_success(core: Core) -> None:
    [id] = await some_counters(core, 1)
    core.database.lost_answers = 1

    assert await raise_counter(core, id) == 1

    assert await core.saved_value(id) == 1
    assert await raise_counter(core, id) == 2


async def test_a_commit_that_was_lost_with_its_answer_is_refused(core: Core) -> None:
    [id] = await some_counters(core, 1)
    core.database.lost_commits = 1

    with pytest.raises(DatabaseUnavailableError):
        await raise_counter(core, id)

    assert await core.saved_value(id) == 0
    assert await raise_counter(core, id) == 1


async def test_after_an_outcome_that_could_not_be_learned_the_next_one_is_told_truly(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unknown commit was saved; the lost one after it must not be taken for it."""
    [id] = await some_counters(core, 1)
    monkeypatch.setattr(committer_module, "SECONDS_TO_LEARN_AN_OUTCOME", 0)
    core.database.lost_answers = 1
    with pytest.raises(OutcomeUnknownError):
        await raise_counter(core, id)
    monkeypatch.undo()
    await certainty(core)
    core.database.lost_commits = 1

    with pytest.raises(DatabaseUnavailableError):
        await raise_counter(core, id)

    assert await core.saved_value(id) == 1
    assert await raise_counter(core, id) == 2


async def certainty(core: Core) -> None:
    """Returns when the committer knows what became of its last commit."""
    while True:
        try:
            core.committer.check_running()
        except DatabaseUnavailableError:
            await asyncio.sleep(0.01)
        else:
            return


async def test_no_unit_is_taken_until_memory_has_followed_a_commit_that_was_saved_after_all(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    [id] = await some_counters(core, 1)
    reloading, may_end = asyncio.Event(), asyncio.Event()

    async def reload() -> None:
        reloading.set()
        await may_end.wait()

    core.committer.when_behind(reload)
    monkeypatch.setattr(committer_module, "SECONDS_TO_LEARN_AN_OUTCOME", 0)
    core.database.lost_answers = 1
    with pytest.raises(OutcomeUnknownError):
        await raise_counter(core, id)
    monkeypatch.undo()
    await reloading.wait()

    with pytest.raises(DatabaseUnavailableError):
        await raise_counter(core, id)

    may_end.set()
    await certainty(core)
    assert await raise_counter(core, id) == 2


async def test_the_commit_of_another_writer_is_not_taken_for_ones_own(core: Core, database: Database) -> None:
    [id] = await some_counters(core, 1)
    core.database.lost_commits = 1
    successor = Core(database)
    lost = core.database._write_and_undo

    async def lose_it_and_be_replaced(work: Callable[[Connection], T]) -> None:
        await lost(work)
        await successor.committer.start()
        async with successor.work:
            successor.unit.add(steps, {"name": "of the successor"})

    core.database._write_and_undo = lose_it_and_be_replaced  # type: ignore[method-assign]
    with pytest.raises(WriterLostError):
        await raise_counter(core, id)

    assert await core.saved_value(id) == 0
    await successor.committer.close()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_commit_that_the_server_is_still_at_is_waited_for(
    core: Core, database: Database, postgres_url: str
) -> None:
    """The connection broke, and the server commits a moment later: asked too early, it would say no."""
    [id] = await some_counters(core, 1)
    holder = PostgresDatabase(postgres_url)
    await holder.fetch_one(text("SELECT pg_advisory_lock(7)"))
    server_side: list[asyncio.Task[None]] = []
    at_the_lock = asyncio.Event()
    ordinary = core.database.write

    async def write_and_lose_touch(work: Callable[[Connection], T]) -> T:
        core.database.write = ordinary  # type: ignore[method-assign]
        loop = asyncio.get_running_loop()

        def slow(connection: Connection) -> None:
            work(connection)
            loop.call_soon_threadsafe(at_the_lock.set)
            connection.execute(text("SELECT pg_advisory_xact_lock(7)"))

        server_side.append(asyncio.create_task(database.write(slow)))
        await at_the_lock.wait()
        raise OutcomeUnknownError

    core.database.write = write_and_lose_touch  # type: ignore[method-assign]
    waiting = asyncio.create_task(raise_counter(core, id))
    await at_the_lock.wait()
    waits_for_a_row = text("SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted")
    while not waiting.done() and await database.fetch_one(waits_for_a_row) is None:
        await asyncio.sleep(0)
    await holder.aclose()

    assert await waiting == 1
    await asyncio.gather(*server_side)
    assert await core.saved_value(id) == 1


async def test_a_use_case_of_the_core_cannot_join_the_unit_of_another_room(core: Core) -> None:
    """Its rows would go past the core's writer, and past what that writer has in memory."""
    [id] = await some_counters(core, 1)

    with pytest.raises(UnitMisusedError):
        async with core.plain:
            await raise_counter(core, id)

    assert await core.saved_value(id) == 0
    assert await raise_counter(core, id) == 1


async def test_an_empty_unit_costs_no_commit(core: Core) -> None:
    [id] = await some_counters(core, 1)
    before = core.database.writes

    async with core.work:
        await core.counters.get(id)

    assert core.database.writes == before


async def test_settled_waits_for_all_that_is_queued_and_for_nothing_else(core: Core) -> None:
    ids = await some_counters(core, 5)
    await core.committer.settled()
    core.database.gate.clear()
    waiting = [asyncio.create_task(raise_counter(core, id)) for id in ids]
    await until(lambda: core.committer.waiting == 5)

    settling = asyncio.create_task(core.committer.settled())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not settling.done()
    core.database.gate.set()
    await settling

    assert [await core.saved_value(id) for id in ids] == [1] * 5
    await asyncio.gather(*waiting)


async def test_a_unit_of_notes_alone_is_written(core: Core) -> None:
    async with core.work:
        core.unit.note(AuditNote("system", "looked", None, {}))

    row = await core.database.fetch_one(text("SELECT count(*) FROM core_audit_notes"))
    assert row is not None
    assert row[0] == 1


async def test_nobody_is_warned_of_a_unit_that_failed_after_its_request_was_cut_off(core: Core) -> None:
    """The first of two units, handed over without an answer; no `Idempotency-Key` looks after it."""
    heard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: heard.append(told))
    [id] = await some_counters(core, 1)
    await raise_counter(core, id, step="taken")

    async def request() -> None:
        async with AnswerScope() as scope:
            await raise_counter(core, id, step="taken")
            await raise_counter(core, id)
        await scope.settle()

    cut_off = asyncio.create_task(request())
    await asyncio.sleep(0)
    cut_off.cancel()
    await asyncio.wait([cut_off])
    await core.committer.settled()
    del cut_off
    await asyncio.sleep(0.01)
    gc.collect()

    assert heard == []
