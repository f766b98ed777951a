"""Events on their way out: what becomes a row, and who is woken."""

from __future__ import annotations

import asyncio
import gc
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from weakref import WeakSet

from guilder.core.outbox import Outbox
from guilder.core.serialization import EventRegistry, encode_event
from guilder.testing import SequentialIds
from tests.core.counters import CounterRaised

AT = datetime(2010, 1, 4, tzinfo=UTC)
LONG = 60.0


def raised(value: int) -> CounterRaised:
    return CounterRaised(counter_id=UUID(int=7), value=value, at=AT)


def test_each_event_becomes_a_row_with_an_id_of_its_own_in_order() -> None:
    box = Outbox(SequentialIds(), wanted=["CounterRaised"])

    rows = list(box.rows([raised(1), raised(2)], AT))

    events = EventRegistry([CounterRaised])
    told = [events.decode_event(row["name"], row["version"], row["payload"]) for row in rows]
    assert told == [raised(1), raised(2)]
    assert len({row["event_id"] for row in rows}) == 2
    assert {row["aggregate_id"] for row in rows} == {str(UUID(int=7))}
    assert {row["recorded_at"] for row in rows} == {AT}


def test_an_event_that_is_to_be_told_is_not_read_again() -> None:
    events, event = EventRegistry([CounterRaised]), raised(1)

    [wanted] = Outbox(SequentialIds(), ["CounterRaised"], events.encode_event).rows([event], AT)

    assert events.decode_event(wanted["name"], wanted["version"], wanted["payload"]) is event
    assert wanted["payload"] == encode_event(event)


def test_only_events_that_somebody_wants_wait_to_be_told() -> None:
    wanted, unwanted = Outbox(SequentialIds(), wanted=["CounterRaised"]), Outbox(SequentialIds(), wanted=["Other"])

    assert [row["is_pending"] for box in (wanted, unwanted) for row in box.rows([raised(1)], AT)] == [True, False]


async def test_whoever_waits_for_news_is_woken_by_it() -> None:
    box = Outbox(SequentialIds())
    waiting = [asyncio.create_task(box.news(box.generation, LONG)) for _ in range(3)]
    await asyncio.sleep(0)

    box.wake()

    async with asyncio.timeout(10):
        await asyncio.gather(*waiting)


async def test_news_that_came_before_one_asked_is_not_missed() -> None:
    box = Outbox(SequentialIds())
    seen = box.generation
    box.wake()

    async with asyncio.timeout(10):
        await box.news(seen, LONG)


async def test_without_news_one_looks_again_in_time() -> None:
    box = Outbox(SequentialIds())

    async with asyncio.timeout(10):
        await box.news(box.generation, 0.001)


async def test_one_who_stopped_waiting_does_not_harm_the_others() -> None:
    box = Outbox(SequentialIds())
    impatient, patient = (asyncio.create_task(box.news(box.generation, LONG)) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.wait([impatient])

    box.wake()

    async with asyncio.timeout(10):
        await patient


def test_waiting_in_vain_leaves_nothing_behind() -> None:
    """A house in which nothing happens asks again and again, for months."""
    box = Outbox(SequentialIds())
    loop = Remembering()

    async def wait_in_vain() -> None:
        for _ in range(50):
            await box.news(box.generation, 0)

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(wait_in_vain())
    gc.collect()

    assert loop.made >= 50
    assert list(loop.still_held) == []


class Remembering(asyncio.SelectorEventLoop):
    """An event loop that knows which of the futures it made somebody still holds."""

    def __init__(self) -> None:
        super().__init__()
        self.made = 0
        self.still_held: WeakSet[asyncio.Future[Any]] = WeakSet()

    def create_future(self) -> asyncio.Future[Any]:
        future = super().create_future()
        self.made += 1
        self.still_held.add(future)
        return future


async def test_news_that_nobody_wants_wakes_nobody() -> None:
    box = Outbox(SequentialIds(), wanted=["CounterRaised"])
    seen = box.generation

    box.wake({"Other"})

    assert box.generation == seen


async def test_one_knows_whether_the_news_is_of_what_one_wants() -> None:
    box = Outbox(SequentialIds(), wanted=["CounterRaised", "CounterClosed"])
    seen = box.generation

    box.wake({"CounterRaised", "Other"})

    assert [box.has_news_of(name, seen) for name in ("CounterRaised", "CounterClosed", "Other")] == [True, False, False]
    assert not box.has_news_of("CounterRaised", box.generation)
