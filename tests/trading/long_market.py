"""A market of many sessions that were made up by chance, quick enough to be lived through ten thousand times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from guilder.published.market_data import Bar, PricePath, Session, Timeframe
from guilder.shared.ids import MAIN_MARKET, MarketId, OrderId
from guilder.shared.money import Price
from guilder.shared.symbol import StockSymbol
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_book import OrderBook, RestingOrder
from tests.builders import A_DAY, OPENS_AT, a_path, a_session
from tests.trading.fakes import FakeMarkets, FakeOrders

_LOWEST: Final = 500


class LongMarket(FakeMarkets):
    """One session a day; now and then a symbol is not traded in one."""

    def __init__(self, chance: Random, symbols: Sequence[StockSymbol], days: int) -> None:
        self._all_sessions = [a_session(day) for day in range(days)]
        self._days: dict[StockSymbol, list[PricePath | None]] = {
            symbol: _walk(chance, symbol, self._all_sessions) for symbol in symbols
        }
        traded = [path for paths in self._days.values() for path in paths if path is not None]
        super().__init__(self._all_sessions, traded)

    def session_at_or_after(self, market: MarketId, instant: datetime) -> Session | None:
        day = max((instant - OPENS_AT) // A_DAY, 0)
        following = self._all_sessions[day : day + 2]
        return next((session for session in following if instant < session.closes_at), None)

    def last_bar(self, market: MarketId, symbol: StockSymbol, instant: datetime, timeframe: Timeframe) -> Bar | None:
        path = self._last_path(symbol, (instant - timedelta(microseconds=1) - OPENS_AT) // A_DAY)
        if path is None:
            return None
        length = path.session.closes_at - path.session.opens_at
        span = length if timeframe is Timeframe.DAY else timedelta(minutes=timeframe.minutes)
        low, high = path.extremes(path.session.opens_at, path.session.closes_at)
        close, opened = path.price_at(path.session.closes_at), path.price_at(path.session.opens_at)
        volume = int(path.volume * (span / length))
        return Bar(instant - span, opened.amount, high.amount, low.amount, close.amount, volume)

    def last_price(self, symbol: StockSymbol) -> Price:
        now = self.now(MAIN_MARKET)
        path = self._last_path(symbol, (now - OPENS_AT) // A_DAY)
        if path is not None:
            return path.price_at(now)
        first = next(path for path in self._days[symbol] if path is not None)
        return first.price_at(first.session.opens_at)

    def _last_path(self, symbol: StockSymbol, day: int) -> PricePath | None:
        """That of a day, or of the last one before on which it was traded."""
        while day >= 0:
            path = self._days[symbol][day]
            if path is not None:
                return path
            day -= 1
        return None


def _walk(chance: Random, symbol: StockSymbol, sessions: Sequence[Session]) -> list[PricePath | None]:
    walked: list[PricePath | None] = []
    close = 10_000
    for session in sessions:
        opened = max(_LOWEST, close + chance.randint(-200, 200))
        close = max(_LOWEST, opened + chance.randint(-300, 300))
        high, low = max(opened, close) + chance.randint(0, 150), min(opened, close) - chance.randint(0, 150)
        bar = [f"{Decimal(cents) / 100:.2f}" for cents in (opened, high, low, close)]
        volume = chance.choice([1_000, 50_000, 2_000_000])
        is_traded = chance.random() > 0.05
        walked.append(
            a_path(bar[0], bar[1], bar[2], bar[3], volume=volume, session=session, symbol=symbol) if is_traded else None
        )
    return walked


class BookedOrders(FakeOrders):
    """Orders whose book follows them one by one, as that of a house does."""

    def __init__(self) -> None:
        super().__init__()
        self.book = OrderBook()
        self.touched: dict[OrderId, Order] = {}
        """Those that were saved since somebody looked."""

    def known(self, order_id: OrderId) -> Order:
        return self._orders[order_id]

    async def book_of(self, market: MarketId) -> OrderBook:
        return self.book

    def save(self, order: Order) -> None:
        super().save(order)
        self.touched[order.id] = order
        if order.is_open:
            self.book.put(RestingOrder.of(order))
        else:
            self.book.remove(order.id)
