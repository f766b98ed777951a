"""Clocks that stand still until a test moves them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from guilder.published.market_data import MarketNotFoundError
from guilder.shared.ids import MAIN_MARKET, MarketId

FIRST_INSTANT: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""Where fake clocks stand when a test says nothing else: a Monday noon."""


class FakeClock:
    """`Clock` by hand."""

    def __init__(self, now: datetime = FIRST_INSTANT) -> None:
        self._now = _utc(now)

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        """Go to an instant, backwards too, as clocks of machines do."""
        self._now = _utc(now)

    def advance(self, by: timedelta) -> datetime:
        """Let time pass; the instant it then is."""
        self._now += by
        return self._now


class FakeMarketClock:
    """`MarketClock` by hand; `main` is there from the start."""

    def __init__(self, now: datetime = FIRST_INSTANT, others: Mapping[MarketId, datetime] | None = None) -> None:
        instants = {MAIN_MARKET: now, **(others or {})}
        self._now = {market: _utc(instant) for market, instant in instants.items()}

    def now(self, market: MarketId = MAIN_MARKET) -> datetime:
        """Raises `MarketNotFoundError`."""
        if market not in self._now:
            raise MarketNotFoundError(f"There is no market {market}")
        return self._now[market]

    def set(self, now: datetime, market: MarketId = MAIN_MARKET) -> None:
        """Let it be this instant in a market; a market that was not there is there now."""
        self._now[market] = _utc(now)

    def advance(self, by: timedelta, market: MarketId = MAIN_MARKET) -> datetime:
        """Let a market's time pass; the instant it then is. Raises `MarketNotFoundError`."""
        self._now[market] = self.now(market) + by
        return self._now[market]


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("An instant says its time zone")
    return instant.astimezone(UTC)
