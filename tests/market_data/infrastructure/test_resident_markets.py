"""The markets in memory: their time, who sees it move, and what happens when a move cannot be saved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import pytest
from sqlalchemy import Connection

from guilder.core.audit_chain import AuditNote
from guilder.core.committer import Committer
from guilder.core.database import Database, DatabaseUnavailableError
from guilder.core.group_commit import GroupCommit
from guilder.core.open_unit import StaleAggregateError, set_current_unit
from guilder.core.outbox import Outbox
from guilder.core.residents import ResidentAggregates
from guilder.core.tables import inbox
from guilder.core.unit import Unit
from guilder.market_data.application.market_tapes import MarketTapes
from guilder.market_data.application.market_watch import MarketWatch
from guilder.market_data.domain.market import Market, MarketTimePassedError
from guilder.market_data.infrastructure.market_hand import MarketHand
from guilder.market_data.infrastructure.resident_markets import ResidentMarkets
from guilder.market_data.infrastructure.sql_market_repository import SqlMarketRepository
from guilder.published.market_data import MarketMode, MarketNotFoundError
from guilder.shared.errors import RefusedError
from guilder.shared.ids import MAIN_MARKET, MarketId
from guilder.shared.symbol import StockSymbol
from guilder.testing import FakeClock, SequentialIds
from tests.market_data.builders import AAPL, FB, a_market, at, sample

T = TypeVar("T")
TAKEN = {"subscriber": "somebody", "event_id": UUID(int=1)}
"""A row that can be there only once."""

NEW = MarketId("new")
START, LATER, LATEST = at("2010-01-04T14:30"), at("2010-01-04T21:00"), at("2010-01-05T21:00")


class Faulty:
    """A database that can go away, and that can be made to wait."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.is_away = False
        self.may_write = asyncio.Event()
        self.may_write.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def dialect_name(self) -> str:
        return self._inner.dialect_name

    async def write(self, work: Callable[[Connection], T]) -> T:
        await self.may_write.wait()
        if self.is_away:
            raise DatabaseUnavailableError
        return await self._inner.write(work)


class Core:
    """The core's writer around a replay that stands at its start."""

    def __init__(self, database: Database, mode: MarketMode) -> None:
        self.database = Faulty(database)
        self.clock = FakeClock(START)
        self.residents = ResidentAggregates()
        self.committer = Committer(self.database, self.clock, Outbox(SequentialIds()), self.residents)
        self.work = GroupCommit(self.committer, self.residents)
        self.unit = Unit()
        self.markets = SqlMarketRepository(self.database, self.unit)
        self.watch = MarketWatch()
        self.board = ResidentMarkets(self.clock, self.unit, self.markets, self.watch)
        self.hand = MarketHand(self.board, MarketTapes(self.board, sample()), sample())
        self.mode = mode

    async def __aenter__(self) -> Core:
        await self.committer.start()
        async with self.work:
            self.markets.save(a_market(self.mode, "2010-01-04T14:30"))
        await self.board.load()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.committer.close()

    async def move(self, *steps: Any, refuse: bool = False) -> None:
        async with self.work:
            for to in steps:
                await self.hand.move(MAIN_MARKET, to)
            if refuse:
                raise RefusedError

    async def look(self) -> None:
        """A use case that reads the time and notes it."""
        async with self.work:
            now = self.board.now(MAIN_MARKET)
            self.unit.note(AuditNote("system", "looked", None, {"at": now.isoformat()}))

    async def stored(self) -> Any:
        return (await self.markets.get(MAIN_MARKET)).now


@pytest.fixture
async def replay(database: Database) -> AsyncIterator[Core]:
    async with Core(database, MarketMode.REPLAY) as core:
        yield core


@pytest.fixture
async def sandbox(database: Database) -> AsyncIterator[Core]:
    async with Core(database, MarketMode.SANDBOX) as core:
        yield core


