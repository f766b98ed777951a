"""The sandbox: every day of the present is a session of the past, around the clock, for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Final

from guilder.market_data.domain.calendar import SessionCalendar
from guilder.market_data.domain.listing import Listing, SessionPrices
from guilder.market_data.domain.rounding import STEPS_A_CENT, rounded_quotient
from guilder.market_data.domain.timeline import Step
from guilder.published.market_data import Session

SANDBOX_STARTS_ON: Final = date(2010, 1, 4)
"""The session of the data that the anchor day shows, and to which the sandbox returns after the last one."""

_DAY: Final = timedelta(days=1)


class SandboxTimeline:
    """Each UTC day is one session from 00:00 to 24:00. Position 0 is the anchor day.

    The anchor day shows the session of 2010-01-04, each later day the next one of the data, each earlier day the one
    before. After the last it goes round to 2010-01-04, in the next *lap*, scaled so that each symbol opens where it had
    closed. Prices count in the shares of the anchor day, in cents, so no split ever falls due.
    """

    def __init__(self, calendar: SessionCalendar, anchor: date) -> None:
        self._calendar = calendar
        self._midnight = datetime.combine(anchor, time(), UTC)
        self._start = calendar.number_from(SANDBOX_STARTS_ON)
        self._days_a_lap = len(calendar) - self._start
        self._scales: dict[tuple[Listing, int], Fraction] = {}

    @property
    def ends_at(self) -> datetime | None:
        return None

    def session(self, position: int) -> Session | None:
        if self._start + position < 0:
            return None
        opens_at = self._midnight + position * _DAY
        return Session(on=opens_at.date(), opens_at=opens_at, closes_at=opens_at + _DAY)

    def source_on(self, position: int) -> date:
        return self._calendar.on(self._source(position)[1])

    def position_of(self, session: Session) -> int | None:
        position = self._day(session.on)
        return position if self._start + position >= 0 else None

    def position_from(self, day: date) -> int:
        return max(self._day(day), -self._start)

    def last_started(self, instant: datetime) -> int | None:
        position = (instant - self._midnight) // _DAY
        return position if self._start + position >= 0 else None

    def last_finished(self, instant: datetime) -> int | None:
        position = (instant - self._midnight) // _DAY - 1
        return position if self._start + position >= 0 else None

    def prices(self, listing: Listing, position: int) -> SessionPrices | None:
        lap, number = self._source(position)
        traded = listing.prices(number)
        if traded is None:
            return None
        shares = listing.split_factor(number, self._start)
        scale = shares * self._scale(listing, lap)
        return SessionPrices(
            _in_cents(traded.open, scale),
            _in_cents(traded.high, scale),
            _in_cents(traded.low, scale),
            _in_cents(traded.close, scale),
            rounded_quotient(traded.volume * shares.denominator, shares.numerator),
        )

    def last_priced(self, listing: Listing, position: int) -> int | None:
        lap, number = self._source(position)
        if number >= listing.first and listing.last >= (self._start if lap else 0):
            return self._position(lap, min(number, listing.last))
        if lap and listing.last >= self._start:
            return self._position(lap - 1, listing.last)
        return listing.last - self._start if lap and listing.last >= 0 else None

    def splits(self, listing: Listing, until: int) -> Iterator[Step]:
        return iter(())

    def dividends(self, listing: Listing, until: int) -> Iterator[Step]:
        last_lap, _ = self._source(until)
        for lap in range(last_lap + 1):
            for ex, factor in listing.dividends:
                if (not lap or ex >= self._start) and self._position(lap, ex) <= until:
                    yield Step(self._position(lap, ex), factor, Fraction(1))

    def _day(self, day: date) -> int:
        return (day - self._midnight.date()).days

    def _source(self, position: int) -> tuple[int, int]:
        """In which lap a position is, and the number of the session that it shows."""
        if position < 0:
            return 0, self._start + position
        lap, days = divmod(position, self._days_a_lap)
        return lap, self._start + days

    def _position(self, lap: int, number: int) -> int:
        return lap * self._days_a_lap + number - self._start

    def _scale(self, listing: Listing, lap: int) -> Fraction:
        """What all prices of a lap are multiplied by: last close / first open, as often as it went round."""
        if not lap:
            return Fraction(1)
        scale = self._scales.get((listing, lap))
        if scale is None:
            growth = listing.growth(max(self._start, listing.first), listing.last)
            scale = self._scales[listing, lap] = growth**lap
        return scale


def _in_cents(steps: int, scale: Fraction) -> int:
    """A scaled price, rounded half-even to whole cents, one at least; in steps again."""
    cents = rounded_quotient(steps * scale.numerator, scale.denominator * STEPS_A_CENT)
    return max(cents, 1) * STEPS_A_CENT
