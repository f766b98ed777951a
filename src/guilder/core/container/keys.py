"""What can be asked for: an interface, perhaps by name, perhaps optional, perhaps all of a kind; and the refusal."""

from __future__ import annotations

import types
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin


class ContainerError(ValueError):
    """Something cannot be wired; the message says what, and by which chain it was reached."""


class Named(NamedTuple):
    """Tells two bindings of one interface apart: `Annotated[Database, Named("replica")]`."""

    name: str


class Key(NamedTuple):
    """An interface (a class, a Protocol, a generic alias, any hashable type) and the name of its binding."""

    interface: Any
    name: str | None = None

    def __str__(self) -> str:
        return spelled(self.interface) if self.name is None else f"{spelled(self.interface)} ({self.name!r})"


class Want(NamedTuple):
    """A type hint as a request: which key, and whether `None` is an answer."""

    key: Key
    optional: bool = False

    @classmethod
    def read(cls, hint: Any) -> Want:
        """Understand `X`, `X | None`, `Annotated[X, Named("…")]` and any mixture of them."""
        origin = get_origin(hint)
        if origin is Annotated:
            inner = cls.read(hint.__origin__)
            name = next((mark.name for mark in hint.__metadata__ if isinstance(mark, Named)), inner.key.name)
            return cls(Key(inner.key.interface, name), inner.optional)
        if origin is Union or origin is types.UnionType:
            choices = [choice for choice in get_args(hint) if choice is not types.NoneType]
            if len(choices) == 1:
                return cls(cls.read(choices[0]).key, optional=True)
        return cls(Key(hint))


def element_of(interface: Any) -> tuple[Any, type] | None:
    """The `X` of `list[X]` or `tuple[X, ...]`, and which of the two it is; None for anything else."""
    origin, arguments = get_origin(interface), get_args(interface)
    if origin is list and len(arguments) == 1:
        return arguments[0], list
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return arguments[0], tuple
    return None


def spelled(interface: Any) -> str:
    """An interface as a person would write it in code."""
    arguments = get_args(interface)
    name = getattr(get_origin(interface) or interface, "__name__", None) or repr(interface)
    if arguments and get_origin(interface) not in {Union, types.UnionType}:
        return f"{name}[{', '.join('...' if it is Ellipsis else spelled(it) for it in arguments)}]"
    return name if not arguments else " | ".join(spelled(it) for it in arguments)
