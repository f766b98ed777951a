"""Prices for people who are signed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import dropwhile, islice
from typing import Final

from guilder.core.caller import Caller
from guilder.core.pages import Page, PageRequest
from guilder.market_data.application.market_data_service import MarketDataService
from guilder.published.market_data import Adjustment, Bar, Print, Quote, Timeframe
from guilder.shared.errors import InvalidError
from guilder.shared.ids import MarketId
from guilder.shared.symbol import StockSymbol

MOST_SYMBOLS: Final = 500
_BARS: Final = "bars"
_TRADES: Final = "trades"


class TooManySymbolsError(InvalidError):
    """At most 500 symbols are quoted at once."""

    code = "too_many_symbols"


class PriceDisplayService:
    """What the API shows of prices; who is not signed in is shown nothing."""

    def __init__(self, caller: Caller, market_data: MarketDataService) -> None:
        self._caller = caller
        self._market_data = market_data

    async def quote(self, symbol: StockSymbol, market: MarketId) -> Quote:
        """What a share costs now. Raises as `MarketDataProvider.get_quote`, and `NotSignedInError`."""
        self._caller.require_user()
        return await self._market_data.get_quote(symbol, market)

    async def quotes(self, symbols: Sequence[StockSymbol], market: MarketId) -> Sequence[Quote]:
        """In the order in which they were asked for; what has no price is missing.

        Raises:
            TooManySymbolsError: more than 500 of them.
            MarketNotFoundError, NotSignedInError: as they say.
        """
        self._caller.require_user()
        if len(symbols) > MOST_SYMBOLS:
            raise TooManySymbolsError
        quotes = await self._market_data.get_quotes(symbols, market)
        return list(quotes.values())

    async def bars(
        self,
        symbol: StockSymbol,
        *,
        start: datetime | None,
        end: datetime | None,
        adjustment: Adjustment,
        market: MarketId,
        page: PageRequest,
        timeframe: Timeframe = Timeframe.DAY,
    ) -> Page[Bar]:
        """Bars of spans that are over, with start <= `at` < end, oldest first.

        Raises:
            InvalidCursorError: the cursor is not of a page of these bars.
            SymbolNotFoundError, MarketNotFoundError, NotSignedInError: as they say.
        """
        self._caller.require_user()
        listing = f"{_BARS} {market} {symbol} {timeframe} {adjustment}"
        last_seen = _last_seen(page, listing)
        bars = self._market_data.bars(
            symbol,
            start=_later(start, last_seen),
            end=end,
            adjustment=adjustment,
            market=market,
            timeframe=timeframe,
        )
        unseen = bars if last_seen is None else dropwhile(lambda bar: bar.at <= last_seen, bars)
        return Page.cut(list(islice(unseen, page.limit + 1)), page.limit, listing, lambda bar: (bar.at,))

    async def trades(
        self, symbol: StockSymbol, *, start: datetime | None, end: datetime | None, market: MarketId, page: PageRequest
    ) -> Page[Print]:
        """Trades up to now, with start <= `at` < end, oldest first.

        Raises:
            InvalidCursorError: the cursor is not of a page of these trades.
            SymbolNotFoundError, MarketNotFoundError, NotSignedInError: as they say.
        """
        self._caller.require_user()
        listing = f"{_TRADES} {market} {symbol}"
        last_seen = _last_seen(page, listing)
        trades = self._market_data.trades(symbol, start=_later(start, last_seen), end=end, market=market)
        unseen = trades if last_seen is None else dropwhile(lambda trade: trade.at <= last_seen, trades)
        return Page.cut(list(islice(unseen, page.limit + 1)), page.limit, listing, lambda trade: (trade.at,))


def _last_seen(page: PageRequest, listing: str) -> datetime | None:
    match page.after(listing, datetime):
        case (datetime() as last_seen,):
            return last_seen
        case _:
            return None


def _later(start: datetime | None, last_seen: datetime | None) -> datetime | None:
    """Where to begin to look: a cursor never leads before the start."""
    return start if last_seen is None or (start is not None and start > last_seen) else last_seen
