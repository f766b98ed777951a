"""The log of events in a real database: in the order of the commits, and complete as far as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.util import await_only

from guilder.audit.application.ports import EventLog
from guilder.audit.infrastructure.sql_event_log import SqlEventLog
from guilder.core.database import Database
from guilder.core.tables import outbox
from guilder.core.unit import Unit
from guilder.published.user import UserActivated, UserRegistered
from guilder.shared.events import Event
from guilder.shared.ids import UserId
from guilder.testing import FakeEventLog
from tests.audit.builders import ANNA, NOON, an_event
from tests.testing.databases import POSTGRES, SQLITE, a_database, plain_work


async def save(database: Database, *events: Event) -> None:
    """Each in a commit of its own."""
    work, unit = plain_work(database), Unit()
    for event in events:
        async with work:
            unit.emit([event])


def registered(number: int) -> UserRegistered:
    return UserRegistered(user_id=UserId(UUID(int=number)), registered_at=NOON)


@pytest.fixture(params=["memory", SQLITE, POSTGRES])
async def log(request: pytest.FixtureRequest) -> AsyncIterator[EventLog]:
    """A log with three events."""
    if request.param == "memory":
        yield FakeEventLog([an_event(position) for position in (1, 2, 3)])
        return
    async with a_database(request.param, request) as database:
        await save(database, *map(registered, (1, 2, 3)))
        yield SqlEventLog(database)


@pytest.fixture(params=[SQLITE, POSTGRES])
async def database(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    async with a_database(request.param, request) as found:
        yield found


async def test_events_come_in_the_order_in_which_they_were_committed(log: EventLog) -> None:
    events = await log.events(after=0, limit=10)

    assert [event.position for event in events] == sorted({event.position for event in events})
    assert len(events) == 3


async def test_one_goes_on_after_the_last_event_that_was_told(log: EventLog) -> None:
    first, second, third = await log.events(after=0, limit=10)

    assert list(await log.events(after=first.position, limit=1)) == [second]
    assert list(await log.events(after=second.position, limit=10)) == [third]
    assert list(await log.events(after=third.position, limit=10)) == []


async def test_an_event_is_told_as_it_was_saved(database: Database) -> None:
    await save(database, UserActivated(user_id=ANNA, activated_at=datetime(2026, 1, 5, 9, tzinfo=UTC)))

    (event,) = await SqlEventLog(database).events(after=0, limit=1)

    assert (event.name, event.version, event.aggregate_id) == ("UserActivated", 1, str(ANNA))
    assert event.payload == f'{{"user_id":"{ANNA}","activated_at":"2026-01-05T09:00:00.000000Z"}}'
    assert event.recorded_at == NOON


async def is_waiting_for_a_lock(database: Database) -> bool:
    waiting = text("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'core_outbox'::regclass")
    return await database.fetch_one(waiting) is not None


async def test_no_event_is_passed_over_that_was_written_first_and_committed_last(
    request: pytest.FixtureRequest,
) -> None:
    """On PostgreSQL two rooms commit at once: what has the lower position may be seen later."""
    row = {
        "name": "UserActivated",
        "version": 1,
        "aggregate_id": "slow",
        "payload": "{}",
        "recorded_at": NOON,
        "is_pending": False,
    }

    async with a_database(POSTGRES, request) as database, asyncio.timeout(30):
        written, committing = asyncio.Event(), asyncio.Event()

        def write_slowly(connection: Connection) -> None:
            connection.execute(insert(outbox).values(event_id=UUID(int=7), **row))
            written.set()
            # `run_sync` runs this in a greenlet: it can wait for something of the loop.
            await_only(committing.wait())

        slow = asyncio.create_task(database.write(write_slowly))
        await written.wait()
        await save(database, registered(1))
        reading = asyncio.create_task(SqlEventLog(database).events(after=0, limit=10))
        while not await is_waiting_for_a_lock(database):
            await asyncio.sleep(0)
        committing.set()

        assert [event.aggregate_id for event in await reading] == ["slow", str(UUID(int=1))]
        await slow
