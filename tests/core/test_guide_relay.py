"""Saved events are told at least once, in order for each aggregate, and change the database once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from guilder.core.database import Database
from guilder.core.outbox import Outbox
from guilder.core.plain_commit import PlainCommit
from guilder.core.relay import Relay, Subscription
from guilder.core.serialization import EventRegistry
from guilder.core.sql_set_aside import SqlSetAsideEvents
from guilder.core.unit import Unit
from guilder.core.unit_of_work import UnitOfWork
from guilder.testing import FakeClock, SequentialIds
from tests.core.counters import CounterRaised, steps

FIRST, SECOND = UUID(int=1), UUID(int=2)


class Listener:
    """A subscriber that writes down what it hears, and fails as often as it is told to."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self.heard: list[tuple[UUID, int]] = []
        self.failures: defaultdict[UUID, int] = defaultdict(int)

    async def on_raised(self, raised: CounterRaised) -> None:
        self.heard.append((raised.counter_id, raised.value))
        self._unit.add(steps, {"name": f"{raised.counter_id.int}: {raised.value}"})
        if self.failures[raised.counter_id]:
            self.failures[raised.counter_id] -= 1
            raise ConnectionError


class Deaf(Listener):
    """A subscriber that always fails."""

    async def on_raised(self, raised: CounterRaised) -> None:
        raise ConnectionError


class Post:
    """An outbox, and a relay that tells its events."""

    def __init__(self, database: Database, *listeners: type[Listener]) -> None:
        self.database = database
        self.clock, self.unit = FakeClock(), Unit()
        self.outbox = Outbox(SequentialIds(), wanted=["CounterRaised"])
        self.work = PlainCommit(database, self.clock, self.outbox)
        self.listeners = {kind: kind(self.unit) for kind in listeners}
        self._services: dict[Any, Any] = {Unit: self.unit, UnitOfWork: self.work, **self.listeners}
        wanted = [Subscription(f"tests.{kind.__name__}", CounterRaised, kind, "on_raised") for kind in listeners]
        aside, registry = SqlSetAsideEvents(database, self.unit), EventRegistry([CounterRaised])
        self.relay = Relay(database, self.clock, registry, self.outbox, wanted, self._scope, aside)

    async def aget(self, interface: Any) -> Any:
        return self._services[interface]

    @asynccontextmanager
    async def _scope(self) -> AsyncIterator[Post]:
        yield self

    async def save(self, *events: tuple[UUID, int]) -> None:
        at = datetime(2010, 1, 4, tzinfo=UTC)
        async with self.work:
            self.unit.emit(CounterRaised(counter_id=about, value=value, at=at) for about, value in events)

    async def tell_all(self) -> None:
        """Let the relay work until nothing waits, while minutes pass."""
        await self.tell_until(lambda: False)

    async def tell_until(self, enough: Any) -> None:
        self.relay.start()
        async with asyncio.timeout(30):
            while not enough() and await self.relay.backlog():
                self.clock.advance(timedelta(minutes=2))
                self.outbox.wake()
                await asyncio.sleep(0)
        await self.relay.close()

    async def written(self) -> list[str]:
        return sorted(row.name for row in await self.database.fetch_all(select(steps)))


async def test_facts_of_one_aggregate_are_told_in_order_though_the_first_is_not_heard_at_once(
    database: Database,
) -> None:
    post = Post(database, Listener)
    post.listeners[Listener].failures[FIRST] = 2
    await post.save((FIRST, 1), (FIRST, 2), (FIRST, 3))

    await post.tell_all()

    assert post.listeners[Listener].heard == [(FIRST, 1)] * 3 + [(FIRST, 2), (FIRST, 3)]


async def test_a_fact_that_is_not_heard_keeps_those_of_other_aggregates_not_waiting(database: Database) -> None:
    post = Post(database, Listener)
    post.listeners[Listener].failures[FIRST] = 1
    await post.save((FIRST, 1), (SECOND, 1))

    await post.tell_all()

    assert post.listeners[Listener].heard == [(FIRST, 1), (SECOND, 1), (FIRST, 1)]


async def test_what_a_subscriber_changes_in_the_database_it_changes_once(database: Database) -> None:
    post = Post(database, Listener)
    post.listeners[Listener].failures[FIRST] = 3
    await post.save((FIRST, 1), (FIRST, 2))

    await post.tell_all()

    assert await post.written() == ["1: 1", "1: 2"]


async def test_a_subscriber_that_fails_keeps_no_other_waiting(database: Database) -> None:
    post = Post(database, Deaf, Listener)
    await post.save((FIRST, 1), (FIRST, 2))

    await post.tell_until(lambda: len(post.listeners[Listener].heard) == 2)

    assert post.listeners[Listener].heard == [(FIRST, 1), (FIRST, 2)]
    assert await post.relay.backlog() == 2


async def test_after_a_restart_it_goes_on_with_what_was_not_heard(database: Database) -> None:
    before = Post(database, Listener)
    await before.save((FIRST, 1))
    await before.tell_all()
    await before.save((FIRST, 2))

    after = Post(database, Listener)
    await after.tell_all()

    assert after.listeners[Listener].heard == [(FIRST, 2)]
    assert await after.written() == ["1: 1", "1: 2"]
