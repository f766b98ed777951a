"""Opens the first market of a house that has none, and brings the markets into memory at each start, and in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guilder.core.clock import Clock
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.core.writer_queue import WriterQueue
from guilder.market_data.application.ports import MarketBoard, MarketRepository, PriceHistory
from guilder.market_data.domain.market import Market, MarketTerms
from guilder.published.market_data import MarketMode
from guilder.shared.ids import MAIN_MARKET


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """How `main` is to be, where there is no market yet; `replay_start` None is the open of the first session."""

    mode: MarketMode
    replay_start: datetime | None = None
    seed: int = 0


class MarketOpening:
    """Run once at each start, before anything asks for a price."""

    def __init__(
        self,
        plan: MarketPlan,
        clock: Clock,
        history: PriceHistory,
        markets: MarketRepository,
        board: MarketBoard,
        work: CoreUnitOfWork,
        queue: WriterQueue,
    ) -> None:
        self._plan = plan
        self._clock = clock
        self._history = history
        self._markets = markets
        self._board = board
        self._work = work
        self._queue = queue

    async def open(self) -> None:
        """Load the markets; the plan counts only where there is none."""
        self._queue.when_behind(self._board.load)
        if await self._board.load():
            return
        async with self._work:
            self._markets.save(self._planned())
        await self._board.load()

    def _planned(self) -> Market:
        today = self._clock.now()
        begins = today
        if self._plan.mode is MarketMode.REPLAY:
            begins = self._plan.replay_start or self._history.calendar.begins_at
        terms = MarketTerms(MAIN_MARKET, self._plan.mode, self._plan.seed, anchor=today.date())
        return Market.opened(terms, at=begins)
