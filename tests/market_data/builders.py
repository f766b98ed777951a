"""What the tests of this room start from: small markets whose every price can be seen, and the sample data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache

from guilder.market_data.domain.calendar import SessionCalendar
from guilder.market_data.domain.corporate_actions import Dividend, Split
from guilder.market_data.domain.listing import Listing, SessionPrices
from guilder.market_data.domain.market import Market, MarketTerms, Standing
from guilder.market_data.infrastructure.sample_prices import SamplePrices
from guilder.published.market_data import MarketMode, MarketNotFoundError, PricePath, Session, SymbolNotFoundError
from guilder.shared.currency import USD
from guilder.shared.ids import MAIN_MARKET, MarketId, UserId
from guilder.shared.money import Price
from guilder.shared.symbol import StockSymbol

AAPL, IBM, MSFT, GOOG, FB = (StockSymbol(ticker) for ticker in ("AAPL", "IBM", "MSFT", "GOOG", "FB"))
SYMBOLS = (AAPL, IBM, MSFT, GOOG, FB)
ACME = StockSymbol("ACME")
A_DAY = timedelta(days=1)
FIRST_DAY = date(2010, 1, 4)
"""The first session of small calendars, which is also the one where the sandbox begins."""


@cache
def sample() -> SamplePrices:
    """The prices in the box; nobody changes them, so all tests share them."""
    return SamplePrices()


def at(text: str) -> datetime:
    """`2010-01-04T14:30Z`, or a date: its midnight."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def usd(amount: str) -> Price:
    return Price.parse(amount, USD)


def a_calendar(sessions: int, first: date = FIRST_DAY) -> SessionCalendar:
    """Sessions from 14:30Z to 21:00Z on days that follow each other."""
    days = [first.toordinal() + number for number in range(sessions)]
    midnights = [(day - date(1970, 1, 1).toordinal()) * 24 * 60 for day in days]
    return SessionCalendar(days, [it + 14 * 60 + 30 for it in midnights], [it + 21 * 60 for it in midnights])


def some_prices(open: str, high: str, low: str, close: str, volume: int = 1000) -> SessionPrices:
    """A bar, in dollars."""
    steps = [int(usd(text).amount * 10_000) for text in (open, high, low, close)]
    return SessionPrices(steps[0], steps[1], steps[2], steps[3], volume)


def a_listing(
    *bars: SessionPrices,
    first: int = 0,
    symbol: StockSymbol = ACME,
    splits: Sequence[tuple[int, Split]] = (),
    dividends: Sequence[tuple[int, Dividend]] = (),
) -> Listing:
    """A symbol with these bars, from session number `first` on."""
    opens, highs, lows, closes, volumes = (list(column) for column in zip(*bars, strict=True))
    return Listing(symbol, USD, first, (opens, highs, lows, closes, volumes), splits, dividends)


def flat(*prices: str) -> list[SessionPrices]:
    """Bars of sessions in which nothing moved."""
    return [some_prices(price, price, price, price) for price in prices]


def a_session(opens: str = "2010-01-04T14:30", closes: str = "2010-01-04T21:00") -> Session:
    return Session(on=at(opens).date(), opens_at=at(opens), closes_at=at(closes))


def a_path(*points: tuple[int, int], tick: str = "0.01") -> PricePath:
    """A path through points of (microseconds after the open, ticks)."""
    session = a_session()
    return PricePath(
        symbol=ACME,
        session=session,
        points=tuple((session.opens_at + timedelta(microseconds=after), ticks) for after, ticks in points),
        tick=usd(tick),
        volume=1000,
        source_on=session.on,
    )


def a_market(
    mode: MarketMode = MarketMode.REPLAY,
    now: str = "2010-01-04T14:30",
    seed: int = 0,
    id: MarketId = MAIN_MARKET,
    owner: UserId | None = None,
) -> Market:
    return Market.opened(MarketTerms(id, mode, seed, anchor=at(now).date(), owner=owner), at=at(now))


class FakeHistory:
    """`PriceHistory` of a few listings."""

    source = "fake"

    def __init__(self, calendar: SessionCalendar, *listings: Listing) -> None:
        self.calendar = calendar
        self._listings = {listing.symbol: listing for listing in listings}

    def listing(self, symbol: StockSymbol) -> Listing:
        if symbol not in self._listings:
            raise SymbolNotFoundError
        return self._listings[symbol]

    def find(self, symbol: StockSymbol) -> Listing | None:
        return self._listings.get(symbol)


class FakeMarkets:
    """`MarketRepository` and `MarketBoard` in memory."""

    def __init__(self, *markets: Market) -> None:
        self._markets = {market.id: market for market in markets}
        self.saved: list[Market] = []

    async def get(self, market: MarketId) -> Market:
        return self._market(market)

    async def all(self) -> Sequence[Market]:
        return [self._markets[id] for id in sorted(self._markets)]

    def save(self, market: Market) -> None:
        self._markets[market.id] = market
        self.saved.append(market)

    async def load(self) -> Sequence[MarketTerms]:
        return self.all_terms()

    def all_terms(self) -> Sequence[MarketTerms]:
        return [market.terms for market in self._markets.values()]

    def terms(self, market: MarketId) -> MarketTerms:
        return self._market(market).terms

    def standing(self, market: MarketId) -> Standing:
        return self._market(market).standing

    def _market(self, market: MarketId) -> Market:
        if market not in self._markets:
            raise MarketNotFoundError
        return self._markets[market]


class NoQueue:
    """`WriterQueue` of a writer that is always sure."""

    async def settled(self) -> None:
        return

    def when_behind(self, reload: Callable[[], Awaitable[object]]) -> None:
        return
