"""What a market shows of its prices at an instant. Nothing later than the instant it is asked for is ever told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from guilder.market_data.domain.adjustment import Adjuster, bar_as_traded
from guilder.market_data.domain.intraday import Window, bars_within, trades_within
from guilder.market_data.domain.listing import Listing
from guilder.market_data.domain.price_path import draw_path
from guilder.market_data.domain.rounding import as_amount
from guilder.market_data.domain.session_minutes import SessionMinutes
from guilder.market_data.domain.timeline import Timeline
from guilder.published.market_data import Adjustment, Bar, PricePath, Print, Quote, Timeframe
from guilder.published.spread import around
from guilder.shared.money import Price
from guilder.shared.symbol import StockSymbol

PATHS_KEPT: Final = 4_096
_DAY: Final = timedelta(days=1)


class Tape:
    """The prices of one market, session by session; paths once drawn are kept for a while."""

    def __init__(self, timeline: Timeline, *, seed: int, source: str, paths_kept: int = PATHS_KEPT) -> None:
        self.timeline = timeline
        self._seed = seed
        self._source = source
        self._paths_kept = paths_kept
        self._paths: dict[tuple[StockSymbol, int], PricePath | None] = {}
        self._told_at: datetime | None = None
        self._told: dict[StockSymbol, Price | None] = {}
        """The prices at that instant: a market that stands still is asked for them again and again."""

    def path(self, listing: Listing, position: int) -> PricePath | None:
        """How a price moves through a whole session, the future included; None when the symbol has no price in it."""
        key = (listing.symbol, position)
        try:
            return self._paths[key]
        except KeyError:
            path = self._draw(listing, position)
        if len(self._paths) >= self._paths_kept:
            del self._paths[next(iter(self._paths))]
        self._paths[key] = path
        return path

    def quote(self, listing: Listing, now: datetime) -> Quote | None:
        """The price at `now`; between sessions the last close; None when there never was one."""
        position = self.timeline.last_started(now)
        if position is None:
            return None
        path = self.path(listing, position)
        if path is not None:
            at = min(now, path.session.closes_at)
            return self._quote(listing, path.price_at(at), path.tick, at, stale=False)
        earlier = self.timeline.last_priced(listing, position)
        path = None if earlier is None else self.path(listing, earlier)
        if path is None:
            return None
        at = path.session.closes_at
        return self._quote(listing, path.price_at(at), path.tick, at, stale=True)

    def price(self, listing: Listing, now: datetime) -> Price | None:
        """The price of `quote`, without what stands around it."""
        if now != self._told_at:
            self._told_at, self._told = now, {}
        try:
            return self._told[listing.symbol]
        except KeyError:
            price = self._told[listing.symbol] = self._price(listing, now)
            return price

    def _price(self, listing: Listing, now: datetime) -> Price | None:
        position = self.timeline.last_started(now)
        session = None if position is None else self.timeline.session(position)
        if position is None or session is None:
            return None
        if now < session.closes_at:
            path = self.path(listing, position)
            if path is not None:
                return path.price_at(now)
        earlier = self.timeline.last_priced(listing, position)
        prices = None if earlier is None else self.timeline.prices(listing, earlier)
        return None if prices is None else Price(as_amount(prices.close), listing.currency)

    def bars(
        self, listing: Listing, window: Window, adjustment: Adjustment, timeframe: Timeframe = Timeframe.DAY
    ) -> Iterator[Bar]:
        """Bars of spans that are over, with start <= `at` < end, oldest first."""
        if timeframe is not Timeframe.DAY:
            return self._intraday(listing, window, adjustment, timeframe.minutes)
        finished = self.timeline.last_finished(window.now)
        if finished is None:
            return iter(())
        first = self.timeline.position_from(_first_day_from(window.start) if window.start else date.min)
        last = self._last_before(window.end, finished)
        return self._bars(listing, window.now, adjustment, first, last)

    def last_bar(self, listing: Listing, now: datetime, timeframe: Timeframe) -> Bar | None:
        """The last bar that was over at `now`, unadjusted; None before the first."""
        position = self.timeline.last_started(now)
        while position is not None and (position := self.timeline.last_priced(listing, position)) is not None:
            session = self.timeline.session(position)
            assert session is not None
            last = min(now, session.closes_at)
            if timeframe is Timeframe.DAY:
                start = datetime.combine(session.on, time(), UTC)
            else:
                start = last - 2 * timedelta(minutes=timeframe.minutes)
            bars = list(self.bars(listing, Window(start, None, now), Adjustment.RAW, timeframe))
            if bars:
                return bars[-1]
            position -= 1
        return None

    def trades(self, listing: Listing, window: Window) -> Iterator[Print]:
        """Trades up to now, with start <= `at` < end, oldest first."""
        for _, minutes in self._sessions_within(listing, window, None):
            yield from trades_within(minutes, listing.currency, window)

    def last_bars(self, listing: Listing, now: datetime, adjustment: Adjustment, sessions: int) -> Iterator[Bar]:
        """The symbol's bars in the last `sessions` sessions that are over at `now`, oldest first."""
        finished = self.timeline.last_finished(now)
        if finished is None:
            return iter(())
        first = max(finished - sessions + 1, self.timeline.position_from(date.min))
        return self._bars(listing, now, adjustment, first, finished)

    def latest_bars(self, listings: Iterable[Listing], now: datetime) -> dict[StockSymbol, Bar]:
        """The unadjusted bars of the last session that is over at `now`, of those symbols that were traded in it."""
        position = self.timeline.last_finished(now)
        session = None if position is None else self.timeline.session(position)
        if position is None or session is None:
            return {}
        at = datetime.combine(session.on, time(), UTC)
        prices_at = self.timeline.prices
        return {
            listing.symbol: bar_as_traded(at, prices)
            for listing in listings
            if (prices := prices_at(listing, position)) is not None
        }

    def _bars(self, listing: Listing, now: datetime, adjustment: Adjustment, first: int, last: int) -> Iterator[Bar]:
        adjuster = Adjuster.as_of(now, adjustment, self.timeline, listing)
        for position in range(first, last + 1):
            prices = self.timeline.prices(listing, position)
            session = self.timeline.session(position)
            if prices is not None and session is not None:
                yield adjuster.bar(position, session.on, prices)

    def _intraday(self, listing: Listing, window: Window, adjustment: Adjustment, span: int) -> Iterator[Bar]:
        adjuster = Adjuster.as_of(window.now, adjustment, self.timeline, listing)
        for position, minutes in self._sessions_within(listing, window, adjuster):
            yield from bars_within(minutes, span, adjuster.scale(position), window)

    def _sessions_within(
        self, listing: Listing, window: Window, adjuster: Adjuster | None
    ) -> Iterator[tuple[int, SessionMinutes]]:
        """The sessions that have begun and hold something of the window; volumes as `adjuster` has them."""
        started = self.timeline.last_started(window.now)
        if started is None:
            return
        first_day = date.min if window.start is None else window.start.astimezone(UTC).date()
        for position in range(self.timeline.position_from(first_day), self._last_before(window.end, started) + 1):
            path = self._draw(listing, position)
            if path is not None:
                volume = path.volume if adjuster is None else adjuster.scale(position).volume(path.volume)
                key = f"{self._seed}|{listing.symbol}|{path.source_on.isoformat()}"
                yield position, SessionMinutes(path, volume, key)

    def _last_before(self, end: datetime | None, latest: int) -> int:
        """The last session whose day begins before `end`, but none after `latest`."""
        return latest if end is None else min(latest, self.timeline.position_from(_first_day_from(end)) - 1)

    def _draw(self, listing: Listing, position: int) -> PricePath | None:
        prices = self.timeline.prices(listing, position)
        session = self.timeline.session(position)
        if prices is None or session is None:
            return None
        source_on = self.timeline.source_on(position)
        return draw_path(listing.symbol, listing.currency, session, prices, seed=self._seed, source_on=source_on)

    def _quote(self, listing: Listing, price: Price, tick: Price, at: datetime, *, stale: bool) -> Quote:
        bid, ask = around(price, tick)
        return Quote(symbol=listing.symbol, price=price, bid=bid, ask=ask, at=at, source=self._source, stale=stale)


def _first_day_from(instant: datetime) -> date:
    """The first date whose midnight, UTC, is not before `instant`."""
    day = instant.astimezone(UTC).date()
    is_midnight = instant <= datetime.combine(day, time(), UTC)
    return day if is_midnight or day == date.max else day + _DAY
