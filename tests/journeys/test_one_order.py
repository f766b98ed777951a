"""One order from end to end, over HTTP."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.houses import Resident, a_house, a_resident, settings_for


async def test_a_market_order_buys_at_the_quoted_price_and_reaches_the_books(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="10000")
    order = await ada.place(portfolio_id, quantity="3")

    [execution] = order["executions"]
    cost = Decimal(execution["price"]) * 3
    portfolio = await ada.get(f"/v1/portfolios/{portfolio_id}")
    [position] = await ada.get(f"/v1/portfolios/{portfolio_id}/positions")
    assert (order["status"], order["filled_quantity"], order["leaves_quantity"]) == ("filled", "3", "0")
    assert Decimal(portfolio["cash"]) == Decimal(10000) - cost
    assert portfolio["reserved"] == "0.00"
    assert (position["symbol"], position["quantity"], Decimal(position["cost_basis"])) == ("AAPL", "3", cost)


async def test_every_transaction_sums_to_zero_per_commodity(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    await ada.place(portfolio_id, quantity="2")
    await ada.place(portfolio_id, quantity="1", side="sell")

    page = await ada.get(f"/v1/portfolios/{portfolio_id}/transactions")

    assert [item["kind"] for item in page["items"]] == ["deposit", "trade", "trade"]
    for item in page["items"]:
        sums: dict[str, Decimal] = {}
        for posting in item["postings"]:
            sums[posting["commodity"]] = sums.get(posting["commodity"], Decimal(0)) + Decimal(posting["amount"])
        assert set(sums.values()) == {Decimal(0)}


async def test_the_books_are_there_after_a_restart(tmp_path: Path, database_url: str | None) -> None:
    settings = settings_for(tmp_path, database_url)
    async with a_house(settings) as house, a_resident(house) as ada:
        portfolio_id = await ada.portfolio()
        order = await ada.place(portfolio_id, quantity="2")
        before = await ada.get(f"/v1/portfolios/{portfolio_id}")

    async with a_house(settings) as house, a_resident(house, email=None) as ada:
        await ada.sign_in("ada@example.com")

        assert await ada.get(f"/v1/portfolios/{portfolio_id}") == before
        assert await ada.get(f"/v1/orders/{order['id']}") == order


async def test_the_same_key_gets_the_same_answer_and_trades_once(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    ticket = {"portfolio_id": portfolio_id, "symbol": "AAPL", "side": "buy", "order_type": "market", "quantity": "1"}
    key = {"Idempotency-Key": "order-1"}

    first = await ada.http.post("/v1/orders", json=ticket, headers=key)
    second = await ada.http.post("/v1/orders", json=ticket, headers=key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert len((await ada.get("/v1/orders"))["items"]) == 1
    await ada.refused("POST", "/v1/orders", 422, "idempotency_key_reused", {**ticket, "quantity": "2"}, headers=key)
