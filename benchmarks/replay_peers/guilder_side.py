"""Guilder: from before the first session to the last durable commit is timed, through the whole domain.

A bot in the house uses the services that the HTTP API uses. After each session's close it asks for the bars of that
session, and places its orders as tickets; each reserves, rests until the next open, is filled there with the reason
for its price, and booked with lots and postings. Orders, executions, lots, reservations, transactions, events and
audit notes are committed to a SQLite file with `synchronous=FULL`.

    --commit session   each order, and each session, is durable before the next thing happens
    --commit run       the same units, not waited for one by one: all are durable when the clock stops

The relay, which tells other rooms of events, does not run.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import deque
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.replay_peers.guilder_core import MadeUpPrices, a_core
from benchmarks.replay_peers.made_up_prices import bars, days
from benchmarks.replay_peers.rule import CASH, FAST, SHARES, SLOW, report
from guilder.core.batch import Batch
from guilder.financial.application.portfolio_service import PortfolioService
from guilder.published.market_data import Bar, MarketDataProvider
from guilder.published.trading import Side
from guilder.shared.currency import USD
from guilder.shared.ids import MAIN_MARKET, PortfolioId
from guilder.shared.money import Money
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.trading.application.market_session_service import MarketSessionService
from guilder.trading.application.trading_service import TradingService
from guilder.trading.domain.order_ticket import OrderTicket, OrderType

_CENTS: Final = 100
_SHARES: Final = Quantity.parse(str(SHARES))


class Averages:
    """The two means of one symbol's closes, as sums in cents, and whether its shares are held."""

    def __init__(self) -> None:
        self._closes = deque([0] * SLOW, SLOW)
        self._fast = self._slow = 0
        self._seen = 0
        self._holds = False

    def take(self, close: int) -> Side | None:
        """One more close, in cents; what the rule has one do then."""
        closes = self._closes
        self._fast += close - closes[-FAST]
        self._slow += close - closes[0]
        closes.append(close)
        self._seen += 1
        if self._seen < SLOW:
            return None
        above = self._fast * SLOW - self._slow * FAST
        if above == 0 or (above > 0) == self._holds:
            return None
        self._holds = not self._holds
        return Side.BUY if self._holds else Side.SELL


class Bot:
    """Looks at the bars of each session that is over, and trades by the rule."""

    def __init__(self, trading: TradingService, portfolio_id: PortfolioId) -> None:
        self._trading = trading
        self._portfolio_id = portfolio_id
        self._averages: dict[StockSymbol, Averages] = {}
        self.seen = self.placed = 0

    async def look(self, latest: Mapping[StockSymbol, Bar]) -> None:
        self.seen += len(latest)
        for symbol, bar in latest.items():
            averages = self._averages.get(symbol)
            if averages is None:
                averages = self._averages[symbol] = Averages()
            side = averages.take(int(bar.close * _CENTS))
            if side is not None:
                self.placed += 1
                ticket = OrderTicket(self._portfolio_id, symbol, side, OrderType.MARKET, _SHARES)
                await self._trading.place_order(ticket)


async def run(folder: Path, commit: str) -> None:
    history = MadeUpPrices(days(), bars())
    async with a_core(folder, history) as scope:
        portfolios, trading = await scope.aget(PortfolioService), await scope.aget(TradingService)
        sessions, prices = await scope.aget(MarketSessionService), await scope.aget(MarketDataProvider)
        portfolio = await portfolios.open_portfolio("Replay", USD)
        await portfolios.deposit(portfolio.id, Money.parse(str(CASH), USD))
        bot = Bot(trading, portfolio.id)

        started = time.perf_counter()
        async with AsyncExitStack() as waiting:
            if commit == "run":
                await waiting.enter_async_context(Batch())
            for number in range(len(history.calendar)):
                await sessions.advance(MAIN_MARKET, history.calendar.session(number).closes_at)
                await bot.look(await prices.get_latest_bars(history.symbols))
        seconds = time.perf_counter() - started

    report(bars=bot.seen, orders=bot.placed, seconds=seconds)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--commit", choices=("session", "run"), default="run")
    commit = parser.parse_args().commit
    with TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder), commit))


if __name__ == "__main__":
    main()
