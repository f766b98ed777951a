"""Lets running replays go on."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.market_data.application.market_helm import MarketHelm
from guilder.market_data.application.ports import MarketBoard, MarketRepository, PriceHistory
from guilder.market_data.application.replay_pace import ReplayPace
from guilder.market_data.domain.market import MarketState
from guilder.published.audit import AuditLogger
from guilder.published.trading import MarketDriver
from guilder.shared.errors import ConflictError, UnavailableError
from guilder.shared.ids import MarketId

_MICROSECOND = timedelta(microseconds=1)


class ReplayRunner:
    """Moves each running replay by its speed times the time of this world; at the end of the data it pauses."""

    def __init__(
        self,
        board: MarketBoard,
        markets: MarketRepository,
        history: PriceHistory,
        helm: MarketHelm,
        pace: ReplayPace,
        driver: MarketDriver,
        audit: AuditLogger,
        work: CoreUnitOfWork,
    ) -> None:
        self._board = board
        self._markets = markets
        self._history = history
        self._helm = helm
        self._pace = pace
        self._driver = driver
        self._audit = audit
        self._work = work

    async def go_on(self) -> None:
        """One round over all replays, side by side; one that is refused holds up no other.

        Raises:
            ConflictError, UnavailableError: one of them could not be saved; it tries again the next time.
        """
        running = [terms.id for terms in self._board.all_terms() if self._is_running(terms.id)]
        outcomes = await asyncio.gather(*map(self._go_on, running), return_exceptions=True)
        problems = [outcome for outcome in outcomes if outcome is not None]
        grave = [problem for problem in problems if not isinstance(problem, ConflictError | UnavailableError)]
        for problem in [*grave, *problems]:
            raise problem

    async def _go_on(self, market: MarketId) -> None:
        async with self._helm.of(market):
            if not self._is_running(market):
                return
            standing, ends_at = self._board.standing(market), self._history.calendar.ends_at
            passed = self._pace.passed(market) // _MICROSECOND * standing.speed
            to = min(standing.now + int(passed) * _MICROSECOND, ends_at)
            if to > standing.now:
                await self._driver.advance(market, to)
            if self._board.standing(market).now >= ends_at:
                await self._pause(market)

    async def _pause(self, market: MarketId) -> None:
        async with self._work:
            ended = await self._markets.get(market)
            ended.pause()
            self._board.save(ended)
            await self._audit.log_action(ended.terms.owner, "market_paused", {"market": market})

    def _is_running(self, market: MarketId) -> bool:
        is_replay = not self._board.terms(market).follows_the_wall
        if is_replay and self._board.standing(market).state is MarketState.RUNNING:
            return True
        self._pace.stop(market)
        return False
