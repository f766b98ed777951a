"""Prices and clocks as they travel in JSON."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, Field

from guilder.core.pages import Page
from guilder.core.wire import InstantIn, InstantOut, RequestModel, decimal_text
from guilder.market_data.application.clock_reader import ClockReading
from guilder.market_data.domain.advance import Advance, parse_span
from guilder.market_data.domain.market import MarketState
from guilder.published.market_data import Bar, MarketMode, Print, Quote
from guilder.shared.symbol import StockSymbol


def parse_symbols(text: str) -> Sequence[StockSymbol]:
    """`AAPL,IBM`. Raises `InvalidSymbolError`."""
    return [StockSymbol.parse(symbol.strip()) for symbol in text.split(",")]


class QuoteResponse(BaseModel):
    """What a share costs: bid <= price <= ask. `stale`: the market has opened since without a price of it."""

    symbol: str
    price: str
    bid: str
    ask: str
    at: InstantOut
    source: str
    stale: bool

    @classmethod
    def from_domain(cls, quote: Quote) -> Self:
        return cls(
            symbol=quote.symbol.value,
            price=decimal_text(quote.price.amount),
            bid=decimal_text(quote.bid.amount),
            ask=decimal_text(quote.ask.amount),
            at=quote.at,
            source=quote.source,
            stale=quote.stale,
        )


class BarResponse(BaseModel):
    """One span of time, which begins `at`: for a session that is its date at 00:00Z. `volume` in shares."""

    at: InstantOut
    open: str
    high: str
    low: str
    close: str
    volume: int

    @classmethod
    def from_domain(cls, bar: Bar) -> Self:
        return cls(
            at=bar.at,
            open=decimal_text(bar.open),
            high=decimal_text(bar.high),
            low=decimal_text(bar.low),
            close=decimal_text(bar.close),
            volume=bar.volume,
        )


class BarPage(BaseModel):
    """Bars, oldest first; `next` is the cursor of the later ones."""

    items: list[BarResponse]
    next: str | None

    @classmethod
    def from_page(cls, page: Page[Bar]) -> Self:
        return cls(items=[BarResponse.from_domain(bar) for bar in page.items], next=page.next)


class TradeResponse(BaseModel):
    """One trade: `size` shares at `price` each."""

    at: InstantOut
    price: str
    size: int

    @classmethod
    def from_domain(cls, trade: Print) -> Self:
        return cls(at=trade.at, price=decimal_text(trade.price.amount), size=trade.size)


class TradePage(BaseModel):
    """Trades, oldest first; `next` is the cursor of the later ones."""

    items: list[TradeResponse]
    next: str | None

    @classmethod
    def from_page(cls, page: Page[Print]) -> Self:
        return cls(items=[TradeResponse.from_domain(trade) for trade in page.items], next=page.next)


class ClockResponse(BaseModel):
    """What time it is in a market; `next_open` and `next_close` are null once the data, or the market, have ended.

    `speed`: how many seconds pass in it in one of ours while its `state` is `running`.
    """

    market: str
    now: InstantOut
    mode: MarketMode
    state: MarketState
    speed: str
    is_open: bool
    next_open: InstantOut | None
    next_close: InstantOut | None

    @classmethod
    def from_reading(cls, reading: ClockReading) -> Self:
        return cls(
            market=reading.market,
            now=reading.now,
            mode=reading.mode,
            state=reading.state,
            speed=decimal_text(reading.speed),
            is_open=reading.is_open,
            next_open=reading.next_open,
            next_close=reading.next_close,
        )


class AdvanceRequest(RequestModel):
    """Exactly one of the three."""

    by: Annotated[str, Field(max_length=40, examples=["1d"])] | None = None
    """A span of time: `1d` is 24 hours; `6h`, `30m`, `10s`."""
    sessions: Annotated[int, Field(strict=True, examples=[None])] | None = None
    """To the close of the n-th session; one that is open counts."""
    to: InstantIn | None = None
    """To an instant."""

    def to_advance(self) -> Advance:
        """Raises `InvalidAdvanceError`."""
        return Advance(None if self.by is None else parse_span(self.by), self.sessions, self.to)