async def test_a_replay_stands_where_it_was_moved_to(replay: Core) -> None:
    replay.clock.advance(timedelta(days=100))
    assert replay.board.now() == START

    await replay.move(LATER)

    assert replay.board.now() == replay.hand.worked_until(MAIN_MARKET) == await replay.stored() == LATER


async def test_a_replay_goes_on_after_a_restart_where_it_stood(replay: Core) -> None:
    await replay.move(LATER, LATEST)

    again = ResidentMarkets(FakeClock(), Unit(), replay.markets, MarketWatch())
    await again.load()

    assert again.now() == LATEST


async def test_a_move_is_seen_at_once_by_its_own_unit_and_by_others_once_it_is_queued(replay: Core) -> None:
    async with replay.work:
        await replay.hand.move(MAIN_MARKET, LATER)
        assert replay.board.now() == LATER
        seen_by_another = await asyncio.get_running_loop().create_task(outside(replay))

    assert seen_by_another == START
    assert replay.board.now() == LATER


async def outside(core: Core) -> Any:
    """What a task without a unit sees."""
    set_current_unit(None)
    return core.board.now()


async def test_a_refused_use_case_moves_nothing(replay: Core) -> None:
    with pytest.raises(RefusedError):
        await replay.move(LATER, refuse=True)

    assert replay.board.now() == await replay.stored() == START
    await replay.move(LATER)
    assert replay.board.now() == LATER


async def test_a_market_is_not_moved_back(replay: Core) -> None:
    await replay.move(LATER)

    with pytest.raises(MarketTimePassedError):
        await replay.move(START)

    assert replay.board.now() == LATER


async def test_when_a_move_cannot_be_saved_the_clock_goes_back(replay: Core) -> None:
    await replay.move(LATER)
    replay.database.is_away = True

    with pytest.raises(DatabaseUnavailableError):
        await replay.move(LATEST)

    assert replay.board.now() == LATER
    replay.database.is_away = False
    await replay.move(LATEST)
    assert replay.board.now() == await replay.stored() == LATEST


async def test_when_moves_upon_moves_cannot_be_saved_the_clock_goes_back_to_the_last_saved(replay: Core) -> None:
    replay.database.may_write.clear()
    moves = [asyncio.create_task(replay.move(to)) for to in (START + timedelta(hours=1), LATER, LATEST)]
    while replay.board.now() != LATEST:
        await asyncio.sleep(0)

    replay.database.is_away = True
    replay.database.may_write.set()
    outcomes = await asyncio.gather(*moves, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailableError] * 3
    assert replay.board.now() == START


async def test_a_unit_that_read_the_time_of_a_failed_move_fails_too(replay: Core) -> None:
    async with replay.work:
        replay.unit.add(inbox, TAKEN)
    replay.database.may_write.clear()

    async def guilty() -> None:
        async with replay.work:
            await replay.hand.move(MAIN_MARKET, LATER)
            replay.unit.add(inbox, TAKEN)

    outcomes = asyncio.gather(guilty(), replay.look(), return_exceptions=True)
    while replay.board.now() != LATER:
        await asyncio.sleep(0)
    replay.database.may_write.set()
    broken, built_on_it = await outcomes

    assert isinstance(broken, Exception)
    assert isinstance(built_on_it, StaleAggregateError)
    assert replay.board.now() == await replay.stored() == START


async def test_a_new_market_is_known_once_its_unit_is_queued(replay: Core) -> None:
    async with replay.work:
        replay.board.save(a_market(id=NEW, now="2010-01-05"))
        with pytest.raises(MarketNotFoundError):
            replay.board.terms(NEW)

    assert replay.board.now(NEW) == at("2010-01-05")
    async with replay.work:
        await replay.hand.move(NEW, LATEST)
    assert replay.board.now(NEW) == LATEST
    assert replay.board.now() == START


