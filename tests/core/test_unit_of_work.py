"""What every adapter of `UnitOfWork` promises, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from guilder.core import committer, plain_commit
from guilder.core.answer_scope import AnswerScope
from guilder.core.audit_chain import AuditNote, Head, verify
from guilder.core.database import Database, DatabaseUnavailableError
from guilder.core.open_unit import StaleAggregateError, UnitMisusedError
from guilder.core.random_ids import TimeOrderedIds
from guilder.core.tables import audit_heads, audit_notes, outbox
from guilder.core.unit_of_work import BusyError, ShuttingDownError, UnitOfWork
from guilder.shared.errors import ConflictError, RefusedError
from guilder.testing import FakeClock
from tests.core.counters import Core, Counter, metadata, steps
from tests.databases import a_database

IDS = TimeOrderedIds()


@pytest.fixture
async def core(database: Database) -> AsyncIterator[Core]:
    async with Core(database) as made:
        yield made


@pytest.fixture(params=["plain", "group"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def work(way: str, core: Core) -> UnitOfWork:
    return core.plain if way == "plain" else core.work


@pytest.fixture
def close(way: str, core: Core) -> Callable[[], Awaitable[None]]:
    """How this way of committing is shut down."""
    return core.plain.close if way == "plain" else core.committer.close


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


async def test_a_task_that_was_begun_inside_a_block_and_outlives_it_has_units_of_its_own(
    core: Core, work: UnitOfWork
) -> None:
    go_on = asyncio.Event()

    async def child() -> None:
        await go_on.wait()
        async with work:
            core.unit.add(steps, {"name": "of the child"})

    async with work:
        outliving = asyncio.create_task(child())
        core.unit.add(steps, {"name": "of the parent"})
    go_on.set()
    await outliving

    assert await core.saved_steps() == {"of the parent", "of the child"}


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


async def test_a_unit_whose_commit_failed_is_told_so_and_the_next_one_succeeds(core: Core, work: UnitOfWork) -> None:
    counter = await a_saved_counter(core, work)

    async def raise_it() -> int:
        async with work:
            loaded = await core.counters.get(counter.id)
            loaded.raise_by(1)
            core.counters.save(loaded)
            return loaded.value

    core.database.is_away = True
    with pytest.raises(DatabaseUnavailableError):
        await raise_it()
    core.database.is_away = False

    assert await core.saved_value(counter.id) == 0
    assert await raise_it() == 1
    assert await core.saved_value(counter.id) == 1


async def test_of_units_at_once_a_broken_one_fails_and_the_others_are_saved(core: Core, work: UnitOfWork) -> None:
    counters = [await a_saved_counter(core, work) for _ in range(5)]
    async with work:
        core.unit.add(steps, {"name": "taken"})

    async def raise_it(number: int) -> None:
        async with work:
            loaded = await core.counters.get(counters[number].id)
            loaded.raise_by(1)
            core.counters.save(loaded, step="taken" if number == 2 else f"step {number}")

    outcomes = await asyncio.gather(*(raise_it(number) for number in range(5)), return_exceptions=True)

    assert [isinstance(outcome, ConflictError) for outcome in outcomes] == [False, False, True, False, False]
    assert [await core.saved_value(counter.id) for counter in counters] == [1, 1, 0, 1, 1]
    assert await core.saved_steps() == {"taken", "step 0", "step 1", "step 3", "step 4"}


async def test_when_too_many_units_wait_a_further_one_is_busy_before_any_work_is_done(
    core: Core, work: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (committer, plain_commit):
        monkeypatch.setattr(module, "LONGEST_QUEUE", 3)
    begun: list[str] = []

    async def add(name: str) -> None:
        async with work:
            begun.append(name)
            core.unit.add(steps, {"name": name})

    core.database.gate.clear()
    waiting: list[asyncio.Task[None]] = []
    with pytest.raises(BusyError):
        for number in range(10):
            async with work:
                pass
            waiting.append(asyncio.create_task(add(f"step {number}")))
            await rest()
    with pytest.raises(BusyError):
        await add("too many")
    assert len(waiting) >= 3
    core.database.gate.set()
    await asyncio.gather(*waiting)

    assert begun == [f"step {number}" for number in range(len(waiting))]
    await add("again")
    assert await core.saved_steps() == {*begun}


async def test_at_shutdown_units_that_wait_are_finished_and_no_further_one_is_begun(
    core: Core, work: UnitOfWork, close: Callable[[], Awaitable[None]]
) -> None:
    begun: list[str] = []

    async def add(name: str) -> None:
        async with work:
            begun.append(name)
            core.unit.add(steps, {"name": name})

    core.database.gate.clear()
    waiting = [asyncio.create_task(add(f"step {number}")) for number in range(5)]
    await rest()
    closing = asyncio.ensure_future(close())
    await rest()
    with pytest.raises(ShuttingDownError):
        await add("too late")
    assert not closing.done()
    core.database.gate.set()
    await asyncio.gather(*waiting, closing)

    assert await core.saved_steps() == {*begun} == {f"step {number}" for number in range(5)}


async def test_a_unit_that_is_open_at_shutdown_is_refused_and_leaves_nothing(
    core: Core, work: UnitOfWork, close: Callable[[], Awaitable[None]]
) -> None:
    with pytest.raises(ShuttingDownError):
        async with work:
            core.unit.add(steps, {"name": "never"})
            await close()

    assert await core.saved_steps() == set()


async def rest() -> None:
    """Let the others come as far as they can without the database."""
    for _ in range(10):
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


async def test_whoever_settles_passes_the_turn_on_before_he_waits(core: Core, work: UnitOfWork) -> None:
    async with AnswerScope() as scope, work:
        core.unit.add(steps, {"name": "first"})

    settled = scope.settle(steps, {"name": "the answer"})
    async with asyncio.timeout(10), work:
        core.unit.add(steps, {"name": "next"})
    await settled

    assert await core.saved_steps() == {"first", "the answer", "next"}


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


async def test_a_use_case_that_is_cut_off_inside_the_block_writes_nothing_and_holds_nobody_up(
    core: Core, work: UnitOfWork
) -> None:
    counter = await a_saved_counter(core, work)
    is_inside = asyncio.Event()

    async def never_ends() -> None:
        async with work:
            loaded = await core.counters.get(counter.id)
            loaded.raise_by(1)
            core.counters.save(loaded, step="never")
            is_inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ends())
    await is_inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(10), work:
        assert (await core.counters.get(counter.id)).value == 0
    assert await core.saved_steps() == set()


async def test_what_a_refused_inner_block_had_saved_is_never_written(core: Core, work: UnitOfWork) -> None:
    counter = await a_saved_counter(core, work)

    async def change_and_refuse() -> None:
        async with work:
            loaded = await core.counters.get(counter.id)
            loaded.raise_by(1)
            core.counters.save(loaded)
            raise RefusedError

    with pytest.raises(UnitMisusedError):
        async with work:
            with pytest.raises(RefusedError):
                await change_and_refuse()
            core.unit.add(steps, {"name": "never"})

    async with work:
        assert (await core.counters.get(counter.id)).value == 0
    assert await core.saved_value(counter.id) == 0
    assert await core.saved_steps() == set()


async def test_an_inner_block_that_is_refused_before_it_saved_anything_harms_nobody(
    core: Core, work: UnitOfWork
) -> None:
    async def refuse() -> None:
        async with work:
            raise RefusedError

    async with work:
        core.unit.add(steps, {"name": "before"})
        with pytest.raises(RefusedError):
            await refuse()
        core.unit.add(steps, {"name": "after"})

    assert await core.saved_steps() == {"before", "after"}


async def test_a_change_that_is_not_saved_is_a_mistake_and_nobody_sees_it(core: Core, work: UnitOfWork) -> None:
    counter = await a_saved_counter(core, work)

    with pytest.raises(UnitMisusedError):
        async with work:
            (await core.counters.get(counter.id)).raise_by(1)

    async with work:
        assert (await core.counters.get(counter.id)).value == 0


async def test_an_aggregate_of_a_unit_that_came_to_nothing_cannot_be_saved_again(core: Core, work: UnitOfWork) -> None:
    """It carries the changes of that unit, and its events and rows are gone with it."""
    counter = Counter(IDS.new())
    async with work:
        core.unit.add(steps, {"name": "taken"})

    with pytest.raises(ConflictError):
        async with work:
            core.counters.save(counter, step="taken")
    with pytest.raises(StaleAggregateError):
        async with work:
            core.counters.save(counter)

    assert await core.saved_value(counter.id) is None


async def test_after_a_lost_race_saving_the_same_object_again_does_not_overwrite_the_winner(core: Core) -> None:
    counter = await a_saved_counter(core, core.plain)
    mine = await core.counters.get(counter.id)
    async with core.plain:
        winner = await core.counters.get(counter.id)
        winner.raise_by(5)
        core.counters.save(winner)

    for _ in range(2):
        with pytest.raises(ConflictError):
            async with core.plain:
                mine.raise_by(1)
                core.counters.save(mine)

    assert await core.saved_value(counter.id) == 5


async def test_rows_that_hang_on_an_aggregate_are_not_written_when_its_version_lost(core: Core) -> None:
    counter = await a_saved_counter(core, core.plain)
    mine = await core.counters.get(counter.id)
    async with core.plain:
        winner = await core.counters.get(counter.id)
        winner.raise_by(5)
        core.counters.save(winner, label="of the winner")

    with pytest.raises(ConflictError):
        async with core.plain:
            mine.raise_by(1)
            core.counters.save(mine, step="never", label="of the loser")

    assert await core.saved_label(counter.id) == "of the winner"
    assert await core.saved_steps() == set()


async def test_the_last_of_what_a_unit_keeps_under_a_key_stays(core: Core, work: UnitOfWork) -> None:
    counter = await a_saved_counter(core, work)

    async with work:
        loaded = await core.counters.get(counter.id)
        for label in ("first", "last"):
            loaded.raise_by(1)
            core.counters.save(loaded, label=label)

    assert await core.saved_label(counter.id) == "last"
    assert await core.saved_value(counter.id) == 2


async def test_what_must_happen_when_a_unit_is_queued_happens_before_the_caller_hears(
    core: Core, work: UnitOfWork
) -> None:
    told: list[str] = []

    async with work:
        core.unit.add(steps, {"name": "one"})
        core.unit.when_queued(lambda: told.append("queued"))
        core.unit.when_failed(lambda: told.append("failed"))
        assert told == []

    assert told == ["queued"]


async def test_what_must_happen_when_a_unit_fails_happens_before_the_caller_hears(core: Core, work: UnitOfWork) -> None:
    told: list[str] = []
    async with work:
        core.unit.add(steps, {"name": "taken"})

    with pytest.raises(ConflictError):
        async with work:
            core.unit.add(steps, {"name": "taken"})
            core.unit.when_queued(lambda: told.append("queued"))
            core.unit.when_failed(lambda: told.append("failed"))

    assert told == ["queued", "failed"]


async def test_a_follower_that_breaks_takes_the_unit_with_it_and_holds_nobody_up(core: Core, work: UnitOfWork) -> None:
    undone: list[str] = []

    def break_down() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        async with work:
            core.unit.add(steps, {"name": "never"})
            core.unit.when_queued(break_down)
            core.unit.when_failed(lambda: undone.append("undone"))

    async with asyncio.timeout(10), work:
        core.unit.add(steps, {"name": "next"})
    assert await core.saved_steps() == {"next"}
    assert undone == ["undone"]


async def test_a_request_that_is_cut_off_while_its_unit_is_parked_writes_nothing_and_holds_nobody_up(
    core: Core, work: UnitOfWork
) -> None:
    counter = await a_saved_counter(core, work)
    is_parked = asyncio.Event()

    async def never_answers() -> None:
        async with AnswerScope():
            async with work:
                loaded = await core.counters.get(counter.id)
                loaded.raise_by(1)
                core.counters.save(loaded)
            is_parked.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_answers())
    await is_parked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(10), work:
        assert (await core.counters.get(counter.id)).value == 0
    assert await core.saved_value(counter.id) == 0


async def test_two_tasks_of_one_request_do_not_wait_for_each_other_for_ever(core: Core, work: UnitOfWork) -> None:
    counters = [await a_saved_counter(core, work) for _ in range(3)]

    async def raise_one(counter: Counter) -> None:
        async with work:
            loaded = await core.counters.get(counter.id)
            await asyncio.sleep(0)
            loaded.raise_by(1)
            core.counters.save(loaded)

    async with asyncio.timeout(10), AnswerScope() as scope:
        await asyncio.gather(*(raise_one(counter) for counter in counters))
        await scope.settle(steps, {"name": "the answer"})

    assert [await core.saved_value(counter.id) for counter in counters] == [1, 1, 1]
    assert await core.saved_steps() == {"the answer"}


async def test_a_unit_that_ends_after_its_request_was_answered_is_written_all_the_same(
    core: Core, work: UnitOfWork
) -> None:
    go_on = asyncio.Event()

    async def straggle() -> None:
        await go_on.wait()
        async with work:
            core.unit.add(steps, {"name": "late"})

    async with AnswerScope() as scope:
        straggler = asyncio.create_task(straggle())
        await asyncio.sleep(0)
    await scope.settle()
    go_on.set()
    await straggler

    async with asyncio.timeout(10), work:
        core.unit.add(steps, {"name": "next"})
    assert await core.saved_steps() == {"late", "next"}


async def test_when_the_first_of_two_units_cannot_be_written_the_second_does_not_begin(
    core: Core, work: UnitOfWork
) -> None:
    async with work:
        core.unit.add(steps, {"name": "taken"})

    async with AnswerScope() as scope:
        async with work:
            core.unit.add(steps, {"name": "taken"})
        with pytest.raises(ConflictError):
            async with work:
                core.unit.add(steps, {"name": "second"})
        with pytest.raises(ConflictError):
            await scope.settle()

    async with asyncio.timeout(10), work:
        core.unit.add(steps, {"name": "next"})
    assert await core.saved_steps() == {"taken", "next"}


async def test_instants_of_recording_never_go_back_though_the_clock_does(database: Database) -> None:
    clock = FakeClock()
    async with Core(database, clock=clock) as core:
        for work in (core.work, core.plain):
            for action, step in (("one", timedelta()), ("two", timedelta(hours=-1)), ("three", timedelta(hours=2))):
                clock.advance(step)
                async with work:
                    core.unit.note(AuditNote("system", action, None, {}))

        rows = await database.fetch_all(select(audit_notes).order_by(audit_notes.c.chain, audit_notes.c.number))
    for chain in ("core", "rooms"):
        recorded = [row.recorded_at for row in rows if row.chain == chain]
        assert len(recorded) == 3
        assert recorded == sorted(recorded)


async def test_two_processes_that_note_at_once_make_one_whole_chain(
    database: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if database.dialect_name == "postgresql" else None
    async with (
        Core(database) as one,
        a_database(database.dialect_name, tmp_path, url, metadata) as same_books,
        Core(same_books) as other,
    ):

        async def note(core: Core, number: int) -> None:
            async with core.plain:
                core.unit.note(AuditNote("system", "noted", None, {"number": str(number)}))

        await asyncio.gather(*(note(core, number) for number in range(20) for core in (one, other)))

        rows = await database.fetch_all(select(audit_notes).order_by(audit_notes.c.number))
        head = await database.fetch_one(select(audit_heads).where(audit_heads.c.chain == "rooms"))
    assert head is not None
    assert len(rows) == 40
    assert verify("rooms", (dict(row._mapping) for row in rows), Head(head.number, head.hash)) is None
