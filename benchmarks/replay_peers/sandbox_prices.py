"""Guilder: what a quote of the sandbox costs, and a day of minute bars, in microseconds; medians.

Each quote is asked on a day that was not asked for before, so that nothing of it is there already.
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median
from typing import Final

from guilder.market_data.application.market_data_service import MarketDataService
from guilder.market_data.application.market_tapes import MarketTapes
from guilder.market_data.domain.market import MarketTerms
from guilder.market_data.infrastructure.sample_prices import SamplePrices
from guilder.published.market_data import MarketMode, Timeframe
from guilder.shared.ids import MAIN_MARKET, MarketId
from guilder.shared.symbol import StockSymbol

_APPLE: Final = StockSymbol("AAPL")
_ANCHOR: Final = date(2026, 1, 5)
_DAYS: Final = 700


class OneMarket:
    """`MarketBoard` and `MarketClock` of one sandbox, whose time is set by hand."""

    def __init__(self) -> None:
        self._terms = MarketTerms(MAIN_MARKET, MarketMode.SANDBOX, seed=7, anchor=_ANCHOR)
        self.at = datetime(2026, 1, 5, tzinfo=UTC)

    def terms(self, market: MarketId) -> MarketTerms:
        return self._terms

    def now(self, market: MarketId = MAIN_MARKET) -> datetime:
        return self.at


async def microseconds() -> dict[str, float]:
    market, history = OneMarket(), SamplePrices()
    service = MarketDataService(market, MarketTapes(market, history), history)
    chance = Random(7)
    quotes, days = [], []
    for number in range(_DAYS):
        midnight = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=number)
        market.at = midnight + timedelta(seconds=chance.randrange(86_400))
        started = time.perf_counter()
        await service.get_quote(_APPLE)
        quotes.append(time.perf_counter() - started)
        if number % 20 == 0:
            market.at = midnight + timedelta(days=1)
            started = time.perf_counter()
            minutes = await service.get_bars(_APPLE, start=midnight, end=market.at, timeframe=Timeframe.MINUTE)
            days.append(time.perf_counter() - started)
            assert len(minutes) == 1_440
    return {"quote": median(quotes) * 1e6, "day_of_minutes": median(days) * 1e6}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(microseconds())))
