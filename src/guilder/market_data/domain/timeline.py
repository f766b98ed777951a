"""How a market's time runs over the data: which sessions it holds, and what a symbol costs in each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import NamedTuple, Protocol

from guilder.market_data.domain.calendar import SessionCalendar
from guilder.market_data.domain.listing import Listing, SessionPrices
from guilder.published.market_data import Session


class Step(NamedTuple):
    """From session `position` on, prices stand lower by `factor`, and volumes higher by `shares`."""

    position: int
    factor: Fraction
    shares: Fraction


class Timeline(Protocol):
    """A market's sessions, each at a position that grows by one; positions mean nothing outside their timeline."""

    @property
    def ends_at(self) -> datetime | None:
        """The last instant of the last session; None when sessions follow each other for ever."""

    def session(self, position: int) -> Session | None:
        """The session at a position; None where there is none."""

    def source_on(self, position: int) -> date:
        """The day of the data that is shown at a position."""

    def position_of(self, session: Session) -> int | None:
        """Where a session stands; None when it is none of this market's."""

    def position_from(self, day: date) -> int:
        """The position of the first session on `day` or later."""

    def last_started(self, instant: datetime) -> int | None:
        """The last session that has opened by then."""

    def last_finished(self, instant: datetime) -> int | None:
        """The last session that has closed by then."""

    def prices(self, listing: Listing, position: int) -> SessionPrices | None:
        """A symbol's bar in this market; None when it is not traded in that session."""

    def last_priced(self, listing: Listing, position: int) -> int | None:
        """The last session, this one or an earlier, in which a symbol was traded."""

    def splits(self, listing: Listing, until: int) -> Iterator[Step]:
        """The splits that fell due in this market up to a position, oldest first."""

    def dividends(self, listing: Listing, until: int) -> Iterator[Step]:
        """The ex-dates of dividends in this market up to a position, oldest first."""


class ExchangeTimeline:
    """The days as they were: positions are the session numbers of the calendar, prices as they were traded."""

    def __init__(self, calendar: SessionCalendar) -> None:
        self._calendar = calendar

    @property
    def ends_at(self) -> datetime | None:
        return self._calendar.ends_at

    def session(self, position: int) -> Session | None:
        return self._calendar.session(position) if 0 <= position < len(self._calendar) else None

    def source_on(self, position: int) -> date:
        return self._calendar.on(position)

    def position_of(self, session: Session) -> int | None:
        return self._calendar.number_of(session.on)

    def position_from(self, day: date) -> int:
        return self._calendar.number_from(day)

    def last_started(self, instant: datetime) -> int | None:
        count = self._calendar.count_started(instant)
        return count - 1 if count else None

    def last_finished(self, instant: datetime) -> int | None:
        count = self._calendar.count_finished(instant)
        return count - 1 if count else None

    def prices(self, listing: Listing, position: int) -> SessionPrices | None:
        return listing.prices(position)

    def last_priced(self, listing: Listing, position: int) -> int | None:
        return min(position, listing.last) if position >= listing.first else None

    def splits(self, listing: Listing, until: int) -> Iterator[Step]:
        for ex, split in listing.splits:
            if ex <= until:
                yield Step(ex, split.price_factor, 1 / split.price_factor)

    def dividends(self, listing: Listing, until: int) -> Iterator[Step]:
        for ex, factor in listing.dividends:
            if ex <= until:
                yield Step(ex, factor, Fraction(1))


def position_at_or_after(timeline: Timeline, instant: datetime) -> int | None:
    """The session that is open at `instant` (its close excluded), else the next; None when the data end."""
    finished = timeline.last_finished(instant)
    position = timeline.position_from(instant.date()) if finished is None else finished + 1
    return position if timeline.session(position) is not None else None
