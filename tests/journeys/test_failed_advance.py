"""An advance that could not be saved takes nothing from the orders that come after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from guilder.bootstrap.house import House
from guilder.core.committer import Committer
from guilder.core.database import DatabaseUnavailableError
from tests.houses import a_house, an_admin, settings_for

OPEN = datetime(2010, 1, 4, 14, 30, tzinfo=UTC)


class Away:
    """A database that nothing can be written into."""

    async def write(self, _work: Callable[[Connection], Any]) -> Any:
        raise DatabaseUnavailableError


@asynccontextmanager
async def the_database_away(house: House) -> AsyncIterator[None]:
    committer: Any = house.container.get(Committer)
    database, committer._database = committer._database, Away()
    yield
    committer._database = database


async def test_an_order_placed_after_an_advance_that_failed_is_worked_from_where_it_was_placed(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, market_mode="replay", replay_start=OPEN)
    async with a_house(settings) as house, an_admin(house) as ada:
        portfolio_id = await ada.portfolio()
        await ada.place(portfolio_id, order_type="limit", limit_price="1", time_in_force="gtc")
        async with the_database_away(house):
            await ada.call("POST", "/v1/clock/advance", 503, {"to": "2010-01-04T20:00:00Z"})

        order = await ada.place(portfolio_id, order_type="limit", limit_price="212.50")
        await ada.call("POST", "/v1/clock/advance", 200, {"to": "2010-01-04T20:00:00Z"})

        found = await ada.get(f"/v1/orders/{order['id']}")
        assert [execution["at"] for execution in found["executions"]] == ["2010-01-04T16:55:06.571429Z"]
