"""Volumes of sessions from the bars that the market has told."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from guilder.published.market_data import MarketClock, MarketDataProvider, Timeframe
from guilder.shared.ids import MarketId
from guilder.shared.symbol import StockSymbol
from guilder.trading.domain.slicing.volume_profile import NoVolumeProfileError, VolumeProfile

_LOOKED_BACK: Final = timedelta(days=30)
"""A symbol that was not traded for longer has no habits to go by."""

_DAY: Final = timedelta(days=1)


class FinishedSessionVolumes:
    """`SessionVolumes` by the minute bars of the last session that has a bar."""

    def __init__(self, market_data: MarketDataProvider, market_clock: MarketClock) -> None:
        self._market_data = market_data
        self._market_clock = market_clock

    async def last_profile(self, symbol: StockSymbol, market: MarketId) -> VolumeProfile:
        since = self._market_clock.now(market) - _LOOKED_BACK
        sessions = await self._market_data.get_bars(symbol, start=since, market=market)
        if not sessions:
            raise NoVolumeProfileError
        midnight = sessions[-1].at
        minutes = await self._market_data.get_bars(
            symbol, start=midnight, end=midnight + _DAY, market=market, timeframe=Timeframe.MINUTE
        )
        return VolumeProfile(minutes)
