"""Watching markets: what changes is told, what has changed since is told once, and nothing piles up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

import pytest

from guilder.core.caller import NOBODY, Caller, NotSignedInError
from guilder.market_data.application.clock_reader import ClockReader, ClockReading
from guilder.market_data.application.market_stream_service import (
    MOST_MARKETS,
    MOST_STREAMS,
    MarketStreamService,
    TooManyStreamsError,
)
from guilder.market_data.application.market_tapes import MarketTapes
from guilder.market_data.application.market_watch import MarketWatch
from guilder.published.market_data import MarketNotFoundError
from guilder.shared.errors import ValidationError
from guilder.shared.ids import MAIN_MARKET, MarketId, UserId
from guilder.testing import FakeMarketClock
from tests.market_data.application.desks import ADA, EVE
from tests.market_data.builders import FakeHistory, FakeMarkets, a_calendar, a_market, at

START, LATER, LATEST = (at(f"2010-01-04T{hour}:00") for hour in (15, 16, 17))
CLASS = MarketId("class")


class Room:
    """Two replays that are watched."""

    def __init__(self) -> None:
        self.watch = MarketWatch()
        self.clock = FakeMarketClock(START, {CLASS: START})
        board = FakeMarkets(a_market(), a_market(id=CLASS))
        self._reader = ClockReader(board, self.clock, MarketTapes(board, FakeHistory(a_calendar(3))))

    def stream(self, caller: Caller = ADA) -> MarketStreamService:
        return MarketStreamService(caller, self._reader, self.watch)


@pytest.fixture
def room() -> Room:
    return Room()


async def next_of(readings: AsyncGenerator[ClockReading]) -> ClockReading:
    async with asyncio.timeout(20):
        return await anext(readings)


async def test_a_stream_begins_with_where_each_market_stands(room: Room) -> None:
    async with (
        room.stream().watcher([CLASS, MAIN_MARKET]) as watcher,
        aclosing(room.stream().readings(watcher)) as told,
    ):
        first, second = await next_of(told), await next_of(told)

    assert [(first.market, first.now), (second.market, second.now)] == [(CLASS, START), (MAIN_MARKET, START)]


async def test_what_changes_is_told(room: Room) -> None:
    async with room.stream().watcher([MAIN_MARKET]) as watcher, aclosing(room.stream().readings(watcher)) as told:
        await next_of(told)
        room.clock.set(LATER)
        room.watch.tell(MAIN_MARKET)

        assert (await next_of(told)).now == LATER


async def test_what_changed_several_times_is_told_once_as_it_then_is(room: Room) -> None:
    async with room.stream().watcher([MAIN_MARKET, CLASS]) as watcher:
        await watcher.changed()
        for _ in range(1_000):
            room.watch.tell(MAIN_MARKET)
            room.watch.tell(CLASS)

        assert await watcher.changed() == [MAIN_MARKET, CLASS]


async def test_markets_that_nobody_watches_are_no_news(room: Room) -> None:
    async with room.stream().watcher([MAIN_MARKET]) as watcher:
        await watcher.changed()
        waiting = asyncio.create_task(watcher.changed())
        room.watch.tell(CLASS)
        await asyncio.sleep(0)
        assert not waiting.done()

        room.watch.tell(MAIN_MARKET)
        assert await waiting == [MAIN_MARKET]


async def test_who_may_not_watch_is_refused(room: Room) -> None:
    with pytest.raises(NotSignedInError):
        room.stream(NOBODY).watcher([MAIN_MARKET])
    with pytest.raises(MarketNotFoundError):
        room.stream().watcher([MAIN_MARKET, MarketId("nowhere")])
    with pytest.raises(ValidationError, match="at most 20"):
        room.stream().watcher([MarketId(f"m{number}") for number in range(MOST_MARKETS + 1)])


async def test_somebody_has_so_many_streams_and_when_one_ends_another_may_begin(room: Room) -> None:
    watchers = [room.stream().watcher([MAIN_MARKET]) for _ in range(MOST_STREAMS)]
    for watcher in watchers:
        await watcher.__aenter__()

    with pytest.raises(TooManyStreamsError):
        room.stream().watcher([MAIN_MARKET])
    room.stream(EVE).watcher([MAIN_MARKET])

    await watchers[0].__aexit__(None, None, None)
    assert room.watch.count_of(UserId(UUID(int=1))) == MOST_STREAMS - 1
    room.stream().watcher([MAIN_MARKET])
