"""The demonstration: five years of real prices traded in a replay, through the services that the API uses."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Final

from guilder.bootstrap.container import setup_container
from guilder.bootstrap.demo_rule import LONG, MovingAverages
from guilder.bootstrap.house import House
from guilder.core.caller import NOBODY, Caller
from guilder.core.ids import SecretSource
from guilder.core.pages import PageRequest
from guilder.core.relay import Relay
from guilder.core.settings import Settings
from guilder.financial.application.portfolio_analytics_service import PortfolioAnalyticsService, PricedPosition
from guilder.financial.application.portfolio_service import PortfolioService
from guilder.financial.domain.portfolio import Portfolio
from guilder.financial.domain.transaction import Posting, imbalance
from guilder.financial.domain.valuation import PortfolioMetrics
from guilder.market_data.application.market_opening import MarketPlan
from guilder.published.market_data import MarketDataProvider, MarketMode, Markets
from guilder.published.trading import MarketDriver, Side
from guilder.shared.currency import USD
from guilder.shared.errors import RefusedError
from guilder.shared.ids import MAIN_MARKET, OrderId, PortfolioId, UserId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.trading.application.trading_service import TradingService
from guilder.trading.domain.fill_profiles.thin import PROFILE as THIN
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_status import OrderStatus
from guilder.trading.domain.order_ticket import OrderTicket, OrderType, TimeInForce
from guilder.user.application.user_create import UserCreate
from guilder.user.application.user_service import UserService

BEGIN: Final = datetime(2008, 1, 2, tzinfo=UTC)
END: Final = datetime(2013, 1, 1, tzinfo=UTC)
CASH: Final = Money(Decimal("100000.00"), USD)
SYMBOLS: Final = tuple(StockSymbol(name) for name in ("AAPL", "GOOG", "IBM", "MSFT"))
GUARDED_BY_STOP_LIMITS: Final = frozenset({StockSymbol("GOOG"), StockSymbol("MSFT")})
EMAIL: Final = "demo@guilder.example"
_SLICE: Final = CASH / (2 * len(SYMBOLS))
"""What one order may cost: each stock is bought by two orders."""
_MAIL_SECONDS: Final = 20
_CENT: Final = Decimal("0.01")


@dataclass(slots=True)
class DemoResult:
    """What came out, to be told in tables or as JSON."""

    seed: int
    orders: Sequence[Order]
    refused: int
    portfolio: Portfolio
    positions: Sequence[PricedPosition]
    metrics: PortfolioMetrics
    transactions: int
    postings: Sequence[Posting]

    def order_counts(self) -> dict[str, int]:
        """Tickets: those that were filled in parts at some time, those refused, the others by their last status."""
        statuses = Counter(order.status for order in self.orders)
        return {
            "placed": len(self.orders) + self.refused,
            "filled": statuses[OrderStatus.FILLED],
            "partially_filled": sum(was_partially_filled(order) for order in self.orders),
            "canceled": statuses[OrderStatus.CANCELED],
            "expired": statuses[OrderStatus.EXPIRED],
            "rejected": statuses[OrderStatus.REJECTED] + self.refused,
            "open": sum(order.is_open for order in self.orders),
        }

    def examples(self) -> list[Order]:
        """The first order of each type that was filled, if only in parts."""
        found: dict[OrderType, Order] = {}
        for order in self.orders:
            if order.executions:
                found.setdefault(order.ticket.order_type, order)
        return [found[order_type] for order_type in OrderType if order_type in found]

    def imbalance(self) -> dict[str, Decimal]:
        """The sum of all postings of each commodity."""
        return imbalance(self.postings)

    def is_proven(self) -> bool:
        """Whether all postings sum to zero, and cash and positions are the sums of theirs."""
        held = {f"stock:{priced.position.symbol}": priced.position.quantity.value for priced in self.positions}
        booked: Counter[str] = Counter()
        for posting in self.postings:
            if posting.account in ("cash", "shares"):
                booked[posting.commodity] += posting.amount  # type: ignore[assignment]
        cash = booked.pop(USD.code, Decimal(0))
        shares = {commodity: amount for commodity, amount in booked.items() if amount}
        return not any(self.imbalance().values()) and cash == self.portfolio.settled.amount and shares == held


def was_partially_filled(order: Order) -> bool:
    """Whether an order stood filled in parts at some time."""
    return bool(order.executions) and order.executions[0].quantity < order.quantity


@dataclass(slots=True)
class _Holding:
    """What the trader knows of one stock."""

    averages: MovingAverages
    buys: list[OrderId] = field(default_factory=list)
    stop: OrderId | None = None
    exit: OrderId | None = None


class Demo:
    """One run, on books of its own."""

    def __init__(self, folder: Path, seed: int, on_progress: Callable[[float], None], end: datetime = END) -> None:
        settings = Settings(data_dir=folder, market_mode="replay")
        container = setup_container(settings)
        container.register_value(MarketPlan, MarketPlan(MarketMode.REPLAY, BEGIN, seed), replace=True)
        self._house = House(settings, container=container)
        self._seed = seed
        self._on_progress = on_progress
        self._end = end
        self._caller = NOBODY
        self._refused = 0
        self._order_ids: list[OrderId] = []

    async def run(self) -> DemoResult:
        """Register, trade from 2008 to 2012, and sum up."""
        async with self._house:
            self._caller = Caller(await self._register())
            portfolio_id = await self._open_portfolio()
            await self._refuse_one(portfolio_id)
            await self._trade(portfolio_id)
            return await self._sum_up(portfolio_id)

    async def _register(self) -> UserId:
        password = self._house.container.get(SecretSource).new()
        async with self._house.scope(NOBODY) as scope:
            user = await (await scope.aget(UserService)).register_user(UserCreate(EMAIL, "Demo", password))
        async with asyncio.timeout(_MAIL_SECONDS):
            await self._house.container.get(Relay).told()
        async with self._house.scope(NOBODY) as scope:
            await (await scope.aget(UserService)).activate_user(user.id, self._mailed_token())
        return user.id

    def _mailed_token(self) -> str:
        [mail] = (self._house.settings.data_dir / "mail").glob("*.eml")
        found = re.search(r"(?<![\w-])([\w-]{43})(?![\w-])", mail.read_text())
        return found[1] if found else ""

    async def _open_portfolio(self) -> PortfolioId:
        async with self._house.scope(self._caller) as scope:
            portfolios = await scope.aget(PortfolioService)
            portfolio = await portfolios.open_portfolio("Demo", USD, fill_profile=THIN.name)
            await portfolios.deposit(portfolio.id, CASH)
        return portfolio.id

    async def _refuse_one(self, portfolio_id: PortfolioId) -> None:
        """More than all the cash: the house must say no."""
        price = await self._price(SYMBOLS[0])
        quantity = _shares(CASH * 10, price)
        await self._place(portfolio_id, SYMBOLS[0], Side.BUY, OrderType.MARKET, quantity)

    async def _trade(self, portfolio_id: PortfolioId) -> None:
        container = self._house.container
        markets, driver, prices = container.get(Markets), container.get(MarketDriver), container.get(MarketDataProvider)
        holdings = {}
        for symbol in SYMBOLS:
            closes = await prices.get_historical_prices(symbol, LONG)
            holdings[symbol] = _Holding(MovingAverages(price.amount for _, price in closes))
        now = markets.worked_until(MAIN_MARKET)
        while (session := markets.session_at_or_after(MAIN_MARKET, now)) and session.opens_at < self._end:
            now = await driver.advance(MAIN_MARKET, session.closes_at)
            current = await prices.get_current_prices(SYMBOLS)
            portfolio = await self._portfolio(portfolio_id)
            held = {position.symbol: position.quantity for position in portfolio.positions}
            for symbol, price in current.items():
                holdings[symbol].averages.add(price.amount)
                shares = held.get(symbol, Quantity.zero())
                await self._decide(portfolio_id, symbol, holdings[symbol], shares, price)
            self._on_progress((now - BEGIN) / (self._end - BEGIN))

    async def _decide(
        self, portfolio_id: PortfolioId, symbol: StockSymbol, holding: _Holding, shares: Quantity, close: Price
    ) -> None:
        """After the close: enter by a market and a limit order, guard by a stop, leave at the market."""
        if holding.averages.says_hold:
            if not shares and not holding.buys:
                quantity, cheaper = _shares(_SLICE, close), _cents(close, Decimal("0.99"))
                market = await self._place(portfolio_id, symbol, Side.BUY, OrderType.MARKET, quantity)
                limit = await self._place(portfolio_id, symbol, Side.BUY, OrderType.LIMIT, quantity, limit=cheaper)
                holding.buys = [order_id for order_id in (market, limit) if order_id is not None]
            elif shares and holding.stop is None:
                holding.stop = await self._guard(portfolio_id, symbol, shares, close)
        elif shares and holding.exit is None:
            await self._cancel_if_open(holding.stop)
            holding.exit = await self._place(
                portfolio_id, symbol, Side.SELL, OrderType.MARKET, shares, good=TimeInForce.GTC
            )
        if not shares and not holding.averages.says_hold:
            holding.buys, holding.stop, holding.exit = [], None, None

    async def _guard(
        self, portfolio_id: PortfolioId, symbol: StockSymbol, shares: Quantity, close: Price
    ) -> OrderId | None:
        """Sell should the price fall by a tenth; for some stocks, not at any price."""
        stop, worst = _cents(close, Decimal("0.90")), _cents(close, Decimal("0.88"))
        if symbol not in GUARDED_BY_STOP_LIMITS:
            return await self._place(
                portfolio_id, symbol, Side.SELL, OrderType.STOP, shares, stop=stop, good=TimeInForce.GTC
            )
        return await self._place(
            portfolio_id, symbol, Side.SELL, OrderType.STOP_LIMIT, shares, limit=worst, stop=stop, good=TimeInForce.GTC
        )

    async def _place(
        self,
        portfolio_id: PortfolioId,
        symbol: StockSymbol,
        side: Side,
        order_type: OrderType,
        quantity: Quantity,
        *,
        limit: Price | None = None,
        stop: Price | None = None,
        good: TimeInForce = TimeInForce.DAY,
    ) -> OrderId | None:
        ticket = OrderTicket(portfolio_id, symbol, side, order_type, quantity, limit, stop, good)
        try:
            async with self._house.scope(self._caller) as scope:
                order = await (await scope.aget(TradingService)).place_order(ticket)
        except RefusedError:
            self._refused += 1
            return None
        self._order_ids.append(order.id)
        return order.id

    async def _cancel_if_open(self, order_id: OrderId | None) -> None:
        if order_id is None:
            return
        async with self._house.scope(self._caller) as scope:
            trading = await scope.aget(TradingService)
            if (await trading.get_order(order_id)).is_open:
                await trading.cancel_order(order_id)

    async def _price(self, symbol: StockSymbol) -> Price:
        return await self._house.container.get(MarketDataProvider).get_current_price(symbol)

    async def _portfolio(self, portfolio_id: PortfolioId) -> Portfolio:
        async with self._house.scope(self._caller) as scope:
            return await (await scope.aget(PortfolioService)).get_portfolio(portfolio_id)

    async def _sum_up(self, portfolio_id: PortfolioId) -> DemoResult:
        async with self._house.scope(self._caller) as scope:
            portfolios, trading = await scope.aget(PortfolioService), await scope.aget(TradingService)
            analytics = await scope.aget(PortfolioAnalyticsService)
            portfolio = await portfolios.get_portfolio(portfolio_id)
            postings: list[Posting] = []
            transactions, cursor = 0, None
            while True:
                page = await portfolios.list_transactions(portfolio_id, PageRequest(500, cursor))
                transactions += len(page.items)
                postings.extend(posting for item in page.items for posting in item.postings)
                cursor = page.next
                if cursor is None:
                    break
            return DemoResult(
                seed=self._seed,
                orders=[await trading.get_order(order_id) for order_id in self._order_ids],
                refused=self._refused,
                portfolio=portfolio,
                positions=await analytics.price_positions(portfolio),
                metrics=await analytics.calculate_portfolio_metrics(portfolio),
                transactions=transactions,
                postings=postings,
            )


def _shares(amount: Money, price: Price) -> Quantity:
    """As many whole shares as an amount buys."""
    return Quantity((amount.amount / price.amount).to_integral_value(ROUND_DOWN))


def _cents(price: Price, rate: Decimal) -> Price:
    return Price((price.amount * rate).quantize(_CENT), price.currency)
