"""A refused request takes nothing from the orders that rest: what was worked in its unit is worked again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guilder.bootstrap import house as house_module
from guilder.bootstrap.container import setup_container
from guilder.bootstrap.house import House
from guilder.core.clock import Clock
from guilder.core.settings import Settings
from guilder.testing import FakeClock
from tests.houses import a_resident, settings_for

EVENING = datetime(2026, 11, 25, 18, tzinfo=UTC)
AFTER_MIDNIGHT = datetime(2026, 11, 26, 0, 0, 5, tzinfo=UTC)


@asynccontextmanager
async def a_house_with(clock: FakeClock, settings: Settings) -> AsyncIterator[House]:
    container = setup_container(settings)
    container.register_value(Clock, clock, replace=True)
    async with House(settings, container=container) as house:
        yield house


async def test_what_rests_over_midnight_is_filled_whether_or_not_somebody_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house_module, "MARKET_SECONDS", 3_600)

    assert await fills(tmp_path / "refused", is_refused=True) == await fills(tmp_path / "plain", is_refused=False)


async def fills(folder: Path, *, is_refused: bool) -> list[Any]:
    clock = FakeClock(EVENING)
    async with a_house_with(clock, settings_for(folder)) as house, a_resident(house) as ada:
        portfolio_id = await ada.portfolio()
        price = float((await ada.get("/v1/quotes/AAPL"))["price"])
        below = f"{price - 0.05:.2f}"
        await ada.place(portfolio_id, order_type="limit", limit_price=below, time_in_force="gtc")

        clock.set(AFTER_MIDNIGHT)
        if is_refused:
            await ada.refused(
                "POST",
                "/v1/orders",
                409,
                "insufficient_buying_power",
                {
                    "portfolio_id": portfolio_id,
                    "symbol": "AAPL",
                    "side": "buy",
                    "order_type": "market",
                    "quantity": "1000",
                },
            )
        await ada.place(portfolio_id)

        orders = (await ada.get("/v1/orders", status="all"))["items"]
        return [
            (order["order_type"], order["status"], [(it["price"], it["at"]) for it in order["executions"]])
            for order in orders[1:]
        ]
