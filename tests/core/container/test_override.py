"""Other bindings for a while."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from threading import Thread

import pytest

from guilder.core.container import Container, ContainerError
from tests.core.container.things import (
    Database,
    Diary,
    FakeOrders,
    OrderRepository,
    PlaceOrder,
    Session,
    Settings,
    SqlOrderRepository,
    a_container,
)


class Handler:
    """Of which there may be many."""


def orders_in(container: Container) -> OrderRepository:
    with container.scope() as scope:
        return scope.get(PlaceOrder).orders


def test_within_the_block_the_other_binding_holds_and_afterwards_the_first_again() -> None:
    container, fake = a_container(), FakeOrders()

    with container.override(OrderRepository, fake):
        assert orders_in(container) is fake

    assert isinstance(orders_in(container), SqlOrderRepository)


def test_a_recipe_lives_as_long_as_what_it_stands_in_for() -> None:
    container = a_container()

    with container.override(OrderRepository, FakeOrders), container.scope() as scope:
        assert isinstance(scope.get(OrderRepository), FakeOrders)
        assert scope.get(OrderRepository) is scope.get(PlaceOrder).orders


def test_singletons_built_from_what_is_overridden_are_built_anew_and_all_others_are_kept() -> None:
    class Other:
        """Has nothing to do with it."""

    container, settings = a_container(), Settings()
    container.register_singleton(Other, Other)
    database, other = container.get(Database), container.get(Other)

    with container.override(Settings, settings):
        assert container.get(Database) is container.get(Database) is not database
        assert container.get(Database).settings is settings
        assert container.get(Other) is other

    assert container.get(Database) is database


def test_overrides_can_be_nested() -> None:
    container, outer, inner = a_container(), FakeOrders(), FakeOrders()

    with container.override(OrderRepository, outer):
        with container.override(OrderRepository, inner), container.override(Settings, Settings):
            assert orders_in(container) is inner
        assert orders_in(container) is outer


def test_a_scope_keeps_the_bindings_with_which_it_was_opened() -> None:
    container = a_container()

    with container.scope() as scope, container.override(OrderRepository, FakeOrders):
        assert isinstance(scope.get(OrderRepository), SqlOrderRepository)


async def test_concurrent_tasks_do_not_see_each_others_overrides() -> None:
    container, ready = a_container(), asyncio.Barrier(21)

    async def with_its_own() -> bool:
        fake = FakeOrders()
        with container.override(OrderRepository, fake):
            await ready.wait()
            found = orders_in(container) is fake
            await ready.wait()
        return found

    async def without() -> bool:
        await ready.wait()
        found = isinstance(orders_in(container), SqlOrderRepository)
        await ready.wait()
        return found

    assert all(await asyncio.gather(without(), *(with_its_own() for _ in range(20))))


def test_other_threads_do_not_see_the_override() -> None:
    container, seen = a_container(), list[OrderRepository]()

    with container.override(OrderRepository, FakeOrders):
        thread = Thread(target=lambda: seen.append(orders_in(container)))
        thread.start()
        thread.join()

    assert isinstance(seen[0], SqlOrderRepository)


async def test_tasks_started_within_the_block_see_it_until_it_ends() -> None:
    container, seen, ended = a_container(), list[OrderRepository](), asyncio.Event()

    async def look() -> None:
        seen.append(orders_in(container))
        await ended.wait()
        seen.append(orders_in(container))

    with container.override(OrderRepository, FakeOrders):
        task = asyncio.create_task(look())
        await asyncio.sleep(0)
    ended.set()
    await task

    assert [type(it) for it in seen] == [FakeOrders, SqlOrderRepository]


def test_what_the_block_built_is_closed_at_its_end() -> None:
    diary, container = Diary(), Container()
    container.register_singleton(Settings, Settings)
    container.register_singleton(Database, Database)
    container.register_singleton(Session, Session)

    with container.override(Session, diary.session):
        container.get(Session)
        assert diary.lines == ["open session"]

    assert diary.lines == ["open session", "close session"]


async def test_what_the_block_awaited_is_closed_at_its_end() -> None:
    diary, container = Diary(), Container()
    container.register_singleton(Settings, Settings)
    container.register_singleton(Database, Database)
    container.register_singleton(Session, Session)

    async with container.override(Session, diary.async_session):
        await container.aget(Session)

    assert diary.lines == ["open session", "close session"]


def test_all_bindings_of_an_interface_are_overridden_together() -> None:
    container, only = Container(), Handler()
    container.register_singleton(Handler, Handler, many=True)
    container.register_singleton(Handler, Handler, many=True)

    with container.override(Handler, only):
        assert container.get(list[Handler]) == [only]
    with container.override(list[Handler], [only, only]):
        assert container.get(list[Handler]) == [only, only]
    assert len(container.get(list[Handler])) == 2


def test_one_of_several_names_can_be_overridden() -> None:
    container, replica = a_container(), Database(Settings())
    container.register_singleton(Database, Database, name="replica")

    with container.override(Database, replica, name="replica"):
        assert container.get(Database, name="replica") is replica
        assert container.get(Database) is not replica


def test_what_each_scope_is_provided_with_can_be_overridden() -> None:
    container, tester, caller = a_container(), Handler(), Handler()
    container.register_scoped(Handler)

    with container.override(Handler, tester), container.scope() as scope:
        scope.provide(Handler, caller)
        assert scope.get(Handler) is tester


def test_only_what_is_bound_can_be_overridden() -> None:
    with pytest.raises(ContainerError, match="Handler: nothing bound that could be overridden"):
        a_container().override(Handler, Handler())


def test_an_override_is_used_once() -> None:
    override = a_container().override(Settings, Settings())

    with override:
        pass

    with pytest.raises(ContainerError, match="entered before"), override:
        pass


def test_an_override_may_have_dependencies_that_are_validated_with_the_rest() -> None:
    class Lost:
        def __init__(self, handler: Handler) -> None:
            self.handler = handler

    container = a_container()

    with container.override(OrderRepository, Lost), pytest.raises(ContainerError, match="-> Handler: nothing bound"):
        container.validate()
    container.validate()


async def test_a_task_that_outlives_an_inner_block_is_back_in_the_outer_one() -> None:
    container, outer, inner = a_container(), FakeOrders(), FakeOrders()
    ended = asyncio.Event()

    async def look() -> OrderRepository:
        await ended.wait()
        return orders_in(container)

    with container.override(OrderRepository, outer):
        with container.override(OrderRepository, inner):
            task = asyncio.create_task(look())
            await asyncio.sleep(0)
        ended.set()
        assert await task is outer


def test_an_override_may_end_in_another_context_than_it_began() -> None:
    container, override = a_container(), None
    override = container.override(OrderRepository, FakeOrders)

    copy_context().run(override.__enter__)
    override.__exit__(None, None, None)

    assert isinstance(orders_in(container), SqlOrderRepository)