async def test_a_new_market_that_cannot_be_saved_is_not_there(replay: Core) -> None:
    replay.database.may_write.clear()

    async def open_and_move() -> None:
        async with replay.work:
            replay.board.save(a_market(id=NEW, now="2010-01-05"))
        async with replay.work:
            await replay.hand.move(NEW, LATEST)

    opening = asyncio.create_task(open_and_move())
    while NEW not in {terms.id for terms in replay.board.all_terms()}:
        await asyncio.sleep(0)
    replay.database.is_away = True
    replay.database.may_write.set()
    [outcome] = await asyncio.gather(opening, return_exceptions=True)

    assert isinstance(outcome, DatabaseUnavailableError)
    with pytest.raises(MarketNotFoundError):
        replay.board.now(NEW)


async def test_when_changes_upon_changes_cannot_be_saved_all_is_as_it_was_before_the_first(replay: Core) -> None:
    stood = replay.board.standing(MAIN_MARKET)
    replay.database.may_write.clear()

    async def change(act: Callable[[Market], None]) -> None:
        async with replay.work:
            market = await replay.markets.get(MAIN_MARKET)
            act(market)
            replay.board.save(market)

    acts: list[Callable[[Market], None]] = [Market.resume, lambda market: market.set_speed(Decimal(9)), Market.pause]
    changes = [asyncio.create_task(change(act)) for act in acts]
    while replay.board.standing(MAIN_MARKET).version != stood.version + len(acts):
        await asyncio.sleep(0)
    replay.database.is_away = True
    replay.database.may_write.set()
    outcomes = await asyncio.gather(*changes, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailableError] * len(acts)
    assert replay.board.standing(MAIN_MARKET) == stood


async def test_what_has_ended_stands_still_though_it_followed_the_wall(sandbox: Core) -> None:
    async with sandbox.work:
        market = await sandbox.markets.get(MAIN_MARKET)
        market.end()
        sandbox.board.save(market)
    sandbox.clock.advance(timedelta(hours=3))

    assert sandbox.board.now() == START
    assert sandbox.hand.session_at_or_after(MAIN_MARKET, START) is None


async def test_a_sandbox_follows_the_wall(sandbox: Core) -> None:
    sandbox.clock.advance(timedelta(hours=3))

    assert sandbox.board.now() == START + timedelta(hours=3)
    assert sandbox.hand.worked_until(MAIN_MARKET) == START


async def test_a_sandbox_never_goes_back_though_the_wall_clock_does(sandbox: Core) -> None:
    sandbox.clock.set(LATER)
    assert sandbox.board.now() == LATER

    sandbox.clock.set(START - timedelta(days=1))

    assert sandbox.board.now() == LATER


async def test_a_sandbox_never_stands_before_what_is_worked(sandbox: Core) -> None:
    await sandbox.move(LATER)

    assert sandbox.board.now() == LATER


async def test_the_hand_knows_the_whole_session(replay: Core) -> None:
    session = replay.hand.session_at_or_after(MAIN_MARKET, START)
    assert session is not None

    path = replay.hand.path(MAIN_MARKET, AAPL, session)

    assert (session.opens_at, session.closes_at) == (START, LATER)
    assert path is not None
    assert path.points[-1][0] == LATER
    assert replay.hand.path(MAIN_MARKET, FB, session) is None
    assert replay.hand.path(MAIN_MARKET, StockSymbol("TSLA"), session) is None
    assert replay.hand.session_at_or_after(MAIN_MARKET, at("2013-03-01T21:00")) is None


async def test_the_hand_knows_which_symbols_there_are(replay: Core) -> None:
    assert replay.hand.is_known(FB)
    assert not replay.hand.is_known(StockSymbol("TSLA"))


async def test_an_unknown_market_is_not_found(replay: Core) -> None:
    nowhere = MarketId("nowhere")

    assert replay.hand.mode(MAIN_MARKET) is MarketMode.REPLAY
    for ask in (replay.board.now, replay.hand.mode, replay.hand.worked_until, replay.board.terms):
        with pytest.raises(MarketNotFoundError):
            ask(nowhere)
    with pytest.raises(MarketNotFoundError):
        async with replay.work:
            await replay.hand.move(nowhere, LATER)
