"""Finding one's orders again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guilder.bootstrap.house import House
from tests.houses import Resident, a_house, a_resident, an_admin, settings_for

LIMIT: dict[str, Any] = {"order_type": "limit", "limit_price": "1.00", "time_in_force": "gtc"}


@pytest.fixture
async def house(tmp_path: Path, database_url: str | None) -> AsyncIterator[House]:
    start = datetime(2010, 1, 5, 15, tzinfo=UTC)
    async with a_house(settings_for(tmp_path, database_url, market_mode="replay", replay_start=start)) as opened:
        yield opened


@pytest.fixture
async def ada(house: House) -> AsyncIterator[Resident]:
    async with an_admin(house) as resident:
        yield resident


async def test_orders_are_filtered_by_side_by_when_they_were_placed_and_by_name(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    first = await ada.place(portfolio_id, client_order_id="first")
    await ada.call("POST", "/v1/clock/advance", 200, {"by": "1h"})
    second = await ada.place(portfolio_id, **LIMIT)
    third = await ada.place(portfolio_id, side="sell", order_type="limit", limit_price="900.00")

    async def found(**query: Any) -> list[str]:
        return [order["id"] for order in (await ada.get("/v1/orders", **query))["items"]]

    assert await found() == [third["id"], second["id"], first["id"]]
    assert await found(side="sell") == [third["id"]]
    assert await found(side="buy", status="open") == [second["id"]]
    assert await found(after="2010-01-05T15:00:00Z") == [third["id"], second["id"]]
    assert await found(until="2010-01-05T16:00:00Z") == [first["id"]]
    assert await found(after="2010-01-05", until="2010-01-06", side="buy", limit=1) == [second["id"]]
    assert await found(client_order_id="first") == [first["id"]]
    assert await found(client_order_id="nothing") == []
    await ada.refused("GET", "/v1/orders?after=yesterday", 422, "validation_failed")


async def test_an_order_is_found_by_the_name_its_owner_gave_it(ada: Resident, house: House) -> None:
    portfolio_id = await ada.portfolio()
    order = await ada.place(portfolio_id, client_order_id="first of all")
    path = "/v1/orders/by-client-order-id"

    assert await ada.get(path, portfolio_id=portfolio_id, client_order_id="first of all") == order
    await ada.refused("GET", f"{path}?portfolio_id={portfolio_id}&client_order_id=none", 404, "order_not_found")
    async with a_resident(house, "eve@example.com") as eve:
        query = f"portfolio_id={portfolio_id}&client_order_id=first of all"
        await eve.refused("GET", f"{path}?{query}", 404, "portfolio_not_found")
