"""The house as it runs: all of its modules, imported."""

from __future__ import annotations

import importlib
import inspect
from functools import cache
from types import ModuleType
from typing import Protocol, TypeVar

from guilder.core.container import Container, ContainerError
from tests.architecture.house import HALL, PACKAGE, modules

T = TypeVar("T")


@cache
def everything() -> tuple[ModuleType, ...]:
    """Every module of the house but those that do something when imported: its start, and Alembic's scripts."""
    return tuple(
        importlib.import_module(module.name)
        for module in modules()
        if module.path.stem not in {"__main__", "env"} and not module.path.stem[0].isdigit()
    )


def wirings() -> list[ModuleType]:
    """The module of each room that says how it is put together."""
    return [module for module in everything() if module.__name__.endswith(".wiring") and is_room(module)]


def is_room(module: ModuleType) -> bool:
    return module.__name__.split(".")[1] not in HALL


def classes(kind: type[T]) -> list[type[T]]:
    """Every class of the house that is a `kind`, `kind` itself left out, each once, in a fixed order."""
    found = {
        value
        for module in everything()
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, kind)
        and value is not kind
        and value.__module__.startswith(f"{PACKAGE}.")
    }
    return sorted(found, key=lambda one: (one.__module__, one.__qualname__))


def protocols(*places: str) -> list[type]:
    """The protocols that the named modules define; `places` are full names or their endings."""
    return [
        value
        for module in everything()
        if module.__name__.endswith(places)
        for value in vars(module).values()
        if inspect.isclass(value) and value.__module__ == module.__name__ and is_protocol(value)
    ]


def is_protocol(kind: type) -> bool:
    """Whether this class is itself a protocol, and not a class that implements one."""
    return Protocol in kind.__bases__


def is_bound(container: Container, interface: type) -> bool:
    """Whether anything is bound to this interface: only then is there something to override."""
    try:
        container.override(interface, object())
    except ContainerError:
        return False
    return True
