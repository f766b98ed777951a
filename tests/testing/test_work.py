"""The unit of work in memory opens, joins and ends as the real one does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from guilder.core.audit_chain import AuditNote
from guilder.core.database import Database
from guilder.core.open_unit import UnitMisusedError
from guilder.core.tables import audit_notes
from guilder.core.unit import Unit
from guilder.core.unit_of_work import UnitOfWork
from guilder.shared.errors import ConflictError
from guilder.testing import InMemoryUnitOfWork
from tests.testing.databases import SQLITE, a_database, plain_work

A_NOTE = AuditNote("system", "tried", None, {})


@dataclass(frozen=True)
class Workshop:
    """A unit of work, and how many notes were committed through it."""

    work: UnitOfWork
    committed: Callable[[], Awaitable[int]]


@pytest.fixture(params=["memory", SQLITE])
async def workshop(request: pytest.FixtureRequest) -> AsyncIterator[Workshop]:
    if request.param == "memory":
        work = InMemoryUnitOfWork()

        async def noted() -> int:
            return len(work.notes)

        yield Workshop(work, noted)
        return
    async with a_database(SQLITE, request) as database:
        yield Workshop(plain_work(database), lambda: _count(database))


async def _count(database: Database) -> int:
    row = await database.fetch_one(select(func.count()).select_from(audit_notes))
    return 0 if row is None else int(row[0])


async def test_what_a_block_says_is_committed_at_its_end(workshop: Workshop) -> None:
    async with workshop.work:
        Unit().note(A_NOTE)
        assert await workshop.committed() == 0

    assert await workshop.committed() == 1


async def test_an_error_in_a_block_commits_nothing_and_goes_on_to_the_caller(workshop: Workshop) -> None:
    with pytest.raises(ZeroDivisionError):
        async with workshop.work:
            Unit().note(A_NOTE)
            raise ZeroDivisionError

    assert await workshop.committed() == 0
    assert not Unit().is_open


async def test_a_block_in_a_block_is_part_of_it(workshop: Workshop) -> None:
    with pytest.raises(ZeroDivisionError):
        async with workshop.work:
            async with workshop.work:
                Unit().note(A_NOTE)
            raise ZeroDivisionError

    assert await workshop.committed() == 0


async def test_a_block_without_a_change_is_nothing_to_commit(workshop: Workshop) -> None:
    async with workshop.work:
        pass

    assert await workshop.committed() == 0


async def test_another_task_cannot_join(workshop: Workshop) -> None:
    async def join() -> None:
        async with workshop.work:
            pass

    async with workshop.work:
        with pytest.raises(UnitMisusedError):
            await asyncio.create_task(join())


async def test_tasks_side_by_side_have_units_of_their_own(workshop: Workshop) -> None:
    async def note(fails: bool) -> None:
        async with workshop.work:
            Unit().note(A_NOTE)
            await asyncio.sleep(0)
            if fails:
                raise ZeroDivisionError

    outcomes = await asyncio.gather(*(note(number % 2 == 0) for number in range(6)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [ZeroDivisionError, type(None)] * 3
    assert await workshop.committed() == 3


async def test_commits_and_rollbacks_are_counted() -> None:
    work = InMemoryUnitOfWork()
    async with work, work:
        pass
    with pytest.raises(ZeroDivisionError):
        async with work:
            raise ZeroDivisionError

    assert (work.commits, work.rollbacks) == (1, 1)


async def test_a_commit_that_was_planned_to_fail_does_and_the_next_does_not() -> None:
    work = InMemoryUnitOfWork()
    work.faults.fail_next(ConflictError())
    told: list[str] = []

    with pytest.raises(ConflictError):
        async with work:
            Unit().note(A_NOTE)
            Unit().when_failed(lambda: told.append("failed"))
    async with work:
        Unit().note(A_NOTE)

    assert (work.commits, work.rollbacks, work.notes, told) == (1, 1, [A_NOTE], ["failed"])
