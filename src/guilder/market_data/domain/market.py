"""A market: a place with a time of its own, in which portfolios trade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from guilder.published.market_data import MarketMode
from guilder.shared.errors import RefusedError
from guilder.shared.events import Aggregate
from guilder.shared.ids import MarketId


class MarketTimePassedError(RefusedError):
    """A market's time only goes forward."""

    code = "market_time_passed"


class NotAReplayError(RefusedError):
    """Only the time of a replay is moved by hand; a sandbox and the live market follow the clock on the wall."""

    code = "not_a_replay"


class MarketState(StrEnum):
    """Whether a market's time goes on by itself."""

    RUNNING = "running"
    PAUSED = "paused"


REAL_TIME: Final = Decimal(1)
"""The speed of a market: how many seconds pass in it in one second of ours, while it is running."""


@dataclass(frozen=True, slots=True)
class MarketTerms:
    """What never changes about a market.

    `seed` decides when within a session prices move; `anchor` is the day that a sandbox began.
    """

    id: MarketId
    mode: MarketMode
    seed: int
    anchor: date

    @property
    def follows_the_wall(self) -> bool:
        """Whether its time is the time of this world."""
        return self.mode is not MarketMode.REPLAY


class Market(Aggregate):
    """A market and how far it has come: all that was due up to `now` is worked."""

    __slots__ = ("now", "speed", "state", "terms")

    def __init__(
        self,
        terms: MarketTerms,
        *,
        now: datetime,
        speed: Decimal = REAL_TIME,
        state: MarketState = MarketState.RUNNING,
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self.terms = terms
        self.now = now
        self.speed = speed
        self.state = state

    @classmethod
    def opened(cls, terms: MarketTerms, at: datetime) -> Market:
        """A market that begins at an instant of its own time; a replay begins paused."""
        state = MarketState.RUNNING if terms.follows_the_wall else MarketState.PAUSED
        return cls(terms, now=at, state=state)

    @property
    def id(self) -> MarketId:
        return self.terms.id

    def move(self, to: datetime) -> None:
        """All that was due up to `to` is worked. Raises `MarketTimePassedError` when that is behind it."""
        if to < self.now:
            raise MarketTimePassedError(f"Market {self.id} stands at {self.now.isoformat()} already")
        self.now = to
        self.record()
