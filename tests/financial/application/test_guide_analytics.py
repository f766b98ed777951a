"""What a portfolio is worth, asked of the market once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import cast

from guilder.financial.application.portfolio_analytics_service import PortfolioAnalyticsService
from guilder.financial.domain.portfolio import Portfolio
from guilder.published.market_data import MarketDataProvider
from guilder.published.trading import Side
from guilder.shared.ids import MAIN_MARKET, MarketId
from guilder.shared.money import Price
from guilder.shared.symbol import StockSymbol
from guilder.testing import FakeMarketClock
from tests.builders import AAPL, IBM, OPENS_AT, a_portfolio, a_trade, book, price, usd


class CountingPrices:
    """As much of a `MarketDataProvider` as is asked for here; `questions` are the symbols of each look-up."""

    def __init__(self, prices: Mapping[StockSymbol, Price]) -> None:
        self._prices = prices
        self.questions: list[tuple[set[StockSymbol], MarketId]] = []

    async def get_current_prices(
        self, symbols: Iterable[StockSymbol], market: MarketId = MAIN_MARKET
    ) -> Mapping[StockSymbol, Price]:
        wanted = set(symbols)
        self.questions.append((wanted, market))
        return {symbol: it for symbol, it in self._prices.items() if symbol in wanted}


def analytics(prices: CountingPrices, at: datetime = OPENS_AT) -> PortfolioAnalyticsService:
    return PortfolioAnalyticsService(cast(MarketDataProvider, prices), FakeMarketClock(at))


def two_positions() -> Portfolio:
    """Ten AAPL at 100 and five IBM at 50; 750 dollars are left."""
    portfolio = a_portfolio("2000")
    book(portfolio, a_trade(Side.BUY, "10", "100"))
    book(portfolio, a_trade(Side.BUY, "5", "50", symbol=IBM))
    return portfolio


async def test_metrics_are_value_cost_and_gain_as_of_the_markets_time() -> None:
    prices = CountingPrices({AAPL: price("110"), IBM: price("40")})

    metrics = await analytics(prices, OPENS_AT).calculate_portfolio_metrics(two_positions())

    assert metrics.total_value == usd("2050.00")
    assert metrics.total_cost == usd("1250.00")
    assert metrics.total_pnl == usd("50.00")
    assert metrics.pnl_percentage == Decimal("4.0000")
    assert (metrics.as_of, metrics.complete) == (OPENS_AT, True)


async def test_all_symbols_are_asked_for_in_one_look_up() -> None:
    prices = CountingPrices({AAPL: price("110"), IBM: price("40")})

    await analytics(prices).calculate_portfolio_metrics(two_positions())

    assert prices.questions == [({AAPL, IBM}, MAIN_MARKET)]


async def test_one_symbol_without_a_price_is_named_and_harms_no_other() -> None:
    prices = CountingPrices({AAPL: price("110")})

    metrics = await analytics(prices).calculate_portfolio_metrics(two_positions())

    assert (metrics.unpriced, metrics.complete) == ((IBM,), False)
    assert (metrics.total_value, metrics.total_pnl) == (usd("1850.00"), usd("100.00"))


async def test_an_empty_portfolio_asks_nobody() -> None:
    prices = CountingPrices({})

    metrics = await analytics(prices).calculate_portfolio_metrics(a_portfolio("5"))

    assert (metrics.total_value, metrics.pnl_percentage, prices.questions) == (usd("5.00"), None, [])


async def test_positions_are_shown_with_the_prices_there_are() -> None:
    prices = CountingPrices({AAPL: price("110")})

    shown = await analytics(prices).price_positions(two_positions())

    assert [(priced.position.symbol, priced.price) for priced in shown] == [(AAPL, price("110")), (IBM, None)]
