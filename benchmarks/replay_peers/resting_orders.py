"""Guilder: what a session costs that touches ten orders while COUNT others rest, in seconds (the median session).

The others are limit orders far below the market, a hundred a portfolio, of the same symbol. Each session falls a cent
lower than the one before, onto ten orders that are filled, booked and durably committed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.replay_peers.guilder_core import MadeUpPrices, a_core
from benchmarks.replay_peers.made_up_prices import MadeUpBar, days
from guilder.core.batch import Batch
from guilder.financial.application.portfolio_service import PortfolioService
from guilder.published.trading import Side
from guilder.shared.currency import USD
from guilder.shared.ids import MAIN_MARKET, PortfolioId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.trading.application.market_session_service import MarketSessionService
from guilder.trading.application.trading_service import TradingService
from guilder.trading.domain.order_ticket import OrderTicket, OrderType, TimeInForce

SESSIONS: Final = 21
TOUCHED: Final = 10
A_PORTFOLIO: Final = 100
_SYMBOL: Final = StockSymbol("MADE")
_TOP: Final = 100_00
_ONE: Final = Quantity.parse("1")


async def seconds_a_session(folder: Path, count: int) -> list[float]:
    falling = [MadeUpBar(_TOP, _TOP, _TOP - number, _TOP, 1_000_000) for number in range(1, SESSIONS + 2)]
    history = MadeUpPrices(days()[: len(falling)], {_SYMBOL.value: falling})
    async with a_core(folder, history) as scope:
        trading, sessions = await scope.aget(TradingService), await scope.aget(MarketSessionService)
        portfolios = await scope.aget(PortfolioService)

        async def place(portfolio_id: PortfolioId, cents: int) -> None:
            limit = Price.parse(f"{cents // 100}.{cents % 100:02}", USD)
            terms = (OrderType.LIMIT, _ONE, limit, None, TimeInForce.GTC)
            await trading.place_order(OrderTicket(portfolio_id, _SYMBOL, Side.BUY, *terms))

        async def a_portfolio() -> PortfolioId:
            portfolio = await portfolios.open_portfolio("Resting", USD)
            await portfolios.deposit(portfolio.id, Money.parse("1000000", USD))
            return portfolio.id

        others = [await a_portfolio() for _ in range(count // A_PORTFOLIO)]
        touched = await a_portfolio()
        async with Batch():
            for portfolio_id in others:
                for number in range(A_PORTFOLIO):
                    await place(portfolio_id, 100 + number)
            for number in range(1, SESSIONS + 2):
                for _ in range(TOUCHED):
                    await place(touched, _TOP - number)

        took = []
        for number in range(len(falling)):
            started = time.perf_counter()
            await sessions.advance(MAIN_MARKET, history.calendar.session(number).closes_at)
            took.append(time.perf_counter() - started)
    return took[1:]  # the first session warms up


def main() -> None:
    with TemporaryDirectory() as folder:
        print(json.dumps({"seconds": median(asyncio.run(seconds_a_session(Path(folder), int(sys.argv[1]))))}))


if __name__ == "__main__":
    main()
