"""The relay when things go wrong: slow, silent and broken subscribers, several processes, restarts and clocks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from guilder.core import relay as relay_module
from guilder.core.clock import Clock
from guilder.core.database import Database
from guilder.core.outbox import Outbox
from guilder.core.plain_commit import PlainCommit
from guilder.core.random_ids import TimeOrderedIds
from guilder.core.relay import Relay, Subscription
from guilder.core.serialization import EventRegistry, encode_event
from guilder.core.sql_set_aside import SqlSetAsideEvents
from guilder.core.tables import inbox, outbox
from guilder.core.unit import Unit
from guilder.core.unit_of_work import UnitOfWork
from guilder.testing import FakeClock
from tests.core.counters import CounterRaised, Faulty, steps

ANNA, BORIS, CLARA = (UUID(int=number) for number in (1, 2, 3))
AT = datetime(2010, 1, 4, tzinfo=UTC)

Told = list[tuple[UUID, int]]


class First:
    """A subscriber that writes down what it hears; what it cannot bear, and when it waits, can be said."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self.heard: Told = []
        self.cannot_bear: set[UUID] = set()
        self.never_ends_for: set[UUID] = set()
        self.is_at_work = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.before_it_hears: Callable[[CounterRaised], Any] | None = None

    async def on_raised(self, event: CounterRaised) -> None:
        self.is_at_work.set()
        if self.before_it_hears is not None:
            await self.before_it_hears(event)
        self._unit.add(steps, {"name": f"{type(self).__name__} {event.counter_id.int} {event.value}"})
        await self.gate.wait()
        if event.counter_id in self.never_ends_for:
            await asyncio.Event().wait()
        if event.counter_id in self.cannot_bear:
            raise RuntimeError
        self.heard.append((event.counter_id, event.value))


class Second(First):
    """Another subscriber."""


class Watched(Outbox):
    """An outbox that knows when its relay had nothing to tell: only then is news asked for."""

    has_nothing_to_tell_since = -1

    async def news(self, seen: int, within_seconds: float) -> None:
        self.has_nothing_to_tell_since = seen
        await super().news(seen, within_seconds)


class Post:
    """One process with an outbox, a relay and subscribers."""

    def __init__(
        self,
        database: Database,
        *kinds: type[First],
        clock: Clock | None = None,
        delivery_seconds: float = 60.0,
        poll_seconds: float = 60.0,
    ) -> None:
        self.database = Faulty(database)
        self.clock = clock or FakeClock()
        self.unit = Unit()
        self.outbox = Watched(TimeOrderedIds(), wanted=["CounterRaised"])
        self.work = PlainCommit(self.database, self.clock, self.outbox)
        self._services: dict[Any, Any] = {Unit: self.unit, UnitOfWork: self.work}
        self._services |= {kind: kind(self.unit) for kind in kinds}
        self.aside = SqlSetAsideEvents(self.database, self.unit)
        self.relay = Relay(
            self.database,
            self.clock,
            EventRegistry([CounterRaised]),
            self.outbox,
            [Subscription(kind.__name__, CounterRaised, kind, "on_raised") for kind in kinds],
            self._scope,
            self.aside,
            delivery_seconds=delivery_seconds,
            poll_seconds=poll_seconds,
        )

    def of(self, kind: type[First]) -> First:
        subscriber: First = self._services[kind]
        return subscriber

    async def aget(self, interface: Any) -> Any:
        return self._services[interface]

    @asynccontextmanager
    async def _scope(self) -> AsyncIterator[Post]:
        yield self

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        self.relay.start()
        try:
            async with asyncio.timeout(30):
                yield
        finally:
            await self.relay.close()

    async def save(self, *facts: tuple[UUID, int]) -> None:
        async with self.work:
            self.unit.emit(CounterRaised(counter_id=about, value=value, at=AT) for about, value in facts)

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await asyncio.sleep(0.001)

    async def rows(self) -> Sequence[Any]:
        found: Sequence[Any] = await self.database.fetch_all(select(outbox).order_by(outbox.c.position))
        return found

    async def steps(self) -> list[str]:
        return sorted(row.name for row in await self.database.fetch_all(select(steps)))


