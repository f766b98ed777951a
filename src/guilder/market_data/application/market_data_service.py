"""What the other rooms ask this one: prices of a market as of its present time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from guilder.market_data.application.market_tapes import MarketTapes
from guilder.market_data.application.ports import PriceHistory
from guilder.market_data.domain.intraday import Window
from guilder.published.market_data import (
    Adjustment,
    Bar,
    InvalidDaysError,
    MarketClock,
    NoPriceError,
    Print,
    Quote,
    Session,
    Timeframe,
)
from guilder.shared.ids import MAIN_MARKET, MarketId
from guilder.shared.money import Price
from guilder.shared.symbol import StockSymbol

T = TypeVar("T")


class MarketDataService:
    """`MarketDataProvider` and `MarketTape` from memory.

    The market's time is read once a question, and nothing later is told.
    """

    def __init__(self, clock: MarketClock, tapes: MarketTapes, history: PriceHistory) -> None:
        self._clock = clock
        self._tapes = tapes
        self._history = history

    async def get_quote(self, symbol: StockSymbol, market: MarketId = MAIN_MARKET) -> Quote:
        """What a share costs now; between sessions what it cost at the last close. See `MarketDataProvider`."""
        now = self._clock.now(market)
        listing = self._history.listing(symbol)
        return _present(self._tapes.tape(market).quote(listing, now), symbol, market, now)

    async def get_quotes(
        self, symbols: Iterable[StockSymbol], market: MarketId = MAIN_MARKET
    ) -> Mapping[StockSymbol, Quote]:
        """All at one instant; what has no price is missing."""
        now = self._clock.now(market)
        tape = self._tapes.tape(market)
        quotes = {
            symbol: tape.quote(listing, now)
            for symbol in dict.fromkeys(symbols)
            if (listing := self._history.find(symbol)) is not None
        }
        return {symbol: quote for symbol, quote in quotes.items() if quote is not None}

    async def get_current_price(self, symbol: StockSymbol, market: MarketId = MAIN_MARKET) -> Price:
        """The price per share now: that of the quote, without the work of a quote."""
        now = self._clock.now(market)
        price = self._tapes.tape(market).price(self._history.listing(symbol), now)
        return _present(price, symbol, market, now)

    async def get_current_prices(
        self, symbols: Iterable[StockSymbol], market: MarketId = MAIN_MARKET
    ) -> Mapping[StockSymbol, Price]:
        """Prices per share, all at one instant; what has none is missing."""
        now = self._clock.now(market)
        tape = self._tapes.tape(market)
        prices = {}
        for symbol in symbols:
            listing = self._history.find(symbol)
            price = None if listing is None else tape.price(listing, now)
            if price is not None:
                prices[symbol] = price
        return prices

    async def get_historical_prices(
        self, symbol: StockSymbol, days: int, market: MarketId = MAIN_MARKET
    ) -> Sequence[tuple[date, Price]]:
        """Split-adjusted closes; sessions in which the symbol was not traded are missing.

        Raises:
            SymbolNotFoundError: the data do not have it.
            InvalidDaysError: `days` is zero or negative.
        """
        if days < 1:
            raise InvalidDaysError
        now = self._clock.now(market)
        listing = self._history.listing(symbol)
        bars = self._tapes.tape(market).last_bars(listing, now, Adjustment.SPLIT, days)
        return [(bar.at.date(), Price(bar.close, listing.currency)) for bar in bars]

    async def get_latest_bars(
        self, symbols: Iterable[StockSymbol], market: MarketId = MAIN_MARKET
    ) -> Mapping[StockSymbol, Bar]:
        """The bar of the last finished session of each symbol that was traded in it; the others are missing."""
        found = map(self._history.find, symbols)
        listings = [listing for listing in found if listing is not None]
        return self._tapes.tape(market).latest_bars(listings, self._clock.now(market))

    async def get_bars(
        self,
        symbol: StockSymbol,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        adjustment: Adjustment = Adjustment.RAW,
        market: MarketId = MAIN_MARKET,
        timeframe: Timeframe = Timeframe.DAY,
    ) -> Sequence[Bar]:
        """Bars of spans that are over, corrected for what had happened by the market's present time."""
        return list(self.bars(symbol, start=start, end=end, adjustment=adjustment, market=market, timeframe=timeframe))

    def bars(
        self,
        symbol: StockSymbol,
        *,
        start: datetime | None,
        end: datetime | None,
        adjustment: Adjustment,
        market: MarketId,
        timeframe: Timeframe,
    ) -> Iterator[Bar]:
        """The same one by one, for who does not need all of them."""
        window = Window(start, end, self._clock.now(market))
        listing = self._history.listing(symbol)
        return self._tapes.tape(market).bars(listing, window, adjustment, timeframe)

    def last_session(self, market: MarketId = MAIN_MARKET) -> Session | None:
        """The session that is open, else the last one that was."""
        timeline = self._tapes.tape(market).timeline
        position = timeline.last_started(self._clock.now(market))
        return None if position is None else timeline.session(position)

    async def get_trades(
        self, symbol: StockSymbol, *, start: datetime, market: MarketId = MAIN_MARKET
    ) -> Sequence[Print]:
        """Trades from `start` up to now, oldest first."""
        return list(self.trades(symbol, start=start, end=None, market=market))

    def trades(
        self, symbol: StockSymbol, *, start: datetime | None, end: datetime | None, market: MarketId
    ) -> Iterator[Print]:
        """Trades up to the market's present time, with start <= `at` < end, oldest first, one by one.

        Raises:
            SymbolNotFoundError, MarketNotFoundError: as they say.
        """
        window = Window(start, end, self._clock.now(market))
        listing = self._history.listing(symbol)
        return self._tapes.tape(market).trades(listing, window)


def _present(told: T | None, symbol: StockSymbol, market: MarketId, now: datetime) -> T:
    """What the tape told. Raises `NoPriceError` when that is nothing."""
    if told is None:
        raise NoPriceError(f"{symbol} has no price yet in market {market}, where it is {now.isoformat()}")
    return told
