"""Orders for an amount of money, over HTTP, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from guilder.bootstrap.house import House
from guilder.bootstrap.verify import verify
from tests.houses import Resident, a_house, a_resident, an_admin, settings_for

NOTIONAL: dict[str, Any] = {"quantity": None, "notional": "1000.00"}


@pytest.fixture
async def house(tmp_path: Path, database_url: str | None) -> AsyncIterator[House]:
    start = datetime(2010, 1, 5, 12, tzinfo=UTC)
    async with a_house(settings_for(tmp_path, database_url, market_mode="replay", replay_start=start)) as opened:
        yield opened


@pytest.fixture
async def ada(house: House) -> AsyncIterator[Resident]:
    async with an_admin(house) as resident:
        yield resident


async def advance(ada: Resident, **by: Any) -> None:
    await ada.call("POST", "/v1/clock/advance", 200, by)


async def check_books(house: House) -> None:
    assert [check for check in await verify(house) if not check.ok] == []


@pytest.mark.parametrize("profile", ["ideal", "realistic", "thin"])
async def test_an_amount_of_money_is_bought_at_the_next_open_and_the_books_are_right_at_every_step(
    ada: Resident, house: House, profile: str
) -> None:
    portfolio_id = await ada.portfolio(cash="2000", fill_profile=profile)
    order = await ada.place(portfolio_id, **NOTIONAL, client_order_id="mine")
    assert (order["notional"], order["quantity"], order["leaves_quantity"]) == ("1000.00", None, None)
    await check_books(house)

    await advance(ada, to="2010-01-05T14:30:00Z")
    await check_books(house)
    await advance(ada, sessions=1)
    await check_books(house)

    done = await ada.get(f"/v1/orders/{order['id']}")
    sizing = (await ada.get(f"/v1/orders/{order['id']}/explain"))["sizing"]
    exact = Decimal("1000.00") / Decimal(sizing["price"])
    assert done["status"] == "filled"
    assert Decimal(done["quantity"]) == exact.quantize(Decimal("1e-9"), "ROUND_DOWN") == Decimal(sizing["quantity"])
    assert sizing["at"] == "2010-01-05T14:30:00Z"
    assert sizing["step"].endswith(f"1000.00 USD is {done['quantity']} shares, rounded down to a billionth.")
    assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["reserved"] == "0.00"


async def test_until_it_is_sized_its_explanation_says_what_it_waits_for(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    order = await ada.place(portfolio_id, **NOTIONAL)

    told = await ada.get(f"/v1/orders/{order['id']}/explain")
    canceled = await ada.call("DELETE", f"/v1/orders/{order['id']}", 200)
    afterwards = await ada.get(f"/v1/orders/{order['id']}/explain")

    waits = "It waits for the market to be open; then its shares are counted: as many as 1000.00 USD buys."
    assert (told["sizing"], told["standing"]) == (None, waits)
    assert (canceled["status"], canceled["quantity"], canceled["leaves_quantity"]) == ("canceled", None, "0")
    assert afterwards["standing"] == "It is canceled; 0 shares were filled."
    assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["available"] == "10000.00"


async def test_inside_a_session_it_is_filled_at_once_and_sold_again_by_an_amount(ada: Resident, house: House) -> None:
    portfolio_id = await ada.portfolio(cash="1000")
    await advance(ada, to="2010-01-05T15:00:00Z")

    bought = await ada.place(portfolio_id, **NOTIONAL)
    sold = await ada.place(portfolio_id, side="sell", quantity=None, notional="400.00")

    assert (bought["status"], sold["status"]) == ("filled", "filled")
    assert Decimal(sold["quantity"]) < Decimal(bought["quantity"])
    assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["cash"] == "400.00"
    refused = await ada.place(portfolio_id, 409, side="sell", quantity=None, notional="601.00")
    assert refused["code"] == "insufficient_quantity"
    await check_books(house)


async def test_an_unsized_order_lives_through_a_restart(tmp_path: Path, database_url: str | None) -> None:
    settings = settings_for(
        tmp_path, database_url, market_mode="replay", replay_start=datetime(2010, 1, 5, 12, tzinfo=UTC)
    )
    async with a_house(settings) as house, an_admin(house) as ada:
        portfolio_id = await ada.portfolio(cash="1000")
        order = await ada.place(portfolio_id, **NOTIONAL)

    async with a_house(settings) as house, a_resident(house, email=None) as ada:
        await ada.sign_in("ada@example.com")
        assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["reserved"] == "1000.00"
        await check_books(house)
        await advance(ada, sessions=1)
        assert (await ada.get(f"/v1/orders/{order['id']}"))["status"] == "filled"
        await check_books(house)


async def test_an_order_that_holds_all_the_cash_can_be_replaced_until_it_is_sized(ada: Resident, house: House) -> None:
    portfolio_id = await ada.portfolio(cash="1000")
    order = await ada.place(portfolio_id, **NOTIONAL)
    path = f"/v1/orders/{order['id']}"
    assert (await ada.refused("PATCH", path, 422, "validation_failed", {"quantity": "5"}))["errors"]
    await ada.refused("PATCH", path, 409, "insufficient_buying_power", {"notional": "1000.01"})

    smaller = await ada.call("PATCH", path, 200, {"notional": "999.00"})
    assert (smaller["notional"], smaller["quantity"], smaller["replaces"]) == ("999.00", None, order["id"])
    await ada.call("POST", f"/v1/portfolios/{portfolio_id}/halt", 200, {"reason": "a break"})
    await ada.refused("PATCH", f"/v1/orders/{smaller['id']}", 409, "trading_halted", {"notional": "1.00"})
    await check_books(house)

    await advance(ada, sessions=1)
    assert (await ada.get(f"/v1/orders/{smaller['id']}"))["status"] == "filled"
    await ada.refused("PATCH", f"/v1/orders/{smaller['id']}", 409, "order_not_open", {"notional": "1.00"})


@pytest.mark.parametrize(
    ("terms", "fields"),
    [
        ({"notional": "1000.00"}, ["quantity"]),
        ({"quantity": None}, ["quantity"]),
        ({"quantity": None, "notional": "0"}, ["notional"]),
        ({"quantity": None, "notional": "10.005"}, ["notional"]),
        ({**NOTIONAL, "time_in_force": "gtc"}, ["time_in_force"]),
        ({**NOTIONAL, "order_type": "limit", "limit_price": "100.00"}, ["order_type"]),
    ],
)
async def test_a_ticket_says_a_quantity_or_an_amount_at_the_market_and_for_the_day(
    ada: Resident, terms: dict[str, Any], fields: list[str]
) -> None:
    problem = await ada.place(await ada.portfolio(), 422, **terms)

    assert [error["field"] for error in problem["errors"]] == fields
