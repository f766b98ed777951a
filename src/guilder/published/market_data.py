"""What the market data room says to the others: prices, bars, sessions, and what time it is in a market."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from guilder.shared.errors import InvalidError, NotFoundError, RefusedError
from guilder.shared.ids import MAIN_MARKET, MarketId
from guilder.shared.money import Price
from guilder.shared.symbol import StockSymbol


class MarketNotFoundError(NotFoundError):
    """There is no such market."""

    code = "market_not_found"


class MarketEndedError(RefusedError):
    """This market was ended: it can be looked at, and its time stands still for ever."""

    code = "market_ended"


class SymbolNotFoundError(NotFoundError):
    """No market of this house trades such a symbol."""

    code = "symbol_not_found"


class NoPriceError(RefusedError):
    """The symbol exists, but has no price in this market at its present time."""

    code = "no_price"


class InvalidDaysError(InvalidError):
    """Prices are asked for one session or more."""

    code = "invalid_days"


class MarketMode(StrEnum):
    """Where a market's time and prices come from."""

    SANDBOX = "sandbox"
    REPLAY = "replay"
    LIVE = "live"


class Adjustment(StrEnum):
    """What historical prices are corrected for."""

    RAW = "raw"
    SPLIT = "split"
    ALL = "all"


class Timeframe(StrEnum):
    """How much time a bar sums up. Spans are those of the clock in UTC: an hour begins at its full hour."""

    MINUTE = "1Min"
    FIVE_MINUTES = "5Min"
    QUARTER_HOUR = "15Min"
    HOUR = "1Hour"
    DAY = "1Day"

    @property
    def minutes(self) -> int:
        """1,440 for a day, which is always a whole session, however long that is."""
        return _MINUTES[self]


_MINUTES: Final = {
    Timeframe.MINUTE: 1,
    Timeframe.FIVE_MINUTES: 5,
    Timeframe.QUARTER_HOUR: 15,
    Timeframe.HOUR: 60,
    Timeframe.DAY: 1_440,
}


@dataclass(frozen=True, slots=True)
class Quote:
    """What a share costs in a market at an instant: bid <= price <= ask.

    Orders are filled from the price; bid and ask stand around it. `stale` says that it is older than the market's last
    session.
    """

    symbol: StockSymbol
    price: Price
    bid: Price
    ask: Price
    at: datetime
    source: str
    stale: bool


class Bar(NamedTuple):
    """What a symbol did in one span of time. `at` is where the span begins; `volume` in shares.

    For a day it is the session's date at 00:00Z. The first span of a session may begin before the session does.
    """

    at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int


@dataclass(frozen=True, slots=True)
class Print:
    """A trade of a symbol as the tape tells it: `size` shares at `price` each."""

    at: datetime
    price: Price
    size: int


@dataclass(frozen=True, slots=True)
class Session:
    """One trading day of a market: prices are made from `opens_at` to `closes_at`, both included."""

    on: date
    opens_at: datetime
    closes_at: datetime

    def is_open_at(self, instant: datetime) -> bool:
        return self.opens_at <= instant < self.closes_at


class Direction(StrEnum):
    """From which side a price is awaited."""

    FALLING = "falling"
    RISING = "rising"


