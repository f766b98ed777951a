"""Prices for people who are signed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import dropwhile, islice
from typing import Final

from guilder.core.caller import Caller
from guilder.core.pages import Page, PageRequest
from guilder.market_data.application.market_data_service import MarketDataService
from guilder.published.market_data import Adjustment, Bar, Quote
from guilder.shared.errors import InvalidError
from guilder.shared.ids import MarketId
from guilder.shared.symbol import StockSymbol

MOST_SYMBOLS: Final = 500
_LISTING: Final = "bars"


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
    ) -> Page[Bar]:
        """Bars of finished sessions with start <= `at` < end, oldest first.

        Raises:
            InvalidCursorError: the cursor is not of a page of bars.
            SymbolNotFoundError, MarketNotFoundError, NotSignedInError: as they say.
        """
        self._caller.require_user()
        match page.after(_LISTING, datetime):
            case (datetime() as last_seen,):
                begin = last_seen if start is None else max(start, last_seen)
                bars = self._market_data.bars(symbol, start=begin, end=end, adjustment=adjustment, market=market)
                bars = dropwhile(lambda bar: bar.at <= last_seen, bars)
            case _:
                bars = self._market_data.bars(symbol, start=start, end=end, adjustment=adjustment, market=market)
        found = list(islice(bars, page.limit + 1))
        return Page.cut(found, page.limit, _LISTING, lambda bar: (bar.at,))
