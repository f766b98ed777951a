"""What is bound to what: one `Binding` a registration, and the `Registry` that holds them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any

from guilder.core.container.errors import ContainerError
from guilder.core.container.hints import Parameter
from guilder.core.container.keys import Key


class Lifetime(Enum):
    """How long a thing lives once it is built."""

    SINGLETON = "singleton"
    SCOPED = "scoped"
    TRANSIENT = "transient"


class Kind(Enum):
    """How a thing comes to be."""

    VALUE = "is there already"
    CALL = "is called for"
    COROUTINE = "is called for and awaited"
    GENERATOR = "is yielded, and closed later"
    ASYNC_GENERATOR = "is yielded asynchronously, and closed later"
    PROVIDED = "is put into each scope"
    SCOPE = "is the scope itself"
    COLLECTION = "is all that is bound to an interface"

    @classmethod
    def of(cls, recipe: Callable[..., Any]) -> Kind:
        """What calling a class, function, method, partial or callable object gives."""
        called = recipe
        while isinstance(called, partial):
            called = called.func
        if not inspect.isroutine(called) and not inspect.isclass(called):
            called = type(called).__call__
        if inspect.isasyncgenfunction(called):
            return cls.ASYNC_GENERATOR
        if inspect.isgeneratorfunction(called):
            return cls.GENERATOR
        return cls.COROUTINE if inspect.iscoroutinefunction(called) else cls.CALL


@dataclass(eq=False, slots=True)
class Binding:
    """One registration. Two bindings are the same only if they are one object."""

    key: Key
    lifetime: Lifetime
    kind: Kind
    recipe: Callable[..., Any] | None = None
    value: Any = None
    eager: bool = False
    many: bool = False
    origin: str = ""
    parameters: list[Parameter] | None = field(default=None, repr=False)

    @property
    def is_async(self) -> bool:
        """Whether building it has to be awaited."""
        return self.kind in {Kind.COROUTINE, Kind.ASYNC_GENERATOR}

    @property
    def closes(self) -> bool:
        """Whether it is yielded, and its generator resumed at the end."""
        return self.kind in {Kind.GENERATOR, Kind.ASYNC_GENERATOR}

    def __str__(self) -> str:
        return str(self.key)


class Registry:
    """All bindings of a container, by key. A second binding of a key must be said to be meant."""

    def __init__(self, bound: dict[Key, list[Binding]] | None = None) -> None:
        self._bound: dict[Key, list[Binding]] = bound or {}

    def __iter__(self) -> Iterator[Binding]:
        return (binding for same in self._bound.values() for binding in same)

    def of(self, key: Key) -> list[Binding]:
        """Every binding of this key, in the order of registration."""
        return self._bound.get(key, [])

    def add(self, binding: Binding) -> None:
        """Raises `ContainerError` when the key is bound, unless both say `many`."""
        before = self.of(binding.key)
        if before and not (binding.many and before[0].many):
            raise ContainerError(
                f"{binding.key} is bound twice, at {before[0].origin} and at {binding.origin}: "
                "say replace=True to put the second in place of the first, or many=True at both"
            )
        self._bound.setdefault(binding.key, []).append(binding)

    def replace(self, binding: Binding) -> None:
        """Put it in the place of all that the key was bound to; raises `ContainerError` if that is nothing."""
        if not self.of(binding.key):
            raise ContainerError(f"{binding.key}: nothing bound that {binding.origin} could replace")
        self._bound[binding.key] = [binding]

    def having(self, binding: Binding) -> Registry:
        """A copy in which this binding stands in the place of its key's."""
        return Registry({**self._bound, binding.key: [binding]})

    def named(self, name: str) -> list[Any]:
        """The bound interfaces of this class name: what a hint means whose import is for type checkers only."""
        interfaces = {key.interface for key in self._bound}
        return [it for it in interfaces if getattr(it, "__name__", None) == name]
