"""A market's clock, for people who are signed in; and a hand on it, for admins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guilder.core.caller import Caller, Role
from guilder.core.goals import Goals
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.market_data.application.market_tapes import MarketTapes
from guilder.market_data.application.ports import MarketBoard
from guilder.market_data.domain.advance import Advance
from guilder.market_data.domain.market import NotAReplayError
from guilder.market_data.domain.timeline import position_at_or_after
from guilder.published.audit import AuditLogger
from guilder.published.market_data import MarketClock, MarketMode
from guilder.published.trading import MarketDriver
from guilder.shared.ids import MAIN_MARKET, MarketId


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What time it is in a market, and when it opens and closes next; None once its data have ended."""

    market: MarketId
    mode: MarketMode
    now: datetime
    is_open: bool
    next_open: datetime | None
    next_close: datetime | None


class MarketService:
    """Reads and moves the time of markets."""

    def __init__(
        self,
        caller: Caller,
        board: MarketBoard,
        clock: MarketClock,
        tapes: MarketTapes,
        driver: MarketDriver,
        audit: AuditLogger,
        work: CoreUnitOfWork,
        goals: Goals,
    ) -> None:
        self._caller = caller
        self._board = board
        self._clock = clock
        self._tapes = tapes
        self._driver = driver
        self._audit = audit
        self._work = work
        self._goals = goals

    async def clock(self, market: MarketId = MAIN_MARKET) -> ClockReading:
        """What time it is there. Raises `NotSignedInError`, `MarketNotFoundError`."""
        self._caller.require_user()
        return self._reading(market, self._clock.now(market))

    async def advance(self, advance: Advance, market: MarketId = MAIN_MARKET) -> ClockReading:
        """Let the time of a replay go on, with all that falls due on the way, each session durable.

        The same request, when it was cut off, goes on to where it was going the first time.

        Raises:
            NotSignedInError, NotAllowedError: only an admin may.
            MarketNotFoundError: there is no such market.
            NotAReplayError: its time is not moved by hand.
            MarketTimePassedError, NoMoreSessionsError, InvalidAdvanceError: there is no way there.
        """
        self._caller.require_role(Role.ADMIN)
        if self._board.terms(market).mode is not MarketMode.REPLAY:
            raise NotAReplayError
        reached = await self._driver.advance(market, await self._target(advance, market))
        async with self._work:
            await self._audit.log_action(None, "market_advanced", {"market": market, "to": reached.isoformat()})
        return self._reading(market, reached)

    async def _target(self, advance: Advance, market: MarketId) -> datetime:
        kept = await self._goals.kept()
        if kept is not None:
            return datetime.fromisoformat(kept)
        target = advance.target(self._clock.now(market), self._tapes.tape(market).timeline)
        await self._goals.keep(target.isoformat())
        return target

    def _reading(self, market: MarketId, now: datetime) -> ClockReading:
        timeline = self._tapes.tape(market).timeline
        position = position_at_or_after(timeline, now)
        session = None if position is None else timeline.session(position)
        is_open = session is not None and session.is_open_at(now)
        later = session if position is None or not is_open else timeline.session(position + 1)
        return ClockReading(
            market=market,
            mode=self._board.terms(market).mode,
            now=now,
            is_open=is_open,
            next_open=None if later is None else later.opens_at,
            next_close=None if session is None else session.closes_at,
        )
