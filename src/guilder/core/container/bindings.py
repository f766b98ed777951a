"""What is bound to what: one `Binding` a registration, and the `Registry` that holds them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType
from typing import Any, NamedTuple

from guilder.core.container.keys import ContainerError, Key

NOTHING: Any = object()  # no hint, no default, no type

# Flags of a function's code, as `inspect` names them; it is not loaded before hints have to be read.
_GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x200


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
        called: Any = recipe
        while isinstance(called, partial):
            called = called.func
        if not isinstance(called, type | FunctionType | MethodType | BuiltinFunctionType):
            called = getattr(type(called), "__call__", called)  # noqa: B004 - its code, not whether it has any
        code = getattr(called, "__code__", None)
        flags = code.co_flags if isinstance(code, CodeType) else 0
        if flags & _ASYNC_GENERATOR:
            return cls.ASYNC_GENERATOR
        if flags & _GENERATOR:
            return cls.GENERATOR
        return cls.COROUTINE if flags & _COROUTINE else cls.CALL


def undecorated(recipe: Callable[..., Any]) -> Callable[..., Any]:
    """The generator function behind `@contextmanager` or `@asynccontextmanager`; anything else as it is."""
    written_there = getattr(recipe, "__globals__", None) is vars(contextlib)
    generator: Callable[..., Any] = getattr(recipe, "__wrapped__", recipe) if written_there else recipe
    return generator


class Parameter(NamedTuple):
    """One parameter of a recipe. `hint` is `NOTHING` when there is none, or when `problem` says why."""

    name: str
    hint: Any
    default: Any
    positional_only: bool
    keyword_only: bool
    problem: str = ""

    @property
    def has_default(self) -> bool:
        return self.default is not NOTHING


class Binding:
    """One registration. Two bindings are the same only if they are one object."""

    __slots__ = ("eager", "key", "kind", "lifetime", "many", "origin", "parameters", "recipe", "value")

    def __init__(
        self,
        key: Key,
        lifetime: Lifetime,
        kind: Kind,
        recipe: Callable[..., Any] | None = None,
        *,
        value: Any = None,
        many: bool = False,
    ) -> None:
        self.key = key
        self.lifetime = lifetime
        self.kind = kind
        self.recipe = recipe
        self.value = value
        self.many = many
        self.eager = False
        self.origin = ""  # file and line of the registration
        self.parameters: list[Parameter] | None = None  # what the recipe asks for, once that was read

    @property
    def is_async(self) -> bool:
        """Whether building it has to be awaited."""
        return self.kind is Kind.COROUTINE or self.kind is Kind.ASYNC_GENERATOR

    @property
    def closes(self) -> bool:
        """Whether it is yielded, and its generator resumed at the end."""
        return self.kind is Kind.GENERATOR or self.kind is Kind.ASYNC_GENERATOR

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
