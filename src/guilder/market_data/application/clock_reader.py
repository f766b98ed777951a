"""What a market's clock shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from guilder.market_data.application.market_tapes import MarketTapes
from guilder.market_data.application.ports import MarketBoard
from guilder.market_data.domain.market import MarketState, Standing
from guilder.published.market_data import MarketClock, MarketMode
from guilder.shared.ids import MarketId


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What time it is in a market, and when it opens and closes next; None once its data, or itself, have ended.

    `speed`: how many seconds pass in it in one of ours while its `state` is running.
    """

    market: MarketId
    mode: MarketMode
    now: datetime
    state: MarketState
    speed: Decimal
    is_open: bool
    next_open: datetime | None
    next_close: datetime | None


class ClockReader:
    """Reads the clocks of markets."""

    def __init__(self, board: MarketBoard, clock: MarketClock, tapes: MarketTapes) -> None:
        self._board = board
        self._clock = clock
        self._tapes = tapes

    def read(self, market: MarketId) -> ClockReading:
        """As it is now. Raises `MarketNotFoundError`."""
        return self.at(market, self._clock.now(market), self._board.standing(market))

    def at(self, market: MarketId, now: datetime, standing: Standing) -> ClockReading:
        """As it is at `now` where it stands so, which others may not see yet. Raises `MarketNotFoundError`."""
        has_ended = standing.state is MarketState.ENDED
        session = None if has_ended else self._tapes.session_at_or_after(market, now)
        is_open = session is not None and session.is_open_at(now)
        later = session
        if session is not None and is_open:
            later = self._tapes.session_at_or_after(market, session.closes_at)
        return ClockReading(
            market=market,
            mode=self._board.terms(market).mode,
            now=now,
            state=standing.state,
            speed=standing.speed,
            is_open=is_open,
            next_open=None if later is None else later.opens_at,
            next_close=None if session is None else session.closes_at,
        )
