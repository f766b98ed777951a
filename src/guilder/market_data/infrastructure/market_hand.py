"""The market's hand: what the venue must know and do as a market moves."""

from __future__ import annotations

from datetime import datetime

from guilder.market_data.application.market_tapes import MarketTapes, NoPriceProviderError
from guilder.market_data.application.ports import PriceHistory
from guilder.market_data.domain.market import MarketState
from guilder.market_data.infrastructure.resident_markets import ResidentMarkets
from guilder.published.market_data import Bar, MarketMode, PricePath, Session, Timeframe
from guilder.shared.ids import MarketId
from guilder.shared.symbol import StockSymbol


class MarketHand:
    """`Markets` over the markets in memory."""

    def __init__(self, board: ResidentMarkets, tapes: MarketTapes, history: PriceHistory) -> None:
        self._board = board
        self._tapes = tapes
        self._history = history

    def mode(self, market: MarketId) -> MarketMode:
        return self._board.terms(market).mode

    def worked_until(self, market: MarketId) -> datetime:
        return self._board.worked_until(market)

    def session_at_or_after(self, market: MarketId, instant: datetime) -> Session | None:
        if self._board.standing(market).state is MarketState.ENDED:
            return None
        if self._board.terms(market).mode is MarketMode.LIVE:
            raise NoPriceProviderError
        return self._tapes.session_at_or_after(market, instant)

    def seed(self, market: MarketId) -> int:
        return self._board.terms(market).seed

    def path(self, market: MarketId, symbol: StockSymbol, session: Session) -> PricePath | None:
        tape, listing = self._tapes.tape(market), self._history.find(symbol)
        position = tape.timeline.position_of(session)
        return None if position is None or listing is None else tape.path(listing, position)

    def last_bar(self, market: MarketId, symbol: StockSymbol, instant: datetime, timeframe: Timeframe) -> Bar | None:
        return self._tapes.tape(market).last_bar(self._history.listing(symbol), instant, timeframe)

    def is_known(self, symbol: StockSymbol) -> bool:
        return self._history.find(symbol) is not None

    async def move(self, market: MarketId, to: datetime) -> None:
        await self._board.move(market, to)