async def test_a_slow_subscriber_keeps_no_other_waiting(database: Database) -> None:
    post = Post(database, First, Second)
    post.of(First).gate.clear()
    await post.save((ANNA, 1), (ANNA, 2), (BORIS, 1))

    async with post.relaying():
        await post.until(lambda: len(post.of(Second).heard) == 3)

        assert post.of(First).heard == []
        post.of(First).gate.set()
        await post.relay.told()

    assert post.of(First).heard == post.of(Second).heard == [(ANNA, 1), (ANNA, 2), (BORIS, 1)]


async def test_a_delivery_that_does_not_end_is_cut_off_and_holds_up_only_its_aggregate(database: Database) -> None:
    post = Post(database, First, delivery_seconds=0.25)
    post.of(First).never_ends_for = {ANNA}
    await post.save((ANNA, 1), (BORIS, 1), (ANNA, 2), (BORIS, 2))

    async with post.relaying():
        await post.until(lambda: (BORIS, 2) in post.of(First).heard)

    assert post.of(First).heard == [(BORIS, 1), (BORIS, 2)]
    assert await post.steps() == ["First 2 1", "First 2 2"]


async def test_after_a_failure_it_waits_and_then_tries_again(database: Database) -> None:
    clock = FakeClock()
    post = Post(database, First, clock=clock)
    post.of(First).cannot_bear = {ANNA}
    await post.save((ANNA, 1))

    async with post.relaying():
        await post.until(post.of(First).is_at_work.is_set)
        await post.save((BORIS, 1))
        await post.until(lambda: post.of(First).heard == [(BORIS, 1)])
        post.of(First).cannot_bear = set()
        await post.save((BORIS, 2))
        await post.until(lambda: post.of(First).heard == [(BORIS, 1), (BORIS, 2)])

        clock.advance(timedelta(seconds=61))
        post.outbox.wake()
        await post.relay.told()

    assert post.of(First).heard == [(BORIS, 1), (BORIS, 2), (ANNA, 1)]


async def test_a_clock_that_is_set_back_does_not_make_it_wait_longer(database: Database) -> None:
    clock = FakeClock()
    post = Post(database, First, clock=clock)
    post.of(First).cannot_bear = {ANNA}
    await post.save((ANNA, 1))

    async with post.relaying():
        await post.until(post.of(First).is_at_work.is_set)
        await post.save((BORIS, 1))
        await post.until(lambda: post.of(First).heard == [(BORIS, 1)])
        post.of(First).cannot_bear = set()

        clock.advance(timedelta(days=-1))
        post.outbox.wake()
        await post.relay.told()

    assert post.of(First).heard == [(BORIS, 1), (ANNA, 1)]


async def test_what_another_process_saves_is_told_too(database: Database) -> None:
    post, other = Post(database, First, poll_seconds=0.001), Post(database)

    async with post.relaying():
        await other.save((ANNA, 1))
        await other.save((ANNA, 2))
        await post.until(lambda: len(post.of(First).heard) == 2)
        await post.relay.told()

    assert post.of(First).heard == [(ANNA, 1), (ANNA, 2)]
    assert [row.is_pending for row in await post.rows()] == [False, False]


async def test_two_relays_on_the_same_books_change_the_database_once(database: Database) -> None:
    one = Post(database, First, poll_seconds=0.001)
    other = Post(database, First, poll_seconds=0.001)
    await one.save(*((about, value) for value in range(1, 6) for about in (ANNA, BORIS)))

    async with one.relaying(), other.relaying():
        while await one.relay.backlog():
            for post in (one, other):
                assert isinstance(post.clock, FakeClock)
                post.clock.advance(timedelta(minutes=2))
            await asyncio.sleep(0.001)

    assert await one.steps() == sorted(f"First {about} {value}" for value in range(1, 6) for about in (1, 2))


