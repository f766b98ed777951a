"""A market that is replayed: resting orders, day by day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guilder.bootstrap.house import House
from tests.houses import Resident, a_house, a_resident, an_admin, settings_for


@pytest.fixture
async def house(tmp_path: Path, database_url: str | None) -> AsyncIterator[House]:
    start = datetime(2010, 1, 4, 12, tzinfo=UTC)
    settings = settings_for(tmp_path, database_url, market_mode="replay", replay_start=start)
    async with a_house(settings) as opened:
        yield opened


@pytest.fixture
async def ada(house: House) -> AsyncIterator[Resident]:
    async with an_admin(house) as resident:
        yield resident


async def advance(ada: Resident, **by: Any) -> Any:
    return await ada.call("POST", "/v1/clock/advance", 200, by)


def prices_and_instants(fills: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(fill["price"], fill["at"]) for fill in fills]


async def bar_of(ada: Resident, symbol: str, day: str) -> dict[str, str]:
    page = await ada.get(f"/v1/bars/{symbol}", start=day, limit=1)
    bar: dict[str, str] = page["items"][0]
    return bar


async def test_a_market_order_placed_between_sessions_fills_at_the_next_open(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    order = await ada.place(portfolio_id, quantity="2")
    assert order["status"] == "new"

    await advance(ada, sessions=1)

    filled = await ada.get(f"/v1/orders/{order['id']}")
    bar = await bar_of(ada, "AAPL", "2010-01-04")
    assert (filled["status"], filled["average_price"]) == ("filled", bar["open"])
    assert filled["executions"][0]["at"] == "2010-01-04T14:30:00Z"


async def test_a_day_order_expires_at_the_close_and_gives_its_cash_back(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="1000")
    order = await ada.place(portfolio_id, order_type="limit", limit_price="1.00", quantity="900")
    assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["available"] == "100.00"

    await advance(ada, sessions=1)

    assert (await ada.get(f"/v1/orders/{order['id']}"))["status"] == "expired"
    assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["available"] == "1000.00"


async def test_a_day_order_of_thanksgiving_expires_at_the_early_close_of_the_friday(
    tmp_path: Path,
) -> None:
    """2010-11-25 was Thanksgiving; on the Friday the exchange closed at one in New York, which is 18:00Z."""
    settings = settings_for(tmp_path, market_mode="replay", replay_start="2010-11-25T15:00:00Z")
    async with a_house(settings) as house, an_admin(house) as ada:
        clock = await ada.get("/v1/clock")
        order = await ada.place(await ada.portfolio(), 201, order_type="limit", limit_price="1.00", time_in_force="day")
        await advance(ada, to="2010-11-26T17:59:59.999999Z")
        before = await ada.get(f"/v1/orders/{order['id']}")
        await advance(ada, to="2010-11-26T18:00:00Z")
        after = await ada.get(f"/v1/orders/{order['id']}")

    assert (clock["is_open"], clock["next_open"]) == (False, "2010-11-26T14:30:00Z")
    assert clock["next_close"] == "2010-11-26T18:00:00Z"
    assert (before["status"], after["status"]) == ("new", "expired")
    assert after["updated_at"] == "2010-11-26T18:00:00Z"


async def test_a_gtc_limit_order_waits_for_its_price(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    order = await ada.place(portfolio_id, order_type="limit", limit_price="200.00", time_in_force="gtc", quantity="1")

    await advance(ada, to="2010-01-29T23:00:00Z")

    filled = await ada.get(f"/v1/orders/{order['id']}")
    assert (filled["status"], filled["average_price"]) == ("filled", "200")


async def test_what_an_order_gets_does_not_depend_on_how_an_advance_is_cut(tmp_path: Path) -> None:
    terms: dict[str, Any] = {"order_type": "stop", "stop_price": "215.00", "time_in_force": "gtc", "quantity": "1"}
    fills = []
    for name, step, steps in (("whole", "10d", 1), ("cut", "6h", 40)):
        start = datetime(2010, 1, 4, 12, tzinfo=UTC)
        settings = settings_for(tmp_path / name, market_mode="replay", replay_start=start)
        async with a_house(settings) as house, an_admin(house) as ada:
            order = await ada.place(await ada.portfolio(), **terms)
            for _ in range(steps):
                await advance(ada, by=step)
            fills.append((await ada.get(f"/v1/orders/{order['id']}"))["executions"])

    assert fills[0]
    assert prices_and_instants(fills[0]) == prices_and_instants(fills[1])


async def test_a_canceled_order_frees_what_it_held_and_cannot_be_canceled_again(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="1000")
    order = await ada.place(portfolio_id, order_type="limit", limit_price="1.00", quantity="900")

    canceled = await ada.call("DELETE", f"/v1/orders/{order['id']}", 200)

    assert (canceled["status"], canceled["reject_reason"]) == ("canceled", None)
    assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["available"] == "1000.00"
    await ada.refused("DELETE", f"/v1/orders/{order['id']}", 409, "order_not_open")


async def test_a_realistic_portfolio_gets_a_tenth_of_every_five_minutes(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="900000000000", fill_profile="realistic")
    order = await ada.place(portfolio_id, quantity="3000000", time_in_force="gtc")

    await advance(ada, sessions=1)
    filled = await ada.get(f"/v1/orders/{order['id']}")
    page = await ada.get("/v1/bars/AAPL", timeframe="5Min", start="2010-01-04T14:30:00Z", end="2010-01-04T21:00:00Z")
    bars = page["items"]

    assert filled["status"] == "partially_filled"
    by_instant = {execution["at"]: int(execution["quantity"]) for execution in filled["executions"]}
    ends = [bar["at"] for bar in bars[1:]]
    assert [by_instant[end] for end in ends] == [int(bar["volume"]) // 10 for bar in bars[:-1]]


async def test_a_replaced_order_hands_its_reservation_over(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="1000")
    old = await ada.place(portfolio_id, order_type="limit", limit_price="1.00", quantity="1000", time_in_force="gtc")

    new = await ada.call("PATCH", f"/v1/orders/{old['id']}", 200, {"limit_price": "0.50"})

    assert (new["replaces"], new["status"]) == (old["id"], "new")
    replaced = await ada.get(f"/v1/orders/{old['id']}")
    assert (replaced["status"], replaced["replaced_by"]) == ("replaced", new["id"])
    assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["available"] == "500.00"


async def test_a_restart_goes_on_from_where_the_market_stood(tmp_path: Path, database_url: str | None) -> None:
    start = datetime(2010, 1, 4, 12, tzinfo=UTC)
    settings = settings_for(tmp_path / "again", database_url, market_mode="replay", replay_start=start)
    async with a_house(settings) as house, an_admin(house) as ada:
        portfolio_id = await ada.portfolio()
        order = await ada.place(portfolio_id)
        stood = await advance(ada, by="1h")

    async with a_house(settings) as house, a_resident(house, email=None) as ada:
        await ada.sign_in("ada@example.com")
        assert await ada.get("/v1/clock") == stood
        await advance(ada, sessions=1)

        assert (await ada.get(f"/v1/orders/{order['id']}"))["status"] == "filled"


async def test_a_stop_that_was_triggered_stays_so_when_only_its_limit_is_replaced(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    terms = {"order_type": "stop_limit", "stop_price": "200.00", "limit_price": "180.00", "time_in_force": "gtc"}
    old = await ada.place(portfolio_id, 201, **terms)
    await advance(ada, sessions=1)

    new = await ada.call("PATCH", f"/v1/orders/{old['id']}", 200, {"limit_price": "195.00"})
    await advance(ada, to="2010-01-30T00:00:00Z")

    filled = await ada.get(f"/v1/orders/{new['id']}")
    assert (filled["status"], filled["average_price"]) == ("filled", "195")
