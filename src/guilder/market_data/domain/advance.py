"""By how much a replay is to go on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from guilder.market_data.domain.market import MarketTimePassedError
from guilder.market_data.domain.timeline import Timeline, position_at_or_after
from guilder.shared.errors import InvalidError, RefusedError

_SPAN: Final = re.compile(r"([0-9]{1,6})([smhd])", re.ASCII)
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(hours=24),
}
_MOST_SESSIONS: Final = 1_000_000
_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)


class InvalidAdvanceError(InvalidError):
    """Name exactly one: `by` (`1d`, `6h`, `30m`, `10s`), `sessions` (1 or more) or `to` (an instant)."""

    code = "invalid_advance"


class NoMoreSessionsError(RefusedError):
    """The data end before that."""

    code = "no_more_sessions"


@dataclass(frozen=True, slots=True)
class Advance:
    """A span of time, a number of session closes, or an instant to go to; exactly one of them.

    Raises:
        InvalidAdvanceError: none or several are named, or what is named goes nowhere.
    """

    by: timedelta | None = None
    sessions: int | None = None
    to: datetime | None = None

    def __post_init__(self) -> None:
        if [self.by, self.sessions, self.to].count(None) != 2:
            raise InvalidAdvanceError
        if self.by is not None and self.by <= timedelta(0):
            raise InvalidAdvanceError("A span of time is longer than nothing", field="by")
        if self.sessions is not None and not 1 <= self.sessions <= _MOST_SESSIONS:
            raise InvalidAdvanceError("The number of sessions is 1 or more", field="sessions")

    def target(self, now: datetime, timeline: Timeline) -> datetime:
        """Where it leads, from `now`: a session that is open counts, and is left at its close.

        Raises:
            MarketTimePassedError: that is behind `now`.
            NoMoreSessionsError: the data end first; it names their last instant.
        """
        ends_at, target = timeline.ends_at or _END_OF_TIME, self._target(now, timeline)
        if target is None or target > ends_at:
            raise NoMoreSessionsError(f"The data end at {ends_at.isoformat()}; the market stands at {now.isoformat()}")
        if target < now:
            raise MarketTimePassedError(f"The market stands at {now.isoformat()} already")
        return target.astimezone(UTC)

    def _target(self, now: datetime, timeline: Timeline) -> datetime | None:
        """Where it leads, beyond the data as well; None when there is no such session, or no such time."""
        if self.to is not None:
            return self.to
        if self.sessions is not None:
            following = position_at_or_after(timeline, now)
            session = None if following is None else timeline.session(following + self.sessions - 1)
            return None if session is None else session.closes_at
        by = self.by or timedelta(0)
        return now + by if by <= _END_OF_TIME - now else None


def parse_span(text: str) -> timedelta:
    """What somebody typed: `1d` (24 hours), `6h`, `30m`, `10s`. Raises `InvalidAdvanceError`."""
    span = _SPAN.fullmatch(text)
    if span is None:
        raise InvalidAdvanceError(f"{text[:40]!r} is no span of time; write 1d, 6h, 30m or 10s", field="by")
    return int(span[1]) * _UNITS[span[2]]
