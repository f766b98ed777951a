"""Every port has an adapter outside `guilder.testing`, and the room that owns the port binds it."""

from __future__ import annotations

import inspect

import pytest

from guilder.core.container import Container
from tests.architecture.loaded import classes, is_bound, is_protocol, protocols, wirings

PORTS = protocols(".application.ports")
ADAPTERS = [one for one in classes(object) if not is_protocol(one) and not one.__module__.startswith("guilder.testing")]


def promised(port: type) -> dict[str, object]:
    """What a protocol, with those that it extends, asks of its adapters."""
    return {
        name: member
        for kind in reversed(port.__mro__)
        if is_protocol(kind)
        for name, member in {**dict.fromkeys(kind.__annotations__), **vars(kind)}.items()
        if not name.startswith("_") or (name in {"__call__", "__aenter__", "__aexit__"} and callable(member))
    }


def keeps(adapter: type, port: type) -> bool:
    """Whether the adapter has all that the port promises: the same parameters, awaited where it awaits."""
    return all(fits(getattr(adapter, name, None), member) for name, member in promised(port).items())


def fits(offered: object, wanted: object) -> bool:
    if not inspect.isfunction(wanted):
        return offered is not None
    if not callable(offered) or inspect.iscoroutinefunction(offered) is not inspect.iscoroutinefunction(wanted):
        return False
    return list(inspect.signature(offered).parameters) == list(inspect.signature(wanted).parameters)


def name_of(port: type) -> str:
    return f"{port.__module__.split('.')[1]}.{port.__name__}"


def test_there_are_ports() -> None:
    assert PORTS


@pytest.mark.parametrize("port", PORTS, ids=name_of)
def test_a_port_has_an_adapter(port: type) -> None:
    assert [adapter.__qualname__ for adapter in ADAPTERS if keeps(adapter, port)] != []


@pytest.mark.parametrize("port", PORTS, ids=name_of)
def test_a_port_is_bound_by_its_room(port: type) -> None:
    container = Container()
    for room in wirings():
        if room.__name__.split(".")[1] == port.__module__.split(".")[1]:
            room.register(container)

    assert is_bound(container, port)


@pytest.mark.parametrize("port", PORTS, ids=name_of)
def test_a_port_says_what_it_is_for(port: type) -> None:
    assert vars(port).get("__doc__")
