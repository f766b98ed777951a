"""A commit that was saved though nobody could learn it in time: what was worked is not worked again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from guilder.bootstrap.house import House
from guilder.core import committer as committer_module
from guilder.core.committer import Committer
from guilder.core.database import Database, DatabaseUnavailableError, OutcomeUnknownError
from tests.houses import Resident, a_house, an_admin, settings_for

OPEN = datetime(2010, 1, 4, 14, 40, tzinfo=UTC)


class Losing:
    """A database whose next commit is saved, though its answer is lost, and which then is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_away = False

    async def write(self, work: Callable[[Connection], Any]) -> Any:
        if self._is_away:
            raise DatabaseUnavailableError
        self._is_away = True
        await self._database.write(work)
        raise OutcomeUnknownError


@asynccontextmanager
async def the_answer_to_a_commit_is_lost(house: House) -> AsyncIterator[None]:
    committer: Any = house.container.get(Committer)
    database = committer._database
    committer._database = Losing(database)
    yield
    committer._database = database
    while not is_sure(committer):
        await asyncio.sleep(0.01)


def is_sure(committer: Committer) -> bool:
    try:
        committer.check_running()
    except DatabaseUnavailableError:
        return False
    return True


@asynccontextmanager
async def a_replay(folder: Path) -> AsyncIterator[tuple[Resident, Any]]:
    """Somebody who advances a replay by half an hour, in which a large order is filled in parts; no answer comes."""
    settings = settings_for(folder, market_mode="replay", replay_start=OPEN)
    async with a_house(settings) as house, an_admin(house) as ada:
        portfolio_id = await ada.portfolio(cash="900000000", fill_profile="realistic")
        order = await ada.place(portfolio_id, quantity="1000000")
        async with the_answer_to_a_commit_is_lost(house):
            await ada.call("POST", "/v1/clock/advance", 503, {"by": "30m"})
        yield ada, order


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committer_module, "SECONDS_TO_LEARN_AN_OUTCOME", 0.1)


async def test_a_market_stands_where_it_was_saved(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as (ada, order):
        found = await ada.get(f"/v1/orders/{order['id']}")

        assert (await ada.get("/v1/clock"))["now"] >= found["updated_at"]
        await ada.call("POST", "/v1/clock/advance", 200, {"by": "1m"})


async def test_an_advance_that_was_saved_is_not_worked_again(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as (ada, order):
        await ada.call("POST", "/v1/clock/advance", 200, {"by": "30m"})

        found = await ada.get(f"/v1/orders/{order['id']}")
        instants = [execution["at"] for execution in found["executions"]]
        assert instants == sorted(set(instants))
