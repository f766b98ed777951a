"""A market's clock, and a hand on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from guilder.core.caller import NOBODY, Caller, NotAllowedError, NotSignedInError, Role
from guilder.market_data.application.clock_reader import ClockReader, ClockReading
from guilder.market_data.application.market_helm import MarketHelm
from guilder.market_data.application.market_service import MarketService
from guilder.market_data.application.market_tapes import MarketTapes
from guilder.market_data.domain.advance import Advance, NoMoreSessionsError
from guilder.market_data.domain.market import MarketState, MarketTimePassedError, NotAReplayError
from guilder.published.market_data import MarketEndedError, MarketMode, MarketNotFoundError
from guilder.shared.ids import MAIN_MARKET, MarketId, UserId
from guilder.testing import FakeMarketClock, InMemoryUnitOfWork, MockAuditLogger
from tests.market_data.builders import FakeHistory, FakeMarkets, a_calendar, a_market, at

SOMEBODY = Caller(UserId(UUID(int=1)))
ADMIN = Caller(UserId(UUID(int=2)), frozenset({Role.ADMIN}))


class FakeDriver:
    """`MarketDriver` that has nothing to work."""

    def __init__(self, board: FakeMarkets) -> None:
        self._board = board
        self.asked_for: list[datetime] = []
        self.comes_to: datetime | None = None
        """Where it is cut off."""

    async def advance(self, market: MarketId, to: datetime) -> datetime:
        self.asked_for.append(to)
        reached = to if self.comes_to is None else min(to, self.comes_to)
        (await self._board.get(market)).move(reached)
        return reached


class FakeGoals:
    """`Goals` of one request that is made again and again."""

    def __init__(self) -> None:
        self.goal: str | None = None

    async def kept(self) -> str | None:
        return self.goal

    async def keep(self, goal: str) -> None:
        self.goal = goal


class House:
    """A market of three sessions, 14:30Z to 21:00Z on 4, 5 and 6 January 2010."""

    def __init__(
        self,
        now: str,
        caller: Caller = ADMIN,
        mode: MarketMode = MarketMode.REPLAY,
        owner: UserId | None = None,
    ) -> None:
        self.board = FakeMarkets(a_market(mode, now, owner=owner))
        self.driver = FakeDriver(self.board)
        self.audit = MockAuditLogger()
        self.goals = FakeGoals()
        tapes = MarketTapes(self.board, FakeHistory(a_calendar(3)))
        reader = ClockReader(self.board, FakeMarketClock(at(now)), tapes)
        self.service = MarketService(
            caller, self.board, tapes, reader, MarketHelm(), self.driver, self.audit, InMemoryUnitOfWork(), self.goals
        )


@pytest.mark.parametrize(
    ("now", "is_open", "next_open", "next_close"),
    [
        ("2010-01-04T14:29:59", False, "2010-01-04T14:30", "2010-01-04T21:00"),
        ("2010-01-04T14:30", True, "2010-01-05T14:30", "2010-01-04T21:00"),
        ("2010-01-04T20:59:59", True, "2010-01-05T14:30", "2010-01-04T21:00"),
        ("2010-01-04T21:00", False, "2010-01-05T14:30", "2010-01-05T21:00"),
        ("2010-01-06T15:00", True, None, "2010-01-06T21:00"),
        ("2010-01-06T21:00", False, None, None),
    ],
)
async def test_a_clock_says_whether_it_is_open_and_when_it_opens_and_closes_next(
    now: str, is_open: bool, next_open: str | None, next_close: str | None
) -> None:
    assert await House(now, SOMEBODY).service.clock() == ClockReading(
        market=MAIN_MARKET,
        mode=MarketMode.REPLAY,
        now=at(now),
        state=MarketState.PAUSED,
        speed=Decimal(1),
        is_open=is_open,
        next_open=None if next_open is None else at(next_open),
        next_close=None if next_close is None else at(next_close),
    )


async def test_a_sandbox_is_always_open() -> None:
    reading = await House("2026-01-05", SOMEBODY, MarketMode.SANDBOX).service.clock()

    assert reading.is_open
    assert reading.next_open == reading.next_close == at("2026-01-06")


async def test_a_live_market_keeps_the_hours_of_the_exchange() -> None:
    reading = await House("2026-11-25T15:00", SOMEBODY, MarketMode.LIVE).service.clock()

    assert reading.is_open
    assert (reading.next_close, reading.next_open) == (at("2026-11-25T21:00"), at("2026-11-27T14:30"))


async def test_who_is_not_signed_in_sees_no_clock() -> None:
    with pytest.raises(NotSignedInError):
        await House("2010-01-04", NOBODY).service.clock()


async def test_an_unknown_market_has_no_clock() -> None:
    with pytest.raises(MarketNotFoundError):
        await House("2010-01-04").service.clock(MarketId("nowhere"))


@pytest.mark.parametrize(
    ("advance", "target"),
    [
        (Advance(by=timedelta(hours=24)), "2010-01-05T12:00"),
        (Advance(sessions=2), "2010-01-05T21:00"),
        (Advance(to=at("2010-01-04T15:00")), "2010-01-04T15:00"),
    ],
)
async def test_an_admin_moves_a_replay(advance: Advance, target: str) -> None:
    house = House("2010-01-04T12:00")

    reading = await house.service.advance(advance)

    assert house.driver.asked_for == [at(target)]
    assert reading.now == at(target)


async def test_the_same_request_again_goes_where_it_was_going_the_first_time() -> None:
    house = House("2010-01-04T12:00")
    house.driver.comes_to = at("2010-01-05T15:00")
    await house.service.advance(Advance(sessions=2))

    await house.service.advance(Advance(sessions=2))

    assert house.driver.asked_for == [at("2010-01-05T21:00"), at("2010-01-05T21:00")]


async def test_who_moved_a_market_and_where_to_is_noted() -> None:
    house = House("2010-01-04T12:00")

    await house.service.advance(Advance(sessions=1))

    [logged] = house.audit.logged
    assert logged.action == "market_advanced"
    assert logged.details == {"market": "main", "to": "2010-01-04T21:00:00+00:00"}


@pytest.mark.parametrize(("caller", "refusal"), [(NOBODY, NotSignedInError), (SOMEBODY, NotAllowedError)])
async def test_only_an_admin_moves_a_market(caller: Caller, refusal: type[Exception]) -> None:
    house = House("2010-01-04", caller)

    with pytest.raises(refusal):
        await house.service.advance(Advance(sessions=1))

    assert house.driver.asked_for == []


async def test_its_owner_moves_a_market_and_nobody_else_who_is_no_admin() -> None:
    reading = await House("2010-01-04", SOMEBODY, owner=SOMEBODY.user_id).service.advance(Advance(sessions=1))
    assert reading.now == at("2010-01-04T21:00")

    with pytest.raises(NotAllowedError):
        await House("2010-01-04", SOMEBODY, owner=UserId(UUID(int=9))).service.advance(Advance(sessions=1))


async def test_a_market_that_has_ended_is_not_moved() -> None:
    house = House("2010-01-04")
    (await house.board.get(MAIN_MARKET)).end()

    with pytest.raises(MarketEndedError):
        await house.service.advance(Advance(sessions=1))

    reading = await house.service.clock()
    assert (reading.state, reading.is_open, reading.next_open) == (MarketState.ENDED, False, None)


@pytest.mark.parametrize("mode", [MarketMode.SANDBOX, MarketMode.LIVE])
async def test_only_a_replay_is_moved_by_hand(mode: MarketMode) -> None:
    house = House("2026-01-05", mode=mode)

    with pytest.raises(NotAReplayError):
        await house.service.advance(Advance(sessions=1))

    assert house.driver.asked_for == []


async def test_a_market_is_not_moved_back_nor_beyond_the_last_session() -> None:
    house = House("2010-01-05")

    with pytest.raises(MarketTimePassedError):
        await house.service.advance(Advance(to=at("2010-01-04")))
    for beyond in (Advance(sessions=3), Advance(by=timedelta(days=30)), Advance(to=at("2050-01-01"))):
        with pytest.raises(NoMoreSessionsError):
            await house.service.advance(beyond)

    assert house.driver.asked_for == []
    assert house.goals.goal is None
