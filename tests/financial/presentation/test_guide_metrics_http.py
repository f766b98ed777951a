"""What a portfolio is worth, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.houses import Resident, a_house, an_admin, settings_for


@pytest.fixture
async def ada(tmp_path: Path) -> AsyncIterator[Resident]:
    """An admin in a replay that stands an hour before the open of 2010-01-04."""
    start = datetime(2010, 1, 4, 13, 30, tzinfo=UTC)
    settings = settings_for(tmp_path, market_mode="replay", replay_start=start)
    async with a_house(settings) as house, an_admin(house) as resident:
        yield resident


async def test_metrics_are_text_and_say_when_they_held_and_what_they_leave_out(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="1000")
    await ada.place(portfolio_id, quantity="2")
    await ada.call("POST", "/v1/clock/advance", 200, {"sessions": 1})
    [bar] = (await ada.get("/v1/bars/AAPL", start="2010-01-04", limit=1))["items"]

    metrics = await ada.get(f"/v1/portfolios/{portfolio_id}/metrics")

    cost, worth = 2 * Decimal(bar["open"]), 2 * Decimal(bar["close"])
    assert metrics == {
        "total_value": f"{1000 - cost + worth:.2f}",
        "total_cost": f"{cost:.2f}",
        "total_pnl": f"{worth - cost:.2f}",
        "pnl_percentage": metrics["pnl_percentage"],
        "realized_pnl": "0.00",
        "cash": f"{1000 - cost:.2f}",
        "as_of": "2010-01-04T21:00:00Z",
        "base_currency": "USD",
        "complete": True,
        "unpriced": [],
    }
    assert Decimal(metrics["pnl_percentage"]) == round((worth - cost) / cost * 100, 4)


async def test_a_portfolio_that_cost_nothing_has_no_percentage(ada: Resident) -> None:
    metrics = await ada.get(f"/v1/portfolios/{await ada.portfolio(cash='5')}/metrics")

    assert (metrics["total_value"], metrics["total_cost"], metrics["pnl_percentage"]) == ("5.00", "0.00", None)


async def test_positions_are_shown_lot_by_lot_at_the_price_of_now(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="1000")
    await ada.place(portfolio_id, quantity="2")
    await ada.call("POST", "/v1/clock/advance", 200, {"sessions": 1})

    [position] = await ada.get(f"/v1/portfolios/{portfolio_id}/positions")

    [lot] = position["lots"]
    gain = Decimal(position["market_value"]) - Decimal(position["cost_basis"])
    assert (position["symbol"], position["quantity"], lot["quantity"]) == ("AAPL", "2", "2")
    assert lot["acquired_at"] == "2010-01-04T14:30:00Z"
    assert Decimal(position["unrealized_pnl"]) == gain
    assert Decimal(position["average_price"]) == Decimal(lot["price"])
