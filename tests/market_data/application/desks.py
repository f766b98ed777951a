"""The services that open, move and end markets, over fakes: one clock on the wall, one board."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from guilder.core.caller import Caller, Role
from guilder.market_data.application.clock_reader import ClockReader
from guilder.market_data.application.market_directory import MarketDirectory
from guilder.market_data.application.market_helm import MarketHelm
from guilder.market_data.application.market_tapes import MarketTapes
from guilder.market_data.application.replay_pace import ReplayPace
from guilder.market_data.application.replay_runner import ReplayRunner
from guilder.market_data.application.replay_service import ReplayService
from guilder.market_data.domain.market import Market, MarketState
from guilder.published.market_data import MarketMode
from guilder.shared.ids import MAIN_MARKET, MarketId, UserId
from guilder.testing import FakeClock, InMemoryUnitOfWork, MockAuditLogger, SequentialIds
from tests.market_data.builders import FakeHistory, FakeMarkets, a_calendar, a_market

ADA, EVE = Caller(UserId(UUID(int=1))), Caller(UserId(UUID(int=2)))
ADMIN = Caller(UserId(UUID(int=3)), frozenset({Role.ADMIN}))


class Driver:
    """`MarketDriver` of markets without orders; `refusals` are raised, one a call, before anything moves."""

    def __init__(self, board: FakeMarkets) -> None:
        self._board = board
        self.refusals: dict[MarketId, Exception] = {}

    async def advance(self, market: MarketId, to: datetime) -> datetime:
        if market in self.refusals:
            raise self.refusals.pop(market)
        (await self._board.get(market)).move(to)
        return to


class Clock:
    """`MarketClock`: where a replay stands, or the clock on the wall."""

    def __init__(self, board: FakeMarkets, wall: FakeClock) -> None:
        self._board = board
        self._wall = wall

    def now(self, market: MarketId = MAIN_MARKET) -> datetime:
        standing = self._board.standing(market)
        is_still = not self._board.terms(market).follows_the_wall or standing.state is MarketState.ENDED
        return standing.now if is_still else self._wall.now()


class Desk:
    """A house with a sandbox `main` of its own and a history of five sessions, 14:30Z to 21:00Z from 2010-01-04 on."""

    def __init__(self, *markets: Market) -> None:
        self.wall = FakeClock()
        self.board = FakeMarkets(a_market(MarketMode.SANDBOX, "2026-01-05T12:00"), *markets)
        self.driver = Driver(self.board)
        self.audit = MockAuditLogger()
        self.helm = MarketHelm()
        self.pace = ReplayPace(self.wall)
        self._history = FakeHistory(a_calendar(5))
        self._clock = Clock(self.board, self.wall)
        self._ids = SequentialIds()
        self._work = InMemoryUnitOfWork()

    def directory(self, caller: Caller = ADA) -> MarketDirectory:
        return MarketDirectory(
            caller,
            self.board,
            self.board,
            self._history,
            self._clock,
            self.wall,
            self._ids,
            self.helm,
            self.driver,
            self.audit,
            self._work,
        )

    def replays(self, caller: Caller = ADA) -> ReplayService:
        reader = ClockReader(self.board, self._clock, MarketTapes(self.board, self._history))
        return ReplayService(caller, self.board, self.board, reader, self.helm, self.pace, self.audit, self._work)

    def runner(self) -> ReplayRunner:
        return ReplayRunner(
            self.board, self.board, self._history, self.helm, self.pace, self.driver, self.audit, self._work
        )
