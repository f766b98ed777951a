"""A market: a place with a time of its own, in which portfolios trade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from guilder.published.market_data import MarketEndedError, MarketMode
from guilder.shared.errors import InvalidError, RefusedError
from guilder.shared.events import Aggregate
from guilder.shared.ids import MarketId, UserId


class MarketTimePassedError(RefusedError):
    """A market's time only goes forward."""

    code = "market_time_passed"


class NotAReplayError(RefusedError):
    """Only the time of a replay is moved by hand; a sandbox and the live market follow the clock on the wall."""

    code = "not_a_replay"


class InvalidSpeedError(InvalidError):
    """A speed is a number from 0.001 to 1000000, with three decimals at most."""

    code = "invalid_speed"


class MarketState(StrEnum):
    """Whether a market's time goes on by itself."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


REAL_TIME: Final = Decimal(1)
"""The speed of a market: how many seconds pass in it in one second of ours, while it is running."""

SLOWEST: Final = Decimal("0.001")
FASTEST: Final = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class MarketTerms:
    """What never changes about a market.

    `seed` decides when within a session prices move; `anchor` is the day that a sandbox began. `owner` is the user who
    opened it; None for the house's own.
    """

    id: MarketId
    mode: MarketMode
    seed: int
    anchor: date
    owner: UserId | None = None

    @property
    def follows_the_wall(self) -> bool:
        """Whether its time is the time of this world."""
        return self.mode is not MarketMode.REPLAY


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a market stands: all that was due up to `now` is worked. Of two, that of the lower `version` is older."""

    now: datetime
    speed: Decimal
    state: MarketState
    version: int


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
    def opened(cls, terms: MarketTerms, at: datetime, speed: Decimal = REAL_TIME) -> Market:
        """A market that begins at an instant of its own time; a replay begins paused. Raises `InvalidSpeedError`."""
        state = MarketState.RUNNING if terms.follows_the_wall else MarketState.PAUSED
        return cls(terms, now=at, state=state, speed=_checked(speed))

    @property
    def id(self) -> MarketId:
        return self.terms.id

    @property
    def standing(self) -> Standing:
        return Standing(self.now, self.speed, self.state, self.version)

    def move(self, to: datetime) -> None:
        """All that was due up to `to` is worked.

        Raises:
            MarketTimePassedError: that is behind it.
            MarketEndedError: as it says.
        """
        self._check_not_ended()
        if to < self.now:
            raise MarketTimePassedError(f"Market {self.id} stands at {self.now.isoformat()} already")
        self.now = to
        self.record()

    def pause(self) -> None:
        """Let its time stand still. Raises `NotAReplayError`, `MarketEndedError`."""
        self.check_movable()
        self.state = MarketState.PAUSED
        self.record()

    def resume(self) -> None:
        """Let its time go on by itself, at its speed. Raises `NotAReplayError`, `MarketEndedError`."""
        self.check_movable()
        self.state = MarketState.RUNNING
        self.record()

    def set_speed(self, speed: Decimal) -> None:
        """So many seconds to one of ours. Raises `NotAReplayError`, `MarketEndedError`, `InvalidSpeedError`."""
        self.check_movable()
        self.speed = _checked(speed)
        self.record()

    def end(self) -> None:
        """Let its time stand still for ever. Raises `MarketEndedError`."""
        self._check_not_ended()
        self.state = MarketState.ENDED
        self.record()

    def check_movable(self) -> None:
        """Raises `NotAReplayError` or `MarketEndedError` when nobody may move its time."""
        if self.terms.follows_the_wall:
            raise NotAReplayError
        self._check_not_ended()

    def _check_not_ended(self) -> None:
        if self.state is MarketState.ENDED:
            raise MarketEndedError


def _checked(speed: Decimal) -> Decimal:
    if not SLOWEST <= speed <= FASTEST or speed != speed.quantize(SLOWEST):
        raise InvalidSpeedError
    return speed
