"""What is built once stays one, however many ask for it at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event, Thread
from typing import TypeVar

import pytest

from guilder.core.container import Container, ContainerError, Scope
from tests.core.container.things import Database, PlaceOrder, Session, Settings, a_container

T = TypeVar("T")


class Pool:
    """Is awaited."""


class Counted:
    """Counts how often it was built."""

    built = 0

    def __init__(self) -> None:
        type(self).built += 1


def in_threads(count: int, work: Callable[[], T]) -> list[T]:
    """What each of so many threads gets, which all start at once."""
    barrier = Barrier(count)

    def started() -> T:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(count) as threads:
        return [future.result() for future in [threads.submit(started) for _ in range(count)]]


def test_a_hundred_threads_that_ask_at_once_build_a_singleton_once() -> None:
    class Once(Counted):
        pass

    container = Container()
    container.register_singleton(Once, Once)

    found = in_threads(100, lambda: container.get(Once))

    assert Once.built == 1
    assert len(set(map(id, found))) == 1


def test_threads_wait_for_a_singleton_that_is_slow_to_build() -> None:
    started, finish, built = Event(), Event(), list[int]()

    def slowly() -> Settings:
        built.append(1)
        started.set()
        finish.wait(10)
        return Settings()

    container = Container()
    container.register_singleton(Settings, slowly)
    container.register_transient(Database, Database)

    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(container.get, Settings)
        started.wait(10)
        others = [threads.submit(container.get, Database) for _ in range(7)]
        finish.set()

    assert built == [1]
    assert {other.result().settings for other in others} == {first.result()}


def test_when_building_a_singleton_fails_one_of_those_who_waited_tries_again() -> None:
    started, fail, attempts = Event(), Event(), list[int]()

    def flaky() -> Settings:
        attempts.append(1)
        if len(attempts) == 1:
            started.set()
            fail.wait(10)
            raise ValueError("once")
        return Settings()

    container = Container()
    container.register_singleton(Settings, flaky)

    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(container.get, Settings)
        started.wait(10)
        others = [threads.submit(container.get, Settings) for _ in range(2)]
        fail.set()

    assert isinstance(first.exception(), ValueError)
    assert others[0].result() is others[1].result()
    assert len(attempts) == 2


async def test_a_thousand_tasks_that_ask_at_once_build_a_singleton_once() -> None:
    opened, container = list[int](), Container()

    async def slowly() -> AsyncIterator[Pool]:
        opened.append(1)
        await asyncio.sleep(0)
        yield Pool()

    container.register_singleton(Pool, slowly)

    pools = await asyncio.gather(*(container.aget(Pool) for _ in range(1000)))

    assert opened == [1]
    assert len(set(pools)) == 1
    await container.aclose()


async def test_tasks_that_ask_one_scope_at_once_build_its_things_once() -> None:
    opened, container = list[int](), a_container()

    async def slowly(database: Database) -> AsyncIterator[Session]:
        opened.append(1)
        await asyncio.sleep(0)
        yield Session(database)

    container.register_scoped(Session, slowly, replace=True)

    async with container.scope() as scope:
        placed = await asyncio.gather(*(scope.aget(PlaceOrder) for _ in range(100)))

    assert opened == [1]
    assert len(set(placed)) == 1


def test_a_hundred_threads_with_a_thousand_tasks_build_an_awaited_singleton_once() -> None:
    opened, container = list[int](), Container()

    async def slowly() -> Pool:
        opened.append(1)
        await asyncio.sleep(0)
        return Pool()

    container.register_singleton(Pool, slowly)

    async def ten() -> list[Pool]:
        return await asyncio.gather(*(container.aget(Pool) for _ in range(10)))

    found = in_threads(100, lambda: asyncio.run(ten()))

    assert opened == [1]
    assert {pool for pools in found for pool in pools} == {container.get(Pool)}


def test_threads_that_ask_one_scope_at_once_build_its_things_once() -> None:
    for _ in range(20):

        class Once(Counted):
            def __init__(self, settings: Settings) -> None:
                super().__init__()

        container = a_container()
        container.register_scoped(Once, Once)
        with container.scope() as scope:
            found = in_threads(8, lambda scope=scope, once=Once: scope.get(once))  # type: ignore[misc]

        assert Once.built == 1
        assert len(set(map(id, found))) == 1


def test_a_thread_waits_while_another_builds_in_the_same_scope() -> None:
    started, finish = Event(), Event()

    def slowly(database: Database) -> Session:
        started.set()
        finish.wait(10)
        return Session(database)

    container = a_container()
    container.register_scoped(Session, slowly, replace=True)

    with container.scope() as scope, ThreadPoolExecutor(2) as threads:
        placed: Future[PlaceOrder] = threads.submit(scope.get, PlaceOrder)
        started.wait(10)
        session: Future[Session] = threads.submit(scope.get, Session)
        finish.set()
        assert session.result(10) is placed.result(10).session


async def test_a_cancelled_task_leaves_the_building_to_those_who_waited() -> None:
    started, opened, container = asyncio.Event(), list[int](), Container()

    async def slowly() -> Pool:
        opened.append(1)
        if len(opened) == 1:
            started.set()
            await asyncio.Event().wait()
        return Pool()

    container.register_singleton(Pool, slowly)
    first = asyncio.create_task(container.aget(Pool))
    await started.wait()
    second = asyncio.create_task(container.aget(Pool))
    await asyncio.sleep(0)
    first.cancel()

    assert isinstance(await second, Pool)
    assert len(opened) == 2


def test_what_asks_the_container_for_itself_is_an_error_and_not_a_hang() -> None:
    def circular(container: Container) -> Settings:
        return container.get(Settings)

    container = Container()
    container.register_singleton(Settings, circular)

    with pytest.raises(ContainerError, match="Settings: is asked for by what it is being built from"):
        container.get(Settings)


async def test_what_awaits_itself_is_an_error_and_not_a_hang() -> None:
    async def from_container(container: Container) -> AsyncIterator[Pool]:
        yield await container.aget(Pool)

    async def from_scope(scope: Scope) -> Settings:
        return await scope.aget(Settings)

    container = Container()
    container.register_singleton(Pool, from_container)
    container.register_scoped(Settings, from_scope)

    with pytest.raises(ContainerError, match="in a circle"):
        await container.aget(Pool)
    async with container.scope() as scope:
        with pytest.raises(ContainerError, match="in a circle"):
            await scope.aget(Settings)


async def test_two_tasks_that_would_wait_for_each_other_are_an_error_and_not_a_hang() -> None:
    pool_begun, settings_begun = asyncio.Event(), asyncio.Event()

    async def pool(container: Container) -> Pool:
        pool_begun.set()
        await settings_begun.wait()
        await container.aget(Settings)
        return Pool()

    async def settings(container: Container) -> Settings:
        settings_begun.set()
        await pool_begun.wait()
        await container.aget(Pool)
        return Settings()

    container = Container()
    container.register_singleton(Pool, pool)
    container.register_singleton(Settings, settings)

    results = await asyncio.gather(container.aget(Pool), container.aget(Settings), return_exceptions=True)

    assert any(isinstance(result, ContainerError) for result in results)


def test_registering_and_asking_at_once_loses_nothing() -> None:
    container = a_container()
    interfaces = [type(f"Thing{number}", (), {}) for number in range(50)]

    def register() -> None:
        for interface in interfaces:
            container.register_singleton(interface, interface)

    thread = Thread(target=register)
    thread.start()
    databases = {container.get(Database) for _ in range(200)}
    thread.join()

    assert len(databases) == 1
    assert all(isinstance(container.get(interface), interface) for interface in interfaces)
