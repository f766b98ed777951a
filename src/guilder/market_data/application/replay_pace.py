"""How much time of this world has passed for each running replay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from guilder.core.clock import Clock
from guilder.shared.ids import MarketId

LONGEST_STEP: Final = timedelta(seconds=5)


class ReplayPace:
    """Counts from one look at a market to the next.

    In memory alone: while the house is down no time passes in a replay. Nor does more than five seconds between two
    looks: a replay that is faster than its orders can be worked, or a machine that was asleep, falls behind, and does
    not leap.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._looked_at: dict[MarketId, datetime] = {}

    def start(self, market: MarketId) -> None:
        """Its time goes on from now."""
        self._looked_at[market] = self._clock.now()

    def stop(self, market: MarketId) -> None:
        """Its time stands still."""
        self._looked_at.pop(market, None)

    def passed(self, market: MarketId) -> timedelta:
        """Since the last look, or the start; nothing when this is the first."""
        now = self._clock.now()
        since = self._looked_at.get(market, now)
        self._looked_at[market] = now
        return min(max(now - since, timedelta(0)), LONGEST_STEP)
