"""Books with all that can stand in them, for tests that prove and copy them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from guilder.core.settings import Settings
from tests.houses import a_house, a_resident, an_admin, settings_for


def replayed(folder: Path, postgres_url: str | None = None) -> Settings:
    start = datetime(2010, 1, 4, 12, tzinfo=UTC)
    return settings_for(folder, postgres_url, market_mode="replay", replay_start=start)


async def trade(settings: Settings) -> None:
    """Books with all that can stand in them: lots bought, sold in part and wholly, and orders that hold something."""
    async with a_house(settings) as house, an_admin(house) as ada:
        portfolio = await ada.portfolio(cash="100000", fill_profile="realistic")
        await ada.place(portfolio, quantity="10.5")
        await ada.place(portfolio, symbol="IBM", quantity="7")
        await ada.call("POST", "/v1/clock/advance", 200, {"sessions": 1})
        await ada.place(portfolio, side="sell", quantity="3.123456789")
        await ada.place(portfolio, symbol="IBM", side="sell", quantity="7")
        await ada.call("POST", "/v1/clock/advance", 200, {"sessions": 1})
        money = {"amount": "12.34", "currency": "USD"}
        await ada.call("POST", f"/v1/portfolios/{portfolio}/withdrawals", 201, money)
        await ada.place(portfolio, symbol="MSFT", quantity="5", order_type="limit", limit_price="1.00")
        await ada.place(portfolio, side="sell", quantity="2", order_type="limit", limit_price="9000.00")
        async with a_resident(house, "bob@example.com") as bob:
            await bob.portfolio(cash="900000000000000")
            await bob.portfolio(cash="0")
