"""Nothing outlives its scope: weak references prove it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from weakref import ref

import pytest

from guilder.core.container import Container, Scope
from tests.core.container.things import Database, Diary, PlaceOrder, Session, Settings, a_container


@pytest.fixture(autouse=True)
def _without_collector() -> Iterator[None]:
    """What is freed here is freed at once, and not when the garbage collector comes round."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class Holder:
    """Makes a circle with its scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope


def test_a_closed_scope_holds_nothing_even_while_somebody_holds_it() -> None:
    container = a_container()

    with container.scope() as scope:
        things: list[Callable[[], object]] = [ref(scope.get(PlaceOrder)), ref(scope.get(Session))]
        assert all(thing() for thing in things)

    assert [thing() for thing in things] == [None, None]
    assert scope is not None


def test_a_scope_is_freed_when_it_ends() -> None:
    container = a_container()
    scope = container.scope()
    with scope:
        scope.get(PlaceOrder)
    reference = ref(scope)

    del scope

    assert reference() is None


def test_a_thing_that_holds_its_scope_is_freed_with_it() -> None:
    container = a_container()
    container.register_scoped(Holder, Holder)
    with container.scope() as scope:
        holder = ref(scope.get(Holder))

    assert holder() is None


async def test_an_async_scope_and_its_resources_are_freed_when_it_ends() -> None:
    diary, container = Diary(), a_container()
    container.register_scoped(Session, diary.async_session, replace=True)

    async with container.scope() as scope:
        things: list[Callable[[], object]] = [ref(await scope.aget(PlaceOrder)), ref(scope.get(Session))]

    assert [thing() for thing in things] == [None, None]


def test_transients_are_freed_as_soon_as_nobody_holds_them() -> None:
    container = a_container()
    container.register_transient(Diary, Diary)

    with container.scope() as scope:
        of_scope, of_container = ref(scope.get(Diary)), ref(container.get(Diary))
        assert (of_scope(), of_container()) == (None, None)


def test_a_scope_that_ended_with_an_error_holds_nothing() -> None:
    diary, container = Diary(), a_container()
    container.register_scoped(Session, diary.session, replace=True)
    things: list[Callable[[], object]] = []

    def work() -> None:
        with container.scope() as scope:
            things.append(ref(scope.get(Session)))
            raise KeyError

    with pytest.raises(KeyError):
        work()
    gc.collect()  # the error held the frames, and they held the error

    assert things[0]() is None


def test_a_closed_container_lets_its_singletons_go() -> None:
    container = a_container()
    database = ref(container.get(Database))

    container.close()
    gc.collect()  # functions and what they are defined in make a circle

    assert database() is None


def test_an_override_lets_its_singletons_go() -> None:
    container = a_container()
    with container.override(Settings, Settings):
        database = ref(container.get(Database))
    gc.collect()  # functions and what they are defined in make a circle

    assert database() is None


def test_a_container_is_freed_when_nobody_holds_it() -> None:
    container = a_container()
    with container.scope() as scope:
        scope.get(PlaceOrder)
    reference, database = ref(container), ref(container.get(Database))

    del container, scope
    gc.collect()  # functions and what they are defined in make a circle

    assert (reference(), database()) == (None, None)


def test_ten_thousand_scopes_leave_no_object_behind() -> None:
    container = a_container()

    def use() -> None:
        with container.scope() as scope:
            scope.get(PlaceOrder)

    use()
    before = len(gc.get_objects())
    for _ in range(10_000):
        use()

    assert len(gc.get_objects()) - before < 10
    assert isinstance(container, Container)
