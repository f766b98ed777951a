"""A portfolio with more money than the books can carry stays its owner's trouble."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.houses import a_house, an_admin, settings_for

NEARLY_ALL = "99999999999999"


async def test_a_sale_that_the_books_cannot_carry_is_canceled_and_the_market_goes_on(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, market_mode="replay", replay_start="2010-01-04T12:00:00Z")
    async with a_house(settings) as house, an_admin(house) as ada:
        portfolio_id = await ada.portfolio(cash=NEARLY_ALL)
        for _ in range(8):
            money = {"amount": NEARLY_ALL, "currency": "USD"}
            await ada.call("POST", f"/v1/portfolios/{portfolio_id}/deposits", 201, money)
        await ada.place(portfolio_id, symbol="IBM", quantity="1")
        await ada.call("POST", "/v1/clock/advance", 200, {"sessions": 1})
        left = await ada.get(f"/v1/portfolios/{portfolio_id}")
        gap = str(Decimal("900000000000000") - Decimal(left["cash"]))
        await ada.call("POST", f"/v1/portfolios/{portfolio_id}/deposits", 201, {"amount": gap, "currency": "USD"})
        sale = await ada.place(portfolio_id, symbol="IBM", side="sell", quantity="1")

        clock = await ada.call("POST", "/v1/clock/advance", 200, {"sessions": 1})

        assert clock["now"] == "2010-01-05T21:00:00Z"
        sale = await ada.get(f"/v1/orders/{sale['id']}")
        assert (sale["status"], sale["reject_reason"], sale["executions"]) == ("canceled", "amount_too_large", [])
        held = await ada.get(f"/v1/portfolios/{portfolio_id}/positions")
        assert [(position["symbol"], position["quantity"]) for position in held] == [("IBM", "1")]
