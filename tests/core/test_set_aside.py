"""Events that a subscriber cannot bear: set aside after some tries, and told again when an admin says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from guilder.core.database import Database
from guilder.core.patience import TRIES
from guilder.core.set_aside import SetAsideEvent, SetAsideEventNotFoundError, SetAsideId
from guilder.core.tables import inbox, outbox
from guilder.shared.errors import UnavailableError
from guilder.testing import FakeClock
from tests.core.counters import CounterRaised
from tests.core.test_relay import ANNA, AT, BORIS, First, Post, Second


@asynccontextmanager
async def time_passing(post: Post, step: timedelta = timedelta(seconds=61)) -> AsyncIterator[None]:
    """The relay at work, while so much time passes again and again that it may always try once more."""
    assert isinstance(post.clock, FakeClock)
    clock = post.clock

    async def pass_on() -> None:
        while True:
            clock.advance(step)
            post.outbox.wake()
            await asyncio.sleep(0.002)

    async with post.relaying():
        passing = asyncio.create_task(pass_on())
        yield
        passing.cancel()


async def set_aside(post: Post, count: int = 1) -> list[SetAsideEvent]:
    """What is set aside, once it is so many."""
    while await post.aside.count() != count:
        await asyncio.sleep(0.002)
    return list(await post.aside.oldest(after=None, limit=100))


async def replay(post: Post, event: SetAsideEvent) -> None:
    async with post.work:
        post.aside.release(await post.aside.get(event.id), post.clock.now())
    post.outbox.wake()


def a_post(database: Database, *kinds: type[First]) -> Post:
    return Post(database, *kinds, clock=FakeClock())


async def test_an_event_that_cannot_be_borne_is_set_aside_and_only_its_aggregate_waits(database: Database) -> None:
    post = a_post(database, First, Second)
    post.of(First).cannot_bear = {ANNA}
    await post.save((ANNA, 1), (BORIS, 1), (ANNA, 2))

    async with time_passing(post):
        [event] = await set_aside(post)
        await post.save((ANNA, 3), (BORIS, 2))
        post.of(First).cannot_bear = set()
        await post.until(lambda: (BORIS, 2) in post.of(First).heard and (ANNA, 3) in post.of(Second).heard)

        assert post.of(First).heard == [(BORIS, 1), (BORIS, 2)]
        while await post.relay.backlog() != 3:
            await asyncio.sleep(0.002)
    told = (event.subscriber, event.event_name, event.aggregate_id, event.attempts, event.error)
    assert told == ("First", "CounterRaised", str(ANNA), TRIES, "RuntimeError: ")
    assert '"value":1' in event.payload


async def test_when_it_is_told_again_the_later_ones_follow_in_order(database: Database) -> None:
    post = a_post(database, First)
    post.of(First).cannot_bear = {ANNA}
    await post.save((ANNA, 1), (ANNA, 2))

    async with time_passing(post):
        [event] = await set_aside(post)
        await post.save((ANNA, 3))
        post.of(First).cannot_bear = set()
        await replay(post, event)
        await post.relay.told()

    assert post.of(First).heard == [(ANNA, 1), (ANNA, 2), (ANNA, 3)]
    assert await post.steps() == ["First 1 1", "First 1 2", "First 1 3"]
    assert await post.aside.count() == 0
    with pytest.raises(SetAsideEventNotFoundError):
        await post.aside.get(event.id)


async def test_what_fails_again_is_set_aside_again(database: Database) -> None:
    post = a_post(database, First)
    post.of(First).cannot_bear = {ANNA}
    await post.save((ANNA, 1))

    async with time_passing(post):
        [first] = await set_aside(post)
        await replay(post, first)
        assert await post.aside.count() == 0
        [again] = await set_aside(post)

    assert (again.id, again.attempts) == (first.id, TRIES)
    assert again.set_aside_at > first.set_aside_at


async def test_what_is_set_aside_stays_so_after_a_restart(database: Database) -> None:
    before = a_post(database, First)
    before.of(First).cannot_bear = {ANNA}
    await before.save((ANNA, 1), (ANNA, 2))
    async with time_passing(before):
        await set_aside(before)

    after = a_post(database, First)
    await after.save((BORIS, 1))
    async with time_passing(after):
        await after.until(lambda: after.of(First).heard != [])

    assert after.of(First).heard == [(BORIS, 1)]


async def test_what_is_away_for_hours_sets_nothing_aside(database: Database) -> None:
    post = a_post(database, First)
    tries = 0

    async def is_away(_event: CounterRaised) -> None:
        nonlocal tries
        tries += 1
        if tries <= 3 * TRIES:
            raise UnavailableError

    post.of(First).before_it_hears = is_away
    await post.save((ANNA, 1))

    async with time_passing(post):
        await post.relay.told()

    assert post.of(First).heard == [(ANNA, 1)]
    assert await post.aside.oldest(after=None, limit=1) == []


async def test_what_is_away_for_more_than_a_day_is_set_aside_at_last(database: Database) -> None:
    post = a_post(database, First)

    async def is_away(_event: CounterRaised) -> None:
        raise UnavailableError

    post.of(First).before_it_hears = is_away
    await post.save((ANNA, 1))

    async with time_passing(post, timedelta(hours=3)):
        [event] = await set_aside(post)

    assert event.error.startswith("UnavailableError: ")


async def test_an_event_that_cannot_be_read_is_set_aside_as_it_is(database: Database) -> None:
    post = a_post(database, First)
    await post.save((ANNA, 1))
    await database.write(lambda connection: connection.execute(update(outbox).values(payload="{")))

    async with time_passing(post):
        [event] = await set_aside(post)

    assert event.payload == "{"


async def test_what_its_subscriber_has_heard_after_all_is_not_set_aside(database: Database) -> None:
    post = a_post(database, First)
    await post.save((ANNA, 1))
    [row] = await post.rows()
    heard = insert(inbox).values(subscriber="First", event_id=row.event_id, recorded_at=AT)
    event = SetAsideEvent("First", row.event_id, row.position, row.name, row.aggregate_id, 1, "late", AT)
    await post.aside.put(event)
    assert await post.aside.count() == 1
    await database.write(lambda connection: connection.execute(heard))

    await post.save((ANNA, 2))
    async with post.relaying():
        await post.relay.told()
    await post.aside.put(event)

    assert post.of(First).heard == [(ANNA, 2)]
    assert await post.aside.count() == 0


async def test_what_a_subscriber_left_aside_goes_with_him(database: Database) -> None:
    before = a_post(database, First, Second)
    before.of(Second).cannot_bear = {ANNA}
    await before.save((ANNA, 1))
    async with time_passing(before):
        await set_aside(before)

    after = a_post(database, First)
    async with after.relaying():
        await set_aside(after, count=0)
        await after.relay.told()

    assert await after.relay.backlog() == 0


async def test_they_are_listed_in_the_order_in_which_they_were_saved(database: Database) -> None:
    post = a_post(database, First, Second)
    post.of(First).cannot_bear = post.of(Second).cannot_bear = {ANNA, BORIS}
    await post.save((BORIS, 1), (ANNA, 1))
    async with time_passing(post):
        await set_aside(post, count=4)

    first = await post.aside.oldest(after=None, limit=3)
    rest = await post.aside.oldest(after=(first[-1].position, first[-1].subscriber), limit=3)

    listed = [(event.aggregate_id, event.subscriber) for event in (*first, *rest)]
    boris, anna = str(BORIS), str(ANNA)
    assert listed == [(boris, "First"), (boris, "Second"), (anna, "First"), (anna, "Second")]


async def test_an_unknown_id_is_not_found(database: Database) -> None:
    with pytest.raises(SetAsideEventNotFoundError):
        await a_post(database).aside.get(SetAsideId(ANNA))