async def test_what_another_process_has_told_keeps_nobody_waiting(database: Database) -> None:
    """The failure of an event that is told by now is forgotten."""
    post = Post(database, First)
    post.of(First).cannot_bear = {ANNA}
    await post.save((ANNA, 1))

    async with post.relaying():
        await post.until(post.of(First).is_at_work.is_set)
        await post.save((BORIS, 1))
        await post.until(lambda: post.of(First).heard == [(BORIS, 1)])
        [failed, _] = await post.rows()
        await database.write(
            lambda connection: connection.execute(
                insert(inbox).values(subscriber="First", event_id=failed.event_id, recorded_at=AT)
            )
        )
        post.of(First).cannot_bear = set()
        post.outbox.wake()
        await post.until(lambda: post.outbox.has_nothing_to_tell_since == post.outbox.generation)
        await post.save((ANNA, 2))
        await post.until(lambda: (ANNA, 2) in post.of(First).heard)

    assert post.of(First).heard == [(BORIS, 1), (ANNA, 2)]


async def test_what_a_process_had_told_when_it_died_is_settled_by_the_next(database: Database) -> None:
    """It died between the delivery and its mark; no event of that name may ever come again."""
    before = Post(database, First)
    await before.save((ANNA, 1))
    [row] = await before.rows()
    await database.write(
        lambda connection: connection.execute(
            insert(inbox).values(subscriber="First", event_id=row.event_id, recorded_at=AT)
        )
    )

    after = Post(database, First)
    async with after.relaying():
        await after.relay.told()

    assert after.of(First).heard == []


async def test_what_nobody_wants_any_more_is_no_backlog(database: Database) -> None:
    before = Post(database, First)
    await before.save((ANNA, 1))

    after = Post(database)
    async with after.relaying():
        await after.relay.told()

    assert await after.relay.backlog() == 0


async def test_a_subscriber_that_is_added_hears_what_still_waits_and_what_comes(database: Database) -> None:
    before = Post(database, First)
    await before.save((ANNA, 1))
    async with before.relaying():
        await before.relay.told()
    await before.save((ANNA, 2))

    after = Post(database, First, Second)
    async with after.relaying():
        await after.save((ANNA, 3))
        await after.relay.told()

    assert after.of(First).heard == after.of(Second).heard == [(ANNA, 2), (ANNA, 3)]


async def test_a_subscriber_that_was_taken_away_holds_nothing_up(database: Database) -> None:
    before = Post(database, First, Second)
    before.of(Second).cannot_bear = {ANNA}
    await before.save((ANNA, 1))
    async with before.relaying():
        await before.until(lambda: before.of(First).heard == [(ANNA, 1)])

    after = Post(database, First)
    async with after.relaying():
        await after.relay.told()

    assert after.of(First).heard == []


async def test_an_event_is_settled_when_all_who_want_it_have_heard(database: Database) -> None:
    post = Post(database, First, Second)
    post.of(Second).gate.clear()
    await post.save((ANNA, 1))

    async with post.relaying():
        await post.until(lambda: post.of(First).heard == [(ANNA, 1)])
        await asyncio.sleep(0.005)
        assert await post.relay.backlog() == 1

        post.of(Second).gate.set()
        await post.relay.told()

    assert await post.relay.backlog() == 0


async def test_shutdown_finishes_the_event_at_hand_and_tells_the_rest_after_the_next_start(database: Database) -> None:
    post = Post(database, First)
    post.of(First).gate.clear()
    await post.save((ANNA, 1), (ANNA, 2))
    post.relay.start()
    await post.of(First).is_at_work.wait()

    closing = asyncio.create_task(post.relay.close())
    await asyncio.sleep(0)
    post.of(First).gate.set()
    await closing

    assert post.of(First).heard == [(ANNA, 1)]
    assert [row.is_pending for row in await post.rows()] == [False, True]
    after = Post(database, First)
    async with after.relaying():
        await after.relay.told()
    assert after.of(First).heard == [(ANNA, 2)]
    assert await after.steps() == ["First 1 1", "First 1 2"]


