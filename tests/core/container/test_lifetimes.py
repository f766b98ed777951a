"""How long things live, and where they may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from guilder.core.container import Container, ContainerError, Scope
from tests.core.container.things import (
    Database,
    OrderRepository,
    PlaceOrder,
    Session,
    Settings,
    SqlOrderRepository,
    a_container,
)


class Caller:
    """Known by each request for itself."""


class Welcome:
    def __init__(self, caller: Caller) -> None:
        self.caller = caller


class Plugin:
    """Asks its scope for more."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.session = scope.get(Session)


def test_a_scoped_thing_is_one_object_in_its_scope_and_another_in_the_next() -> None:
    container = a_container()

    with container.scope() as scope:
        first = scope.get(PlaceOrder)
        assert scope.get(PlaceOrder) is first
        assert first.session is scope.get(Session)
        assert isinstance(first.orders, SqlOrderRepository)
        assert first.orders.session is first.session
    with container.scope() as other:
        assert other.get(PlaceOrder) is not first


def test_singletons_are_shared_by_all_scopes() -> None:
    container = a_container()

    with container.scope() as one, container.scope() as two:
        assert one.get(Session) is not two.get(Session)
        assert one.get(Session).database is two.get(Session).database is container.get(Database)


def test_a_transient_in_a_scope_shares_the_parts_of_the_scope() -> None:
    container = a_container()
    container.register_transient(PlaceOrder, PlaceOrder, replace=True)

    with container.scope() as scope:
        one, two = scope.get(PlaceOrder), scope.get(PlaceOrder)

    assert one is not two
    assert one.session is two.session


def test_it_does_not_matter_which_part_of_a_scope_is_asked_for_first() -> None:
    container = a_container()

    with container.scope() as scope:
        session = scope.get(Session)
        assert scope.get(PlaceOrder).session is session
        assert scope.get(OrderRepository) is scope.get(PlaceOrder).orders


def test_what_lives_in_a_scope_is_not_given_by_the_container() -> None:
    with pytest.raises(ContainerError, match="PlaceOrder: lives in a scope"):
        a_container().get(PlaceOrder)


def test_what_has_to_be_closed_is_not_given_by_the_container() -> None:
    def opened() -> Iterator[Settings]:
        yield Settings()

    container = Container()
    container.register_transient(Settings, opened)

    with pytest.raises(ContainerError, match="has to be closed"):
        container.get(Settings)


def test_a_scope_gives_nothing_before_it_is_open_nor_after_it_is_closed() -> None:
    scope = a_container().scope()

    with pytest.raises(ContainerError, match="not open yet"):
        scope.get(Session)
    with scope:
        scope.get(Session)
    with pytest.raises(ContainerError, match="is closed"):
        scope.get(Session)


async def test_a_scope_is_opened_once() -> None:
    scope = a_container().scope()
    with scope:
        scope.get(Session)

    with pytest.raises(ContainerError, match="is closed"), scope:
        pass
    with pytest.raises(ContainerError, match="is closed"):
        async with scope:
            pass


def test_a_value_provided_to_a_scope_is_found_by_what_needs_it() -> None:
    container, caller = Container(), Caller()
    container.register_scoped(Caller)
    container.register_scoped(Welcome, Welcome)

    with container.scope() as scope:
        scope.provide(Caller, caller)
        assert scope.get(Welcome).caller is caller
        assert scope.get(Caller) is caller


def test_asking_for_what_was_not_provided_is_an_error_that_says_so() -> None:
    container = Container()
    container.register_scoped(Caller)
    container.register_scoped(Welcome, Welcome)

    with container.scope() as scope:
        for service in (Welcome, Caller):
            with pytest.raises(ContainerError, match="Caller: not provided in this scope"):
                scope.get(service)


def test_only_what_was_registered_so_can_be_provided_and_only_once() -> None:
    container = a_container()
    container.register_scoped(Caller)

    with container.scope() as scope:
        scope.provide(Caller, Caller())
        with pytest.raises(ContainerError, match="provided before"):
            scope.provide(Caller, Caller())
        with pytest.raises(ContainerError, match="only what is registered as provided"):
            scope.provide(Settings, Settings())
    with pytest.raises(ContainerError, match="closed"):
        scope.provide(Caller, Caller())


def test_what_takes_the_scope_may_ask_it_for_more_while_it_is_built() -> None:
    container = a_container()
    container.register_scoped(Plugin, Plugin)

    with container.scope() as scope:
        plugin = scope.get(Plugin)
        assert plugin.scope is scope is scope.get(Scope)
        assert plugin.session is scope.get(Session)


def test_what_asks_its_scope_without_having_taken_it_is_refused_before_anything_is_built_twice() -> None:
    container, scopes = a_container(), list[Scope]()

    class Sly:
        def __init__(self, settings: Settings) -> None:
            self.session = scopes[0].get(Session)

    container.register_scoped(Sly, Sly)

    with container.scope() as scope:
        scopes.append(scope)
        with pytest.raises(ContainerError, match="take the Scope"):
            scope.get(Sly)


def test_an_eager_singleton_is_built_at_the_start_and_what_it_needs_with_it() -> None:
    container, built = Container(), list[str]()

    class Eager(Database):
        def __init__(self, settings: Settings) -> None:
            built.append("database")

    class Needed(Settings):
        def __init__(self) -> None:
            built.append("settings")

    container.register_singleton(Database, Eager, eager=True)
    container.register_singleton(Settings, Needed)
    assert built == []

    with container:
        assert built == ["settings", "database"]


def test_a_recipe_may_give_none() -> None:
    calls: list[int] = []

    def nothing() -> None:
        calls.append(1)

    container = Container()
    container.register_scoped(Settings, nothing)

    with container.scope() as scope:
        assert scope.get(Settings) is None
        assert scope.get(Settings) is None
    assert len(calls) == 1


def test_a_failed_build_is_tried_again_and_keeps_what_was_built_before() -> None:
    container, failures = a_container(), [ValueError("not yet")]

    class Flaky:
        def __init__(self, session: Session) -> None:
            if failures:
                raise failures.pop()
            self.session = session

    container.register_scoped(Flaky, Flaky)

    with container.scope() as scope:
        with pytest.raises(ValueError, match="not yet"):
            scope.get(Flaky)
        assert scope.get(Flaky).session is scope.get(Session)
