"""What a portfolio is worth, cost and gained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from guilder.financial.domain.portfolio import Portfolio
from guilder.financial.domain.position import Position
from guilder.financial.domain.valuation import PortfolioMetrics
from guilder.published.market_data import MarketClock, MarketDataProvider
from guilder.shared.ids import MarketId
from guilder.shared.money import Money, Price
from guilder.shared.symbol import StockSymbol


class PricedPosition(NamedTuple):
    """A position, what a share of it costs now, and all of it; None when that is not known."""

    position: Position
    price: Price | None
    market_value: Money | None

    @classmethod
    def of(cls, position: Position, price: Price | None) -> PricedPosition:
        return cls(position, price, None if price is None else position.market_value(price))


class PortfolioAnalyticsService:
    """Figures about portfolios that need the market's prices: one look-up for all symbols."""

    def __init__(self, market_data: MarketDataProvider, market_clock: MarketClock) -> None:
        self._market_data = market_data
        self._market_clock = market_clock

    async def calculate_portfolio_metrics(self, portfolio: Portfolio) -> PortfolioMetrics:
        """Value, cost and gain as of the present time of the portfolio's market."""
        as_of = self._market_clock.now(portfolio.market)
        prices = await self._prices(portfolio.positions, portfolio.market)
        return PortfolioMetrics.of(
            portfolio.calculate_total_value(prices), realized_pnl=portfolio.realized_pnl, as_of=as_of
        )

    async def price_positions(self, portfolio: Portfolio) -> Sequence[PricedPosition]:
        """Each position with the present price of its shares."""
        positions = portfolio.positions
        prices = await self._prices(positions, portfolio.market)
        return [PricedPosition.of(position, prices.get(position.symbol)) for position in positions]

    async def _prices(self, positions: Sequence[Position], market: MarketId) -> Mapping[StockSymbol, Price]:
        symbols = [position.symbol for position in positions]
        return await self._market_data.get_current_prices(symbols, market) if symbols else {}
