"""What `validate` finds, without building anything."""

from __future__ import annotations

from typing import Any

import pytest

from guilder.core.container import Container, ContainerError
from tests.core.container.things import (
    Database,
    OrderRepository,
    PlaceOrder,
    Session,
    Settings,
    SqlOrderRepository,
    a_container,
)


class Egg:
    def __init__(self, hen: Hen) -> None:
        self.hen = hen


class Hen:
    def __init__(self, egg: Egg) -> None:
        self.egg = egg


class Cache:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader


class Reader:
    def __init__(self, session: Session) -> None:
        self.session = session


def findings(container: Container) -> list[str]:
    with pytest.raises(ContainerError) as caught:
        container.validate()
    return str(caught.value).splitlines()


def test_a_whole_graph_is_valid_and_nothing_of_it_is_built() -> None:
    built: list[int] = []
    container = a_container()
    container.register_singleton(Settings, lambda: built.append(1), replace=True)

    container.validate()

    assert built == []


def test_a_missing_binding_is_told_once_with_its_chain_from_the_top() -> None:
    container = Container()
    container.register_scoped(Session, Session)
    container.register_scoped(OrderRepository, SqlOrderRepository)
    container.register_singleton(Settings, Settings)
    container.register_scoped(PlaceOrder, PlaceOrder)

    assert findings(container) == ["PlaceOrder -> OrderRepository -> Session -> Database: nothing bound"]


def test_a_circle_is_told_with_all_who_are_in_it() -> None:
    container = Container()
    container.register_scoped(Hen, Hen)
    container.register_scoped(Egg, Egg)

    assert findings(container) == ["Hen -> Egg -> Hen: each needs the next, in a circle"]
    with container.scope() as scope, pytest.raises(ContainerError, match="in a circle"):
        scope.get(Egg)


def test_a_singleton_that_would_hold_a_scoped_thing_is_told_even_if_a_transient_is_between_them() -> None:
    container = a_container()
    container.register_singleton(Cache, Cache)
    container.register_transient(Reader, Reader)

    assert findings(container) == ["Cache -> Reader -> Session: a singleton would hold what ends with its scope"]
    with pytest.raises(ContainerError, match="a singleton would hold"):
        container.get(Cache)


def test_every_finding_stands_in_one_message() -> None:
    container = Container()
    container.register_scoped(Hen, Hen)
    container.register_scoped(Egg, Egg)
    container.register_singleton(Database, Database)
    container.register_scoped(Session, Session)
    container.register_singleton(Reader, Reader)

    assert findings(container) == [
        "Reader -> Session: a singleton would hold what ends with its scope",
        "Reader -> Session -> Database -> Settings: nothing bound",
        "Hen -> Egg -> Hen: each needs the next, in a circle",
    ]


def test_a_graph_of_five_hundred_in_one_long_chain_is_no_trouble() -> None:
    container, made = Container(), list[type]()
    for number in range(500):
        part = made[-1] if made else None
        link = type(f"Link{number}", (), {"__init__": _takes(part)})
        register = container.register_scoped if number % 2 else container.register_transient
        register(link, link)
        made.append(link)

    container.compile()

    with container.scope() as scope:
        built: Any = scope.get(made[-1])
        length = 0
        while built is not None:
            built, length = built.part, length + 1
    assert length == 500


def _takes(part: type | None) -> object:
    def __init__(self: object, part: object = None) -> None:  # noqa: N807
        self.part = part  # type: ignore[attr-defined]

    if part is not None:
        __init__.__annotations__["part"] = part
    return __init__


def test_a_graph_that_fans_out_is_built_by_code_that_stays_small() -> None:
    container, made = Container(), list[type]()
    for number in range(18):
        part = made[-1] if made else None
        twins = type(f"Twins{number}", (), {"__init__": _takes_two(part)})
        container.register_transient(twins, twins)
        made.append(twins)

    container.compile()

    assert len(container.explain(made[-1])) < 20_000
    assert container.get(made[10]).first is not container.get(made[10]).second


def _takes_two(part: type | None) -> object:
    def __init__(self: object, first: object = None, second: object = None) -> None:  # noqa: N807
        self.first = first  # type: ignore[attr-defined]
        self.second = second  # type: ignore[attr-defined]

    if part is not None:
        __init__.__annotations__.update(first=part, second=part)
    return __init__