async def test_shutdown_does_not_wait_for_ever_and_what_was_cut_off_is_told_again(database: Database) -> None:
    post = Post(database, First, delivery_seconds=0.25)
    post.of(First).before_it_hears = _passes_over_its_time_limit
    await post.save((ANNA, 1))
    post.relay.start()
    await post.of(First).is_at_work.wait()

    async with asyncio.timeout(10):
        await post.relay.close()

    assert [task for task in asyncio.all_tasks() if task.get_name().startswith("relay")] == []
    after = Post(database, First)
    async with after.relaying():
        await after.relay.told()
    assert after.of(First).heard == [(ANNA, 1)]


async def _passes_over_its_time_limit(_event: CounterRaised) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.Event().wait()


async def test_an_event_that_cannot_be_read_holds_up_only_its_aggregate(database: Database) -> None:
    post = Post(database, First)
    await post.save((ANNA, 1), (ANNA, 2), (BORIS, 1))
    [first, *_] = await post.rows()
    await database.write(
        lambda connection: connection.execute(
            update(outbox).where(outbox.c.position == first.position).values(payload="{")
        )
    )

    async with post.relaying():
        await post.until(lambda: len(post.of(First).heard) == 1)

    assert post.of(First).heard == [(BORIS, 1)]


async def test_while_the_database_is_away_it_waits_and_loses_nothing(database: Database) -> None:
    deaths: list[BaseException] = []
    post = Post(database, First, poll_seconds=0.001)
    await post.save((ANNA, 1), (ANNA, 2))
    assert isinstance(post.clock, FakeClock)
    post.database.is_away = True
    post.relay.start(deaths.append)
    await post.until(lambda: post.database.writes > 3)
    post.database.is_away = False

    async with asyncio.timeout(30):
        while await post.relay.backlog():
            post.clock.advance(timedelta(minutes=2))
            await asyncio.sleep(0.001)
    await post.relay.close()

    assert deaths == []
    assert await post.steps() == ["First 1 1", "First 1 2"]


async def test_more_than_a_page_of_failures_keeps_no_other_aggregate_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "PAGE", 2)
    post = Post(database, First)
    post.of(First).cannot_bear = {ANNA, CLARA}
    await post.save((ANNA, 1), (CLARA, 1), (ANNA, 2), (CLARA, 2), (ANNA, 3), (BORIS, 1), (BORIS, 2), (BORIS, 3))

    async with post.relaying():
        await post.until(lambda: len(post.of(First).heard) == 3)

    assert post.of(First).heard == [(BORIS, 1), (BORIS, 2), (BORIS, 3)]


async def test_an_event_that_appears_late_is_told_before_the_later_ones_of_its_aggregate(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL positions are given out before the commit: a lower one may appear after a higher one."""
    monkeypatch.setattr(relay_module, "PAGE", 2)
    post = Post(database, First)

    async def save(position: int, about: UUID, value: int) -> None:
        event = CounterRaised(counter_id=about, value=value, at=AT)
        row = next(iter(post.outbox.rows([event], AT))) | {"position": position}
        await database.write(lambda connection: connection.execute(insert(outbox), row))

    async def appear_late(event: CounterRaised) -> None:
        if (event.counter_id, event.value) == (BORIS, 1):
            await save(1, ANNA, 1)
            await save(4, ANNA, 2)

    post.of(First).before_it_hears = appear_late
    await save(2, BORIS, 1)
    await save(3, BORIS, 2)
    async with post.relaying():
        await post.until(lambda: len(post.of(First).heard) == 4)

    of_anna = [value for about, value in post.of(First).heard if about == ANNA]
    assert of_anna == [1, 2]


async def test_an_event_is_told_as_it_was_saved(database: Database) -> None:
    post = Post(database, First)
    seen: list[CounterRaised] = []

    async def remember(event: CounterRaised) -> None:
        seen.append(event)

    post.of(First).before_it_hears = remember
    await post.save((ANNA, 7))
    async with post.relaying():
        await post.relay.told()

    [row] = await post.rows()
    assert seen == [CounterRaised(counter_id=ANNA, value=7, at=AT)]
    assert row.payload == encode_event(seen[0])
