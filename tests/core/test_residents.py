"""Aggregates that stay in memory: what is kept, what is dropped, and what must be waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from guilder.core.database import DatabaseUnavailableError
from guilder.core.residents import ResidentAggregates


class Shelf:
    """Where aggregates are read from; it counts how often."""

    def __init__(self, **things: Any) -> None:
        self.things: dict[str, Any] = things
        self.loads: list[str] = []

    def load(self, key: str) -> Callable[[], Awaitable[Any]]:
        async def read() -> Any:
            self.loads.append(key)
            return self.things.get(key)

        return read


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(a=["a"], b=["b"], c=["c"])


async def found(residents: ResidentAggregates, shelf: Shelf, key: str) -> Any:
    resident = await residents.find(key, shelf.load(key))
    return None if resident is None else resident.aggregate


async def test_an_aggregate_is_read_once_and_is_the_same_object_from_then_on(shelf: Shelf) -> None:
    residents = ResidentAggregates()

    first, second = [await found(residents, shelf, "a") for _ in range(2)]

    assert first is second is shelf.things["a"]
    assert shelf.loads == ["a"]


async def test_what_is_not_there_is_not_remembered_as_missing(shelf: Shelf) -> None:
    residents = ResidentAggregates()
    assert await found(residents, shelf, "d") is None

    shelf.things["d"] = ["d"]

    assert await found(residents, shelf, "d") == ["d"]


async def test_what_is_forgotten_is_read_again(shelf: Shelf) -> None:
    residents = ResidentAggregates()
    resident = await residents.find("a", shelf.load("a"))
    assert resident is not None

    residents.forget(resident)
    await found(residents, shelf, "a")

    assert shelf.loads == ["a", "a"]


async def test_forgetting_an_object_that_was_replaced_meanwhile_leaves_its_successor(shelf: Shelf) -> None:
    residents = ResidentAggregates()
    old = residents.admit("a", ["old"])
    new = residents.admit("a", ["new"])

    residents.forget(old)

    assert residents.peek("a") is new


async def test_room_is_made_by_dropping_what_was_not_used_for_longest(shelf: Shelf) -> None:
    residents = ResidentAggregates(capacity=2)
    for key in ("a", "b", "a", "c"):
        await found(residents, shelf, key)

    residents.make_room()

    assert [residents.peek(key) is not None for key in ("a", "b", "c")] == [True, False, True]


async def test_what_has_changes_on_their_way_is_never_dropped(shelf: Shelf) -> None:
    residents = ResidentAggregates(capacity=0)
    for key in ("a", "b"):
        await found(residents, shelf, key)
    residents.queue(["a"])

    residents.make_room()
    assert [residents.peek(key) is not None for key in ("a", "b")] == [True, False]

    residents.settle(["a"])
    residents.make_room()
    assert len(residents) == 0


async def test_what_is_cold_and_has_changes_on_their_way_is_read_when_the_last_is_settled(shelf: Shelf) -> None:
    residents = ResidentAggregates()
    residents.queue(["a"])
    residents.queue(["a", "b"])
    reading = asyncio.create_task(found(residents, shelf, "a"))

    await _others_run()
    residents.settle(["a"])
    await _others_run()
    assert shelf.loads == []
    assert residents.is_unsettled("a")

    residents.settle(["a", "b"])
    assert await reading == ["a"]
    assert not residents.is_unsettled("a")


async def test_others_are_not_waited_for(shelf: Shelf) -> None:
    residents = ResidentAggregates()
    residents.queue(["a"])

    async with asyncio.timeout(10):
        assert await found(residents, shelf, "b") == ["b"]


async def test_one_who_stopped_waiting_keeps_no_other_from_reading(shelf: Shelf) -> None:
    residents = ResidentAggregates()
    residents.queue(["a"])
    impatient, patient = (asyncio.create_task(found(residents, shelf, "a")) for _ in range(2))
    await _others_run()
    impatient.cancel()
    await asyncio.wait([impatient])

    residents.settle(["a"])

    async with asyncio.timeout(10):
        assert await patient == ["a"]


async def test_a_read_that_failed_leaves_nothing_behind(shelf: Shelf) -> None:
    residents = ResidentAggregates()

    async def fail() -> Any:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await residents.find("a", fail)

    assert len(residents) == 0
    assert await found(residents, shelf, "a") == ["a"]


async def test_when_nothing_is_certain_any_more_everything_is_dead_and_read_again(shelf: Shelf) -> None:
    residents = ResidentAggregates()
    before = [await residents.find(key, shelf.load(key)) for key in ("a", "b")]

    residents.forget_all(DatabaseUnavailableError)

    assert [resident is not None and resident.is_dead for resident in before] == [True, True]
    after = await residents.find("a", shelf.load("a"))
    assert after is not None
    assert not after.is_dead
    assert shelf.loads == ["a", "b", "a"]


async def _others_run() -> None:
    for _ in range(3):
        await asyncio.sleep(0)
