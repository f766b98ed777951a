"""Estimates over HTTP, in whole houses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pytest

from guilder.bootstrap.container import setup_container
from guilder.bootstrap.house import House
from guilder.market_data.application.market_data_service import MarketDataService
from guilder.published.market_data import MarketTape, Print, Session
from guilder.shared.ids import MAIN_MARKET, MarketId
from guilder.shared.symbol import StockSymbol
from tests.houses import Resident, a_house, a_resident, an_admin, settings_for

NOON = datetime(2010, 1, 4, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
async def ada(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Resident]:
    """In a replay that stands within the session of 2010-01-04; off hours cost two percent there."""
    settings = settings_for(
        tmp_path_factory.mktemp("house"),
        market_mode="replay",
        replay_start=NOON,
        off_hours_surcharge_rate=Decimal("0.02"),
    )
    async with a_house(settings) as house, an_admin(house) as resident:
        yield resident


async def estimate(somebody: Resident, portfolio_id: str, **terms: Any) -> Any:
    ticket = {"symbol": "AAPL", "side": "buy", "quantity": "10", **terms}
    return await somebody.call("POST", "/v1/orders/estimate", 200, {"portfolio_id": portfolio_id, **ticket})


async def test_an_estimate_is_a_unit_price_and_a_total_and_says_what_it_was_computed_from(ada: Resident) -> None:
    told = await estimate(ada, await ada.portfolio())

    quote = await ada.get("/v1/quotes/AAPL")
    assert (told["strategy"], told["unit_price"], told["currency"]) == ("market", quote["ask"], "USD")
    assert Decimal(told["total"]) == Decimal(quote["ask"]) * 10
    assert told["as_of"] == quote["at"] == "2010-01-04T17:00:00Z"
    basis = told["basis"]
    assert (basis["label"], basis["is_open"], basis["quote"]["ask"]) == (None, True, quote["ask"])
    assert basis["steps"][-1]["unit_price"] == told["unit_price"]


async def test_the_average_by_volume_is_that_of_the_trades_up_to_now(ada: Resident) -> None:
    told = await estimate(ada, await ada.portfolio(), strategy="vwap", quantity="3")

    query: dict[str, Any] = {"start": "2010-01-04", "limit": 500}
    trades = []
    while query.get("cursor") != "":
        page = await ada.get("/v1/trades/AAPL", **query)
        trades += page["items"]
        query["cursor"] = page["next"] or ""
    value = sum((Decimal(trade["price"]) * trade["size"] for trade in trades), Decimal(0))
    volume = sum(trade["size"] for trade in trades)
    unit_price = (value / volume).quantize(Decimal("0.000000001"), ROUND_HALF_EVEN)
    [step] = told["basis"]["steps"]
    assert Decimal(told["unit_price"]) == unit_price
    assert Decimal(told["total"]) == (unit_price * 3).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    assert (step["figures"]["volume"], step["figures"]["trades"]) == (volume, len(trades))


async def test_the_average_by_time_is_that_of_the_last_minutes(ada: Resident) -> None:
    told = await estimate(ada, await ada.portfolio(), strategy="twap")

    bars = (await ada.get("/v1/bars/AAPL", start="2010-01-04T16:30:00Z", timeframe="1Min"))["items"]
    mean = sum((Decimal(bar["close"]) for bar in bars), Decimal(0)) / len(bars)
    assert len(bars) == 30
    assert Decimal(told["unit_price"]) == mean.quantize(Decimal("0.000000001"), ROUND_HALF_EVEN)


async def test_a_portfolio_names_its_strategy_a_request_another_one_and_nobody_changes_anybodys(ada: Resident) -> None:
    plain, averaging = await ada.portfolio(), await ada.portfolio(pricing_strategy="vwap")

    told = await asyncio.gather(
        *(estimate(ada, portfolio_id) for portfolio_id in [plain, averaging] * 10),
        *(estimate(ada, plain, strategy="twap") for _ in range(10)),
    )

    assert [one["strategy"] for one in told] == ["market", "vwap"] * 10 + ["twap"] * 10
    assert len({one["unit_price"] for one in told}) == 3
    assert (await ada.get(f"/v1/portfolios/{averaging}"))["pricing_strategy"] == "vwap"


async def test_an_unknown_strategy_is_refused_with_those_that_there_are(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    ticket = {"portfolio_id": portfolio_id, "symbol": "AAPL", "side": "buy", "quantity": "1", "strategy": "dreamy"}

    problem = await ada.refused("POST", "/v1/orders/estimate", 422, "unknown_pricing_strategy", ticket)
    opening = {"name": "Mine", "base_currency": "USD", "pricing_strategy": "dreamy"}
    refused = await ada.refused("POST", "/v1/portfolios", 422, "unknown_pricing_strategy", opening)

    assert problem["detail"] == "'dreamy' is no pricing strategy; there are: market, twap, vwap"
    assert [error["field"] for error in problem["errors"]] == ["strategy"]
    assert [error["field"] for error in refused["errors"]] == ["pricing_strategy"]


async def test_an_estimate_keeps_to_the_limit_and_places_nothing(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()

    told = await estimate(ada, portfolio_id, order_type="limit", limit_price="150", quantity="0.5")

    assert (told["unit_price"], told["total"], len(told["basis"]["steps"])) == ("150", "75.00", 2)
    assert (await ada.get("/v1/orders", portfolio_id=portfolio_id))["items"] == []
    assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["reserved"] == "0.00"


@pytest.mark.parametrize(
    ("terms", "status", "code"),
    [
        ({"quantity": "0"}, 422, "validation_failed"),
        ({"order_type": "limit"}, 422, "validation_failed"),
        ({"symbol": "ZZZZ"}, 422, "unknown_symbol"),
        ({"symbol": "FB"}, 409, "no_price"),
        ({"quantity": "8999999999", "order_type": "stop", "stop_price": "1000000"}, 422, "amount_too_large"),
    ],
)
async def test_what_cannot_be_priced_is_refused(ada: Resident, terms: dict[str, str], status: int, code: str) -> None:
    portfolio_id = await ada.portfolio()

    ticket = {"portfolio_id": portfolio_id, "symbol": "AAPL", "side": "buy", "quantity": "1", **terms}
    await ada.refused("POST", "/v1/orders/estimate", status, code, ticket)


async def test_somebody_elses_portfolio_and_none_at_all_are_refused_alike(ada: Resident) -> None:
    hers, nobodys = await ada.portfolio(), "00000000-0000-0000-0000-000000000000"
    ticket = {"symbol": "AAPL", "side": "buy", "quantity": "1"}

    async with a_resident(ada.house, "bob@example.com") as bob:
        refused = [
            await bob.refused("POST", "/v1/orders/estimate", 404, "portfolio_not_found", {"portfolio_id": of, **ticket})
            for of in (hers, nobodys)
        ]

    assert refused[0]["detail"] == refused[1]["detail"]


async def test_a_portfolio_in_another_currency_gets_no_estimate(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="0", base_currency="EUR")

    ticket = {"portfolio_id": portfolio_id, "symbol": "AAPL", "side": "buy", "quantity": "1"}
    problem = await ada.refused("POST", "/v1/orders/estimate", 422, "currency_mismatch", ticket)

    assert [error["field"] for error in problem["errors"]] == ["symbol"]


async def test_off_hours_the_average_of_the_last_session_has_a_surcharge(ada: Resident) -> None:
    await ada.call("POST", "/v1/markets", 201, {"id": "evening", "mode": "replay", "start": "2010-01-04T22:00:00Z"})
    portfolio_id = await ada.portfolio(market="evening")

    told = await estimate(ada, portfolio_id, strategy="twap")

    before, after = [Decimal(step["unit_price"]) for step in told["basis"]["steps"]]
    assert told["basis"]["is_open"] is False
    assert after == (before * Decimal("1.02")).quantize(Decimal("0.000000001"), ROUND_HALF_EVEN)


class SilentTape:
    """`MarketTape` of a source that tells of no trades."""

    def __init__(self, market_data: MarketDataService) -> None:
        self._market_data = market_data

    def last_session(self, market: MarketId = MAIN_MARKET) -> Session | None:
        return self._market_data.last_session(market)

    async def get_trades(
        self, symbol: StockSymbol, *, start: datetime, market: MarketId = MAIN_MARKET
    ) -> Sequence[Print]:
        return []


async def test_where_a_source_tells_of_no_trades_the_average_is_of_typical_prices_and_labelled(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, market_mode="replay", replay_start=NOON)
    container = setup_container(settings)
    container.register_singleton(MarketTape, SilentTape, replace=True)
    async with House(settings, container=container) as house, an_admin(house) as ada:
        told = await estimate(ada, await ada.portfolio(), strategy="vwap")
        bars = (await ada.get("/v1/bars/AAPL", start="2010-01-04T14:30:00Z", timeframe="1Min", limit=500))["items"]

    value = sum(
        (Decimal(bar["high"]) + Decimal(bar["low"]) + Decimal(bar["close"])) / 3 * bar["volume"] for bar in bars
    )
    volume = sum(bar["volume"] for bar in bars)
    assert told["basis"]["label"] == "typical_prices"
    assert Decimal(told["unit_price"]) == (value / volume).quantize(Decimal("0.000000001"), ROUND_HALF_EVEN)


async def test_the_house_says_which_strategy_holds_where_nobody_does(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, market_mode="replay", replay_start=NOON, pricing_strategy="vwap")
    async with a_house(settings) as house, an_admin(house) as ada:
        assert (await estimate(ada, await ada.portfolio()))["strategy"] == "vwap"
        assert (await estimate(ada, await ada.portfolio(pricing_strategy="market")))["strategy"] == "market"


async def test_in_the_sandbox_estimates_are_of_the_present_instant(tmp_path: Path) -> None:
    async with a_house(settings_for(tmp_path)) as house, an_admin(house) as ada:
        portfolio_id = await ada.portfolio()
        told = [await estimate(ada, portfolio_id, strategy=name) for name in ("market", "vwap", "twap")]

    assert [one["basis"]["is_open"] for one in told] == [True] * 3
    assert [one["basis"]["quote"]["at"] <= one["as_of"] for one in told] == [True] * 3
