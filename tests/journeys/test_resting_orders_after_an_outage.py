"""Orders that rest through an outage of the database are worked after it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.util import await_only

from guilder.core.database import Database, DatabaseUnavailableError
from tests.houses import a_house, an_admin, settings_for
from tests.postgres import Keeper, PostgresServer, knock

OPEN = datetime(2010, 1, 4, 14, 30, tzinfo=UTC)


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    keeper = Keeper()
    yield knock(keeper.folder)
    keeper.close()


async def test_an_order_that_rested_while_the_database_was_away_is_filled_afterwards(
    own_server: PostgresServer, tmp_path: Path
) -> None:
    url = own_server.url(own_server.create_database())
    settings = settings_for(tmp_path, url, market_mode="replay", replay_start=OPEN)
    async with a_house(settings) as house, an_admin(house) as ada:
        portfolio_id = await ada.portfolio()
        resting = await ada.place(portfolio_id, order_type="limit", limit_price="212.50", quantity="10")
        await ada.call("POST", "/v1/markets/main/resume", 200)
        holding, never = asyncio.Event(), asyncio.Event()

        def lock(connection: Connection) -> None:
            connection.execute(text("LOCK TABLE core_writer IN EXCLUSIVE MODE"))
            holding.set()
            await_only(never.wait())

        async def hold() -> None:
            with suppress(DatabaseUnavailableError):
                await house.container.get(Database).write(lock)

        held = asyncio.create_task(hold())
        await holding.wait()
        placing = asyncio.create_task(ada.place(portfolio_id, 503))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(own_server.stop)
        await placing
        await asyncio.sleep(4)  # the market's rounds meet a database that is away
        await asyncio.to_thread(knock, Path(own_server.folder))
        never.set()
        await held

        await ada.call("POST", "/v1/markets/main/pause", 200)
        await ada.call("POST", "/v1/clock/advance", 200, {"sessions": 1})

        assert (await ada.get(f"/v1/orders/{resting['id']}"))["status"] == "filled"
