"""A market's clock, for people who are signed in; and a hand on it, for its owner and for admins."""

from __future__ import annotations

from datetime import datetime

from guilder.core.caller import Caller
from guilder.core.goals import Goals
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.market_data.application.clock_reader import ClockReader, ClockReading
from guilder.market_data.application.market_access import require_hand_on
from guilder.market_data.application.market_helm import MarketHelm
from guilder.market_data.application.market_tapes import MarketTapes
from guilder.market_data.application.ports import MarketBoard
from guilder.market_data.domain.advance import Advance
from guilder.market_data.domain.market import MarketState, NotAReplayError
from guilder.published.audit import AuditLogger
from guilder.published.market_data import MarketEndedError
from guilder.published.trading import MarketDriver
from guilder.shared.ids import MAIN_MARKET, MarketId


class MarketService:
    """Reads and moves the time of markets."""

    def __init__(
        self,
        caller: Caller,
        board: MarketBoard,
        tapes: MarketTapes,
        reader: ClockReader,
        helm: MarketHelm,
        driver: MarketDriver,
        audit: AuditLogger,
        work: CoreUnitOfWork,
        goals: Goals,
    ) -> None:
        self._caller = caller
        self._board = board
        self._tapes = tapes
        self._reader = reader
        self._helm = helm
        self._driver = driver
        self._audit = audit
        self._work = work
        self._goals = goals

    async def clock(self, market: MarketId = MAIN_MARKET) -> ClockReading:
        """What time it is there. Raises `NotSignedInError`, `MarketNotFoundError`."""
        self._caller.require_user()
        return self._reader.read(market)

    async def advance(self, advance: Advance, market: MarketId = MAIN_MARKET) -> ClockReading:
        """Let the time of a replay go on, with all that falls due on the way, each session durable.

        The same request, when it was cut off, goes on to where it was going the first time.

        Raises:
            NotSignedInError, NotAllowedError: only its owner and admins may.
            MarketNotFoundError: there is no such market.
            NotAReplayError, MarketEndedError: its time is not moved by hand, or no more.
            MarketTimePassedError, NoMoreSessionsError, InvalidAdvanceError: there is no way there.
        """
        terms = require_hand_on(market, self._caller, self._board)
        if terms.follows_the_wall:
            raise NotAReplayError
        async with self._helm.of(market):
            standing = self._board.standing(market)
            if standing.state is MarketState.ENDED:
                raise MarketEndedError
            reached = await self._driver.advance(market, await self._target(advance, market))
            async with self._work:
                details = {"market": market, "to": reached.isoformat()}
                await self._audit.log_action(terms.owner, "market_advanced", details)
        return self._reader.at(market, reached, standing)

    async def _target(self, advance: Advance, market: MarketId) -> datetime:
        kept = await self._goals.kept()
        if kept is not None:
            return datetime.fromisoformat(kept)
        target = advance.target(self._board.standing(market).now, self._tapes.tape(market).timeline)
        await self._goals.keep(target.isoformat())
        return target
