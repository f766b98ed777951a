"""What a market shows of its prices at an instant. Nothing later than the instant it is asked for is ever told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from guilder.market_data.domain.adjustment import Adjuster
from guilder.market_data.domain.listing import Listing
from guilder.market_data.domain.price_path import draw_path
from guilder.market_data.domain.rounding import as_amount
from guilder.market_data.domain.timeline import Timeline
from guilder.published.market_data import Adjustment, Bar, PricePath, Quote
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
            return self._quote(listing, path.price_at(at), at, stale=False)
        earlier = self.timeline.last_priced(listing, position)
        prices = None if earlier is None else self.timeline.prices(listing, earlier)
        session = None if earlier is None else self.timeline.session(earlier)
        if prices is None or session is None:
            return None
        close = Price(as_amount(prices.close), listing.currency)
        return self._quote(listing, close, session.closes_at, stale=True)

    def bars(
        self, listing: Listing, now: datetime, adjustment: Adjustment, start: datetime | None, end: datetime | None
    ) -> Iterator[Bar]:
        """Bars of sessions that are over at `now`, with start <= `at` < end, oldest first."""
        finished = self.timeline.last_finished(now)
        if finished is None:
            return iter(())
        first = self.timeline.position_from(_first_day_from(start) if start else date.min)
        last = finished if end is None else min(finished, self.timeline.position_from(_first_day_from(end)) - 1)
        return self._bars(listing, now, adjustment, first, last)

    def last_bars(self, listing: Listing, now: datetime, adjustment: Adjustment, sessions: int) -> Iterator[Bar]:
        """The symbol's bars in the last `sessions` sessions that are over at `now`, oldest first."""
        finished = self.timeline.last_finished(now)
        if finished is None:
            return iter(())
        first = max(finished - sessions + 1, self.timeline.position_from(date.min))
        return self._bars(listing, now, adjustment, first, finished)

    def _bars(self, listing: Listing, now: datetime, adjustment: Adjustment, first: int, last: int) -> Iterator[Bar]:
        adjuster = Adjuster.as_of(now, adjustment, self.timeline, listing)
        for position in range(first, last + 1):
            prices = self.timeline.prices(listing, position)
            session = self.timeline.session(position)
            if prices is not None and session is not None:
                yield adjuster.bar(position, session.on, prices)

    def _draw(self, listing: Listing, position: int) -> PricePath | None:
        prices = self.timeline.prices(listing, position)
        session = self.timeline.session(position)
        if prices is None or session is None:
            return None
        source_on = self.timeline.source_on(position)
        return draw_path(listing.symbol, listing.currency, session, prices, seed=self._seed, source_on=source_on)

    def _quote(self, listing: Listing, price: Price, at: datetime, *, stale: bool) -> Quote:
        return Quote(symbol=listing.symbol, price=price, bid=price, ask=price, at=at, source=self._source, stale=stale)


def _first_day_from(instant: datetime) -> date:
    """The first date whose midnight, UTC, is not before `instant`."""
    day = instant.astimezone(UTC).date()
    is_midnight = instant <= datetime.combine(day, time(), UTC)
    return day if is_midnight or day == date.max else day + _DAY
