"""The sessions of an exchange, exactly as they were held: short days and changes of daylight saving included."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from guilder.published.market_data import Session

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)


class SessionCalendar:
    """Sessions, oldest first, known by their number from 0 on.

    `days` are dates as ordinals; `opens` and `closes` whole minutes since 1970, UTC. All three strictly grow.
    """

    def __init__(self, days: Sequence[int], opens: Sequence[int], closes: Sequence[int]) -> None:
        self._days = days
        self._opens = opens
        self._closes = closes
        self._sessions: dict[int, Session] = {}

    def __len__(self) -> int:
        return len(self._days)

    @property
    def first_midnight(self) -> datetime:
        """The beginning, UTC, of the day of the first session."""
        return datetime.combine(self.on(0), time(), UTC)

    @property
    def begins_at(self) -> datetime:
        """When the first session opens."""
        return self.session(0).opens_at

    @property
    def ends_at(self) -> datetime:
        """When the last session closes."""
        return self.session(len(self) - 1).closes_at

    @property
    def reach(self) -> str:
        """From when to when the data go, for people."""
        return f"the data go from {self.first_midnight.isoformat()} to {self.ends_at.isoformat()}"

    def reaches(self, instant: datetime) -> bool:
        """Whether a market can stand at that instant: from the first day of the data on, up to the last close."""
        return self.first_midnight <= instant <= self.ends_at

    def session(self, number: int) -> Session:
        """The session of that number, which is one of 0 … `len` - 1."""
        session = self._sessions.get(number)
        if session is None:
            session = self._sessions[number] = Session(
                on=self.on(number),
                opens_at=_EPOCH + self._opens[number] * _MINUTE,
                closes_at=_EPOCH + self._closes[number] * _MINUTE,
            )
        return session

    def on(self, number: int) -> date:
        """The date of a session."""
        return date.fromordinal(self._days[number])

    def number_from(self, day: date) -> int:
        """The first session on `day` or later; `len` when there is none."""
        return bisect_left(self._days, day.toordinal())

    def number_of(self, day: date) -> int | None:
        """The session on exactly that day."""
        number = self.number_from(day)
        return number if number < len(self) and self._days[number] == day.toordinal() else None

    def count_started(self, instant: datetime) -> int:
        """How many sessions have opened by then; one that opens at this very instant counts."""
        return bisect_right(self._opens, (instant - _EPOCH) // _MINUTE)

    def count_finished(self, instant: datetime) -> int:
        """How many sessions have closed by then; one that closes at this very instant counts."""
        return bisect_right(self._closes, (instant - _EPOCH) // _MINUTE)
