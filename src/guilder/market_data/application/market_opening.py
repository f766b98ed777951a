"""Opens the first market of a house that has none, and brings the markets into memory at each start, and in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guilder.core.clock import Clock
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.core.writer_queue import WriterQueue
from guilder.market_data.application.ports import MarketBoard, MarketRepository, PriceHistory
from guilder.market_data.domain.calendar import SessionCalendar
from guilder.market_data.domain.market import Market, MarketTerms
from guilder.published.market_data import MarketMode
from guilder.shared.errors import InvalidError
from guilder.shared.ids import MAIN_MARKET


class ReplayStartError(InvalidError):
    """A replay cannot begin where there are no data."""

    code = "invalid_replay_start"
    field = "replay_start"


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """How `main` is to be, where there is no market yet; `replay_start` None is the open of the first session."""

    mode: MarketMode
    replay_start: datetime | None = None
    seed: int = 0

    def check(self, calendar: SessionCalendar) -> None:
        """Raises `ReplayStartError` for a replay that would begin where the calendar has no sessions."""
        is_replay, start = self.mode is MarketMode.REPLAY, self.replay_start
        if is_replay and start is not None and not calendar.reaches(start):
            raise ReplayStartError(f"A replay cannot begin at {start.isoformat()} (replay_start): {calendar.reach}")


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
        """Load the markets; the plan counts only where there is none. Raises `ReplayStartError`: nothing is stored."""
        self._queue.when_behind(self._board.load)
        if await self._board.load():
            return
        self._plan.check(self._history.calendar)
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
