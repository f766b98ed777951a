"""Many units of one use case, each for itself."""

from __future__ import annotations

from guilder.core.answer_scope import AnswerScope
from guilder.core.batch import SeparateUnits
from guilder.core.current_answer import without_answer
from guilder.core.database import Database
from guilder.shared.errors import ConflictError
from tests.core.counters import Core, steps


async def leave_a_step(core: Core, name: str) -> None:
    async with core.work:
        core.unit.add(steps, {"name": name})


async def test_all_are_durable_when_the_block_is_left(database: Database) -> None:
    async with Core(database) as core:
        async with SeparateUnits() as units:
            for number in range(50):
                await leave_a_step(core, str(number))

        assert await core.saved_steps() == {str(number) for number in range(50)}
        assert [outcome.exception() for outcome in units.outcomes] == [None] * 50


async def test_they_share_commits(database: Database) -> None:
    async with Core(database) as core:
        core.database.gate.clear()
        before = core.database.writes
        async with SeparateUnits():
            for number in range(10):
                await leave_a_step(core, str(number))
            core.database.gate.set()

        assert core.database.writes - before <= 2


async def test_one_that_cannot_be_written_harms_no_other(database: Database) -> None:
    async with Core(database) as core:
        async with SeparateUnits() as units:
            for name in ("a", "b", "a", "c"):
                await leave_a_step(core, name)

        failures = [outcome.exception() for outcome in units.outcomes]
        assert [type(failure) for failure in failures] == [type(None), type(None), ConflictError, type(None)]
        assert await core.saved_steps() == {"a", "b", "c"}


async def test_without_an_answer_they_are_written_as_they_come(database: Database) -> None:
    async with Core(database) as core, AnswerScope() as scope:
        with without_answer():
            async with SeparateUnits():
                await leave_a_step(core, "one")
                await leave_a_step(core, "two")

        assert await core.saved_steps() == {"one", "two"}
        assert not scope.has_unit
