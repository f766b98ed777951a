"""What can be bound, and what a second binding means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated

import pytest

from guilder.core.container import Container, ContainerError, Named
from tests.core.container.things import (
    Database,
    FakeOrders,
    OrderRepository,
    PlaceOrder,
    Session,
    Settings,
    SqlOrderRepository,
    a_container,
)


class Greeter:
    """A value that can be called."""

    def __call__(self) -> str:
        return "hello"


def test_a_singleton_that_is_a_value_is_that_value() -> None:
    container, settings = Container(), Settings()

    container.register_singleton(Settings, settings)

    assert container.get(Settings) is settings


def test_a_singleton_that_is_a_class_is_built_once_when_it_is_first_asked_for() -> None:
    built: list[object] = []

    class Counted(Settings):
        def __init__(self) -> None:
            built.append(self)

    container = Container()
    container.register_singleton(Settings, Counted)
    assert not built

    assert container.get(Settings) is container.get(Settings)
    assert len(built) == 1


def test_a_singleton_may_be_built_by_a_function_or_a_generator_function() -> None:
    def yielded(settings: Settings) -> Iterator[Database]:
        yield Database(settings)

    container = Container()
    container.register_singleton(Settings, lambda: Settings())  # noqa: PLW0108 - a function, not the class
    container.register_singleton(Database, yielded)

    assert container.get(Database).settings is container.get(Settings)


def test_a_factory_gives_a_new_object_each_time() -> None:
    container = Container()
    container.register_factory(Settings, lambda: Settings())  # noqa: PLW0108 - a function, not the class

    assert container.get(Settings) is not container.get(Settings)


def test_a_transient_is_a_new_object_each_time() -> None:
    container = Container()
    container.register_transient(Settings, Settings)

    assert container.get(Settings) is not container.get(Settings)


def test_a_value_that_is_callable_goes_by_register_value() -> None:
    container, greeter = Container(), Greeter()

    container.register_value(Greeter, greeter)

    assert container.get(Greeter) is greeter
    with pytest.raises(ContainerError, match="register_value"):
        Container().register_singleton(Greeter, greeter)


def test_asking_for_what_is_not_registered_is_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"^Settings: nothing bound$"):
        Container().get(Settings)


def test_a_gap_below_is_told_with_the_chain_that_leads_there() -> None:
    container = Container()
    container.register_transient(PlaceOrder, PlaceOrder)
    container.register_transient(OrderRepository, SqlOrderRepository)
    container.register_transient(Session, Session)
    container.register_singleton(Settings, Settings)

    with pytest.raises(ContainerError) as caught:
        container.get(PlaceOrder)

    assert "PlaceOrder -> OrderRepository -> Session -> Database: nothing bound" in str(caught.value)


def test_an_accidental_second_binding_is_an_error_that_names_both_places() -> None:
    container = Container()
    container.register_singleton(Settings, Settings)

    with pytest.raises(ContainerError, match=r"Settings is bound twice.*test_registration\.py:\d+.*test_registration"):
        container.register_transient(Settings, Settings)


def test_one_module_can_replace_the_binding_of_another_if_it_says_so() -> None:
    def trading(container: Container) -> None:
        container.register_transient(OrderRepository, SqlOrderRepository)

    def testing(container: Container) -> None:
        container.register_transient(OrderRepository, FakeOrders, replace=True)

    container = Container()
    container.include(trading, testing)

    assert isinstance(container.get(OrderRepository), FakeOrders)


def test_replacing_what_was_never_bound_is_an_error() -> None:
    with pytest.raises(ContainerError, match="nothing bound that"):
        Container().register_singleton(Settings, Settings, replace=True)


def test_a_singleton_that_is_built_can_no_longer_be_replaced() -> None:
    container = a_container()
    container.get(Database)

    with pytest.raises(ContainerError, match="too late to replace"):
        container.register_singleton(Database, Database, replace=True)


def test_what_is_registered_after_the_first_use_joins_what_is_there() -> None:
    container = Container()
    container.register_singleton(Settings, Settings)
    settings = container.get(Settings)

    container.register_singleton(Database, Database)

    assert container.get(Database).settings is settings


def test_bindings_of_one_interface_are_told_apart_by_name() -> None:
    class Reports:
        def __init__(self, database: Annotated[Database, Named("replica")]) -> None:
            self.database = database

    container, primary, replica = Container(), Database(Settings()), Database(Settings())
    container.register_singleton(Database, primary)
    container.register_singleton(Database, replica, name="replica")
    container.register_transient(Reports, Reports)

    assert container.get(Database) is primary
    assert container.get(Database, name="replica") is replica


def test_the_container_itself_can_be_asked_for() -> None:
    class Plugins:
        def __init__(self, container: Container) -> None:
            self.container = container

    container = Container()
    container.register_transient(Plugins, Plugins)

    assert container.get(Container) is container


@pytest.mark.parametrize("register", ["register_factory", "register_transient", "register_scoped"])
def test_what_cannot_be_called_is_no_recipe(register: str) -> None:
    with pytest.raises(ContainerError, match="neither a class nor a function"):
        getattr(Container(), register)(Settings, Settings())


def test_partials_methods_and_callable_objects_are_recipes() -> None:
    class Maker:
        def __call__(self, settings: Settings) -> Database:
            return Database(settings)

        def make(self, settings: Settings) -> Database:
            return Database(settings)

    def make(label: str, settings: Settings) -> Database:
        return Database(settings)

    recipes: list[Callable[..., Database]] = [Maker(), Maker().make, partial(make, "primary"), partial(make, label="")]
    for recipe in recipes:
        container = Container()
        container.register_singleton(Settings, Settings)
        container.register_singleton(Database, recipe)

        assert container.get(Database).settings is container.get(Settings)


def test_what_a_partial_was_given_is_not_asked_for_again() -> None:
    container, own = Container(), Settings()
    container.register_singleton(Settings, Settings)
    container.register_singleton(Database, partial(Database, settings=own))

    assert container.get(Database).settings is own


def test_a_function_decorated_as_a_context_manager_counts_as_the_generator_it_was() -> None:
    closed: list[str] = []

    @contextmanager
    def opened() -> Iterator[Settings]:
        yield Settings()
        closed.append("settings")

    container = Container()
    container.register_singleton(Settings, opened)

    assert isinstance(container.get(Settings), Settings)
    container.close()
    assert closed == ["settings"]


async def test_a_name_is_understood_wherever_one_can_ask() -> None:
    container, replica = a_container(), Database(Settings())
    container.register_value(Database, replica, name="replica")

    with container.scope() as scope:
        assert scope.get(Database, "replica") is replica
        assert await scope.aget(Database, "replica") is replica
    assert await container.aget(Database, "replica") is replica


async def test_what_may_be_missing_is_none_when_it_is() -> None:
    container = Container()

    assert container.get(Settings | None) is None  # type: ignore[arg-type]
    assert await container.aget(Settings | None) is None  # type: ignore[arg-type]


def test_a_class_whose_parameters_nobody_can_read_is_bound_by_a_function() -> None:
    container = Container()
    container.register_transient(Settings, type)

    with pytest.raises(ContainerError, match=r"its parameters cannot be read.*bind a function"):
        container.get(Settings)


def test_any_name_will_do() -> None:
    container = Container()
    for name in ('with "quotes"', "it's", "class", "2nd", "end", "{x}", "line\nbreak"):

        def opened() -> Iterator[Settings]:
            yield Settings()

        opened.__name__ = name
        container.register_scoped(Settings, opened, name=name)
        container.register_scoped(Database, Database, name=name)
    container.register_scoped(Settings, Settings)
    container.compile()

    with container.scope() as scope:
        found = {id(scope.get(Settings, name)) for name in ('with "quotes"', "it's", "class", "2nd", "end", "{x}")}
        assert len(found) == 6
