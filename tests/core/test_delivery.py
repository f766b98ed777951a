"""Events that share a unit: each is heard once, and one that fails takes nothing from the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, insert, select

from guilder.core.database import Database, DatabaseUnavailableError
from guilder.core.delivery import Delivery, Subscription
from guilder.core.open_unit import UnitMisusedError
from guilder.core.serialization import EventRegistry
from guilder.core.tables import inbox
from tests.core.counters import Core, CounterRaised, steps
from tests.core.test_relay import ANNA, AT, BORIS, CLARA, First, Post

FIRST = Subscription("First", CounterRaised, First, "on_raised")


def a_delivery(post: Post) -> Delivery:
    return Delivery(FIRST, EventRegistry([CounterRaised]), post._scope, 60)


async def saved(post: Post, *facts: tuple[UUID, int]) -> Sequence[Any]:
    await post.save(*facts)
    return await post.rows()


async def commits(post: Post, delivery: Delivery, rows: Sequence[Any]) -> int:
    before = post.database.writes
    await delivery.tell(rows)
    return post.database.writes - before


async def test_events_that_wait_share_one_commit(database: Database) -> None:
    post = Post(database, First)
    rows = await saved(post, (ANNA, 1), (BORIS, 1), (ANNA, 2))

    assert await commits(post, a_delivery(post), rows) == 1

    assert post.of(First).heard == [(ANNA, 1), (BORIS, 1), (ANNA, 2)]
    assert await post.steps() == ["First 1 1", "First 1 2", "First 2 1"]


async def test_one_that_fails_takes_back_what_it_changed_and_nothing_else(database: Database) -> None:
    post = Post(database, First)
    post.of(First).cannot_bear = {BORIS}
    rows = await saved(post, (ANNA, 1), (BORIS, 1), (CLARA, 1))

    told = await a_delivery(post).tell(iter(rows))

    assert [row.position for row in told.heard] == [rows[0].position]
    assert [(row.position, type(error)) for row, error in told.failed] == [(rows[1].position, RuntimeError)]
    assert post.of(First).heard == [(ANNA, 1)]
    assert await post.steps() == ["First 1 1"]


async def test_when_the_commit_fails_each_is_told_again_alone_and_only_the_guilty_fails(database: Database) -> None:
    """Another process has told the second one already."""
    post = Post(database, First)
    rows = await saved(post, (ANNA, 1), (BORIS, 1), (BORIS, 2), (CLARA, 1))

    def tell_elsewhere(connection: Connection) -> None:
        connection.execute(insert(inbox).values(subscriber="First", event_id=rows[1].event_id, recorded_at=AT))

    await database.write(tell_elsewhere)
    told = await a_delivery(post).tell(rows)

    assert [row.position for row in told.heard] == [rows[0].position, rows[3].position]
    assert [row.position for row, _ in told.failed] == [rows[1].position]
    assert await post.steps() == ["First 1 1", "First 3 1"]


async def test_while_the_database_is_away_none_was_heard(database: Database) -> None:
    post = Post(database, First)
    rows = await saved(post, (ANNA, 1), (BORIS, 1))
    post.database.is_away = True

    told = await a_delivery(post).tell(rows)

    assert told.heard == []
    assert {type(error) for _, error in told.failed} == {DatabaseUnavailableError}
    assert len(told.failed) == 2
    post.database.is_away = False
    assert await post.database.fetch_one(select(func.count()).select_from(inbox)) == (0,)


async def test_a_unit_of_the_core_has_no_parts(database: Database) -> None:
    async with Core(database) as core:
        with pytest.raises(UnitMisusedError):
            async with core.work:
                with core.unit.part():
                    core.unit.add(steps, {"name": "never"})

        assert await core.saved_steps() == set()
