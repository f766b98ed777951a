"""Fills that explain themselves: each price is computed again from what the explanation and the market tell."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any

import pytest

from guilder.bootstrap.house import House
from tests.houses import Resident, a_house, a_resident, an_admin, settings_for

CENT = Decimal("0.01")


@pytest.fixture
async def house(tmp_path: Path, database_url: str | None) -> AsyncIterator[House]:
    start = datetime(2010, 1, 5, 12, tzinfo=UTC)
    settings = settings_for(tmp_path, database_url, market_mode="replay", replay_start=start)
    async with a_house(settings) as opened:
        yield opened


@pytest.fixture
async def ada(house: House) -> AsyncIterator[Resident]:
    async with an_admin(house) as resident:
        yield resident


async def advance(ada: Resident, **by: Any) -> Any:
    return await ada.call("POST", "/v1/clock/advance", 200, by)


async def explained(ada: Resident, order: dict[str, Any]) -> Any:
    return await ada.get(f"/v1/orders/{order['id']}/explain")


def price_by_hand(figures: dict[str, Any], side: str) -> Decimal:
    """The rule's price, moved against the order by its impact, rounded to the cent, held at the limit."""
    price = Decimal(figures["start"])
    if figures["impact"] is not None:
        it = {name: Decimal(value) for name, value in figures["impact"].items() if name != "bar_at"}
        moved = it["coefficient"] * (it["high"] - it["low"]) / it["close"] * (it["shares"] / it["volume"]).sqrt()
        moved *= price
        steps = (price + moved) / CENT if side == "buy" else (price - moved) / CENT
        price = steps.to_integral_value(ROUND_CEILING if side == "buy" else ROUND_FLOOR) * CENT
    return Decimal(figures["level"]) if figures["is_held_at_limit"] else price


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"quantity": "50000"},
        {"order_type": "limit", "limit_price": "214.00"},
        {"order_type": "limit", "limit_price": "210.00", "time_in_force": "gtc"},
        {"order_type": "stop", "stop_price": "215.00"},
        {"order_type": "stop_limit", "stop_price": "214.50", "limit_price": "214.60", "quantity": "30000"},
    ],
    ids=["market", "large", "limit", "patient limit", "stop", "stop limit"],
)
@pytest.mark.parametrize("profile", ["ideal", "realistic", "thin"])
async def test_every_price_can_be_computed_again_by_hand(ada: Resident, terms: dict[str, Any], profile: str) -> None:
    portfolio_id = await ada.portfolio(cash="100000000", fill_profile=profile)
    order = await ada.place(portfolio_id, **{"quantity": "100", **terms})
    await advance(ada, sessions=8)

    executions = (await explained(ada, order))["executions"]

    assert executions
    for execution in executions:
        figures = execution["figures"]
        assert Decimal(execution["price"]) == price_by_hand(figures, "buy")
        assert figures["profile"] == profile
        if figures["cap"] is not None:
            assert int(figures["cap"]["shares"]) == int(Decimal(figures["cap"]["rate"]) * figures["cap"]["bar_volume"])
            left = Decimal(figures["cap"]["shares"]) - Decimal(figures["cap"]["taken"])
            assert Decimal(execution["quantity"]) == min(left, Decimal(figures["wanted"]))


async def test_what_an_explanation_rests_on_can_be_looked_up(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="100000000", fill_profile="realistic")
    order = await ada.place(portfolio_id, quantity="50000")
    await advance(ada, sessions=1)

    first = (await explained(ada, order))["executions"][0]
    cap, impact = first["figures"]["cap"], first["figures"]["impact"]
    bars = (await ada.get("/v1/bars/AAPL", timeframe=cap["timeframe"], start=cap["bar_at"], limit=1))["items"]
    day = (await ada.get("/v1/bars/AAPL", start="2010-01-04", limit=1))["items"][0]
    today = (await ada.get("/v1/bars/AAPL", start="2010-01-05", limit=1))["items"][0]

    assert (bars[0]["at"], bars[0]["volume"]) == (cap["bar_at"], cap["bar_volume"])
    assert impact["bar_at"] == day["at"]
    assert {name: impact[name] for name in ("high", "low", "close", "volume")} == {
        name: day[name] for name in ("high", "low", "close", "volume")
    }
    assert first["session_bar"] == {name: today[name] for name in ("open", "high", "low", "close", "volume")}


async def test_the_sessions_bar_is_not_told_before_it_is_over(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    order = await ada.place(portfolio_id, quantity="1")
    await advance(ada, to="2010-01-05T15:00:00Z")

    during = (await explained(ada, order))["executions"][0]
    await advance(ada, sessions=1)
    afterwards = (await explained(ada, order))["executions"][0]

    assert during["session_bar"] is None
    assert afterwards["session_bar"] is not None
    assert {**afterwards, "session_bar": None} == during


async def test_an_explanation_is_told_in_words_step_by_step(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="100000000", fill_profile="realistic")
    order = await ada.place(portfolio_id, quantity="50000")
    await advance(ada, sessions=1)

    told = await explained(ada, order)
    first = told["executions"][0]

    assert first["steps"][0].startswith("At 2010-01-05T14:30:00Z the price was 214.6, bid 214.58, ask 214.62")
    assert first["steps"][1].endswith("So it starts from 214.62.")
    assert any(step.startswith("Its own size moves it by 0.5 x (") for step in first["steps"])
    assert any(step.startswith("There were 10 % of the") for step in first["steps"])
    assert any(step.startswith("Fees: ") for step in first["steps"])


async def test_an_open_order_says_what_it_waits_for_and_an_ended_one_what_ended_it(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    limit = await ada.place(portfolio_id, order_type="limit", limit_price="1.00", quantity="1")
    stop = await ada.place(portfolio_id, order_type="stop", stop_price="999.00", quantity="1")
    market = await ada.place(portfolio_id, quantity="1")

    waiting = [(await explained(ada, order))["standing"] for order in (limit, stop, market)]
    await advance(ada, sessions=1)

    assert waiting == [
        "It waits for a quote as good as its limit of 1; 1 of 1 shares are left.",
        "It waits for the price to reach its stop of 999; 1 of 1 shares are left.",
        "It waits for the market to be open, or for more shares to be had; 1 of 1 shares are left.",
    ]
    assert (await explained(ada, limit))["standing"] == "It is expired; 0 of 1 shares were filled."
    assert (await explained(ada, limit))["executions"] == []


async def test_nobody_elses_orders_are_explained(ada: Resident, house: House) -> None:
    order = await ada.place(await ada.portfolio(), quantity="1")

    async with a_resident(house, "bob@example.com") as bob:
        await bob.refused("GET", f"/v1/orders/{order['id']}/explain", 404, "order_not_found")
