"""What portfolios had of the volume: kept with the executions, and known after a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from guilder.core.plain_commit import PlainCommit
from guilder.core.unit import Unit
from guilder.trading.infrastructure import tables
from guilder.trading.infrastructure.sql_volume_repository import SqlVolumeRepository
from tests.builders import AAPL, AN_HOUR, IBM, OPENS_AT, PORTFOLIO, shares
from tests.testing.databases import POSTGRES, SQLITE, a_database, plain_work


class Volumes:
    """The repository and a unit of work upon one database."""

    def __init__(self, work: PlainCommit, repository: SqlVolumeRepository) -> None:
        self.work = work
        self.repository = repository

    async def take(self, quantity: str, *, hours: int = 0) -> None:
        async with self.work:
            taken = await self.repository.get(PORTFOLIO, AAPL)
            taken.take(shares(quantity), OPENS_AT + AN_HOUR * hours)
            self.repository.save(taken)


@pytest.fixture(params=[SQLITE, POSTGRES])
async def volumes(request: pytest.FixtureRequest) -> AsyncIterator[Volumes]:
    async with a_database(request.param, request, tables.metadata) as database:
        yield Volumes(plain_work(database), SqlVolumeRepository(database, Unit()))


async def test_nothing_is_taken_at_first(volumes: Volumes) -> None:
    assert (await volumes.repository.get(PORTFOLIO, AAPL)).taken_in(OPENS_AT) == shares("0")


async def test_what_is_taken_in_a_span_adds_up_and_the_next_span_begins_anew(volumes: Volumes) -> None:
    await volumes.take("3")
    await volumes.take("4")

    first = await volumes.repository.get(PORTFOLIO, AAPL)
    assert (first.taken_in(OPENS_AT), first.taken_in(OPENS_AT + AN_HOUR)) == (shares("7"), shares("0"))

    await volumes.take("2", hours=1)
    assert (await volumes.repository.get(PORTFOLIO, AAPL)).taken_in(OPENS_AT + AN_HOUR) == shares("2")


async def test_every_symbol_has_a_volume_of_its_own(volumes: Volumes) -> None:
    await volumes.take("3")

    assert (await volumes.repository.get(PORTFOLIO, IBM)).taken_in(OPENS_AT) == shares("0")