_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class PricePath:
    """How the price of one symbol moves through one session: straight legs between a few points, in whole ticks.

    Open, then the extreme nearer to the open, then the other, then the close; so the path has the session's bar for
    its own bar. `points` are (instant, ticks), instants strictly growing; `tick` is the price of one step.
    """

    symbol: StockSymbol
    session: Session
    points: tuple[tuple[datetime, int], ...]
    tick: Price
    volume: int
    source_on: date
    """The day of the data that this session shows; another than `session.on` in the sandbox."""

    def price_at(self, instant: datetime) -> Price:
        """The price at an instant of the session; before its first point the open, after its last the close."""
        return self._price(self.ticks_at(instant))

    def ticks_at(self, instant: datetime) -> int:
        before_at, before = self.points[0]
        if instant <= before_at:
            return before
        for at, ticks in self.points[1:]:
            if instant < at:
                return before + _part(
                    ticks - before, (instant - before_at) // _MICROSECOND, (at - before_at) // _MICROSECOND
                )
            before_at, before = at, ticks
        return before

    def first_touch(self, level: Price, direction: Direction, *, since: datetime, until: datetime) -> datetime | None:
        """The first instant in [since, until] at which the price is at or beyond `level` in that direction.

        FALLING: at or below it. RISING: at or above it. None when it is not reached.
        """
        steps = level.amount / self.tick.amount
        goal = int(steps.to_integral_value("ROUND_FLOOR" if direction is Direction.FALLING else "ROUND_CEILING"))
        start = max(since, self.points[0][0])
        if start > until:
            return None
        if _reached(self.ticks_at(start), goal, direction):
            return start
        before_at, before = self.points[0]
        for at, ticks in self.points[1:]:
            if at > start and _reached(ticks, goal, direction):
                span = (at - before_at) // _MICROSECOND
                wait = -(-abs(goal - before) * span // abs(ticks - before))
                touch = before_at + wait * _MICROSECOND
                return touch if touch <= until else None
            before_at, before = at, ticks
        return None

    def extremes(self, since: datetime, until: datetime) -> tuple[Price, Price]:
        """The lowest and the highest price in [since, until]."""
        ticks = [self.ticks_at(since), self.ticks_at(until)]
        ticks += [there for at, there in self.points if since < at < until]
        return self._price(min(ticks)), self._price(max(ticks))

    def _price(self, ticks: int) -> Price:
        return Price.of_steps(ticks, self.tick.amount, self.tick.currency)


def _part(rise: int, passed: int, span: int) -> int:
    """The whole ticks of `rise` that are done after `passed` of `span`; towards zero, so a leg ends exactly."""
    done = abs(rise) * passed // span
    return done if rise >= 0 else -done


def _reached(ticks: int, goal: int, direction: Direction) -> bool:
    return ticks <= goal if direction is Direction.FALLING else ticks >= goal


class MarketClock(Protocol):
    """What time it is in a market: for orders, fills, bookings and valuation. Read at most once a use case."""

    def now(self, market: MarketId = MAIN_MARKET) -> datetime:
        """The market's present instant, aware, in UTC. Raises `MarketNotFoundError`."""


class MarketDoor(Protocol):
    """Whether something may begin in a market."""

    def check_open(self, market: MarketId) -> None:
        """Raises `MarketNotFoundError`, and `MarketEndedError` where nothing begins any more."""


class MarketDataProvider(Protocol):
    """Prices of a market as of its present time; nothing later is ever told."""

    async def get_quote(self, symbol: StockSymbol, market: MarketId = MAIN_MARKET) -> Quote:
        """Raises `SymbolNotFoundError`, `NoPriceError`, `MarketNotFoundError`."""

    async def get_quotes(
        self, symbols: Iterable[StockSymbol], market: MarketId = MAIN_MARKET
    ) -> Mapping[StockSymbol, Quote]:
        """Those of the symbols that have a price; the others are missing. One look-up for all."""

    async def get_current_price(self, symbol: StockSymbol, market: MarketId = MAIN_MARKET) -> Price:
        """The price per share now. Raises as `get_quote`."""

    async def get_current_prices(
        self, symbols: Iterable[StockSymbol], market: MarketId = MAIN_MARKET
    ) -> Mapping[StockSymbol, Price]:
        """Prices per share of those symbols that have one."""

    async def get_historical_prices(
        self, symbol: StockSymbol, days: int, market: MarketId = MAIN_MARKET
    ) -> Sequence[tuple[date, Price]]:
        """Split-adjusted closes of the last `days` finished sessions, oldest first; sessions without one are missing.

        Raises `SymbolNotFoundError`, `MarketNotFoundError`, and `InvalidDaysError` when `days` is less than 1.
        """

    async def get_latest_bars(
        self, symbols: Iterable[StockSymbol], market: MarketId = MAIN_MARKET
    ) -> Mapping[StockSymbol, Bar]:
        """The unadjusted bar of the last finished session of each symbol that was traded in it; the others are missing.

        One look-up for all: what a bot wants to see after each close.
        """

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
        """Bars of spans that are over, with start <= at < end, oldest first: of whole sessions unless told.

        Adjusted for what has happened up to the market's present time: a split counts from the open of its ex-session,
        a dividend, whose factor takes that session's close, from its close. Raises `SymbolNotFoundError`,
        `MarketNotFoundError`.
        """


class MarketTape(Protocol):
    """The session as it went, trade by trade, up to a market's present time; nothing later is ever told."""

    def last_session(self, market: MarketId = MAIN_MARKET) -> Session | None:
        """The session that is open, else the last one that was; None before the first. Raises `MarketNotFoundError`."""

    async def get_trades(
        self, symbol: StockSymbol, *, start: datetime, market: MarketId = MAIN_MARKET
    ) -> Sequence[Print]:
        """Trades from `start` on, oldest first; none where the source tells of none.

        Raises `SymbolNotFoundError`, `MarketNotFoundError`.
        """


class Markets(Protocol):
    """The market's hand, for the venue that works orders as a market moves. Only the core uses it, inside its unit.

    It knows the whole session, the future included; what it tells never leaves the house.
    """

    def mode(self, market: MarketId) -> MarketMode:
        """Raises `MarketNotFoundError`."""

    def worked_until(self, market: MarketId) -> datetime:
        """Up to which instant everything that was due in this market has been worked."""

    def session_at_or_after(self, market: MarketId, instant: datetime) -> Session | None:
        """The session that is open at `instant` (its close excluded), else the next; None when the data end."""

    def seed(self, market: MarketId) -> int:
        """What decides, in this market, when within a session its prices move."""

    def path(self, market: MarketId, symbol: StockSymbol, session: Session) -> PricePath | None:
        """How the price moves through a session; None when the symbol has no price in it."""

    def last_bar(self, market: MarketId, symbol: StockSymbol, instant: datetime, timeframe: Timeframe) -> Bar | None:
        """The last bar that was over by then, unadjusted, of this session or an earlier one; None before the first."""

    def is_known(self, symbol: StockSymbol) -> bool:
        """Whether any session of the data has this symbol."""

    async def move(self, market: MarketId, to: datetime) -> None:
        """Record, in the caller's unit, that the market now stands at `to` and all that was due is worked."""
