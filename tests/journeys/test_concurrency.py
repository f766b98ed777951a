"""Many requests at once against one portfolio."""

from __future__ import annotations

import asyncio
from collections import Counter
from decimal import Decimal

from tests.houses import Resident


async def test_two_hundred_requests_at_once_lose_no_update_and_never_fail(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="100000")
    money = {"amount": "10", "currency": "USD"}
    ticket = {"portfolio_id": portfolio_id, "symbol": "AAPL", "side": "buy", "order_type": "market", "quantity": "0.01"}

    answers = await asyncio.gather(
        *(ada.http.post(f"/v1/portfolios/{portfolio_id}/deposits", json=money) for _ in range(80)),
        *(ada.http.post("/v1/orders", json=ticket) for _ in range(80)),
        *(ada.http.get(f"/v1/portfolios/{portfolio_id}") for _ in range(40)),
    )

    assert Counter(answer.status_code for answer in answers) == {201: 160, 200: 40}
    orders = [answer.json() for answer in answers[80:160]]
    spent = sum(
        round(Decimal(fill["price"]) * Decimal(fill["quantity"]), 2) for order in orders for fill in order["executions"]
    )
    portfolio = await ada.get(f"/v1/portfolios/{portfolio_id}")
    [position] = await ada.get(f"/v1/portfolios/{portfolio_id}/positions")
    assert Decimal(portfolio["cash"]) == Decimal(100000) + 80 * 10 - spent
    assert position["quantity"] == "0.8"


async def test_of_a_thousand_orders_that_each_need_all_the_cash_one_is_accepted(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="1000")
    ticket = {
        "portfolio_id": portfolio_id,
        "symbol": "AAPL",
        "side": "buy",
        "order_type": "limit",
        "limit_price": "1.00",
        "quantity": "1000",
        "time_in_force": "gtc",
    }

    answers = await asyncio.gather(*(ada.http.post("/v1/orders", json=ticket) for _ in range(1000)))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 999}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"insufficient_buying_power"}
    portfolio = await ada.get(f"/v1/portfolios/{portfolio_id}")
    assert (portfolio["cash"], portfolio["available"]) == ("1000.00", "0.00")
