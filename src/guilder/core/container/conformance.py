"""Whether an implementation fits its interface, as far as can be told without running it."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import Any, get_args, get_origin, is_typeddict

from guilder.core.container.bindings import NOTHING, Binding, Kind
from guilder.core.container.hints import product_of

_YIELDS = {Iterator, Generator, AsyncIterator, AsyncGenerator}
_NOT_MEMBERS = {"__init__", "__new__", "__init_subclass__", "__subclasshook__", "__class_getitem__"}


def misfits(binding: Binding) -> list[str]:
    """What the implementation lacks, in words; empty when it fits or when its type cannot be told."""
    interface = get_origin(binding.key.interface) or binding.key.interface
    if not inspect.isclass(interface) or is_typeddict(interface):
        return []
    made = _made(binding)
    if not inspect.isclass(made) or made is interface:
        return _left_abstract(made) if inspect.isclass(made) and inspect.isclass(binding.recipe) else []
    if getattr(interface, "_is_protocol", False):
        instance = binding.value if binding.kind is Kind.VALUE else None
        return [
            f"{made.__name__} {problem}"
            for name, member in sorted(_members(interface).items())
            if (problem := _problem(made, instance, name, member))
        ]
    if inspect.isclass(binding.recipe) and not issubclass(made, interface):
        return [f"{made.__name__} is no {interface.__name__}"]
    return _left_abstract(made) if inspect.isclass(binding.recipe) else []


def _made(binding: Binding) -> Any:
    """The class of what the binding gives."""
    if binding.kind is Kind.VALUE:
        return type(binding.value)
    if binding.recipe is None or binding.kind is Kind.COLLECTION:
        return NOTHING
    product = product_of(binding.recipe)
    if binding.closes and get_origin(product) in _YIELDS:
        product = get_args(product)[0]
    return get_origin(product) or product


def _left_abstract(made: type) -> list[str]:
    left = sorted(getattr(made, "__abstractmethods__", ()))
    return [f"{made.__name__} leaves abstract: {', '.join(left)}"] if left else []


def _members(protocol: type) -> dict[str, Any]:
    """The methods and attributes that a Protocol asks for, with those of its bases."""
    members: dict[str, Any] = {}
    for base in reversed(protocol.__mro__):
        if not getattr(base, "_is_protocol", False) or base.__module__ == "typing":
            continue
        members |= dict.fromkeys(inspect.get_annotations(base), NOTHING)
        members |= {
            name: member
            for name, member in vars(base).items()
            if (not name.startswith("_") or inspect.isfunction(member)) and name not in _NOT_MEMBERS
        }
    return members


def _problem(made: type, instance: Any, name: str, member: Any) -> str:
    found = inspect.getattr_static(made, name, NOTHING)
    if found is NOTHING:
        return "" if _may_have(made, instance, name) else f"has no {name}"
    own = isinstance(member, staticmethod)
    if isinstance(member, staticmethod | classmethod):
        member = member.__func__
    if not inspect.isfunction(member):
        return ""
    if _is_inherited_stub(made, name, member):
        return f"does not implement {name}"
    static = isinstance(found, staticmethod)
    actual = found.__func__ if isinstance(found, staticmethod | classmethod) else found
    if not inspect.isfunction(actual):
        return "" if callable(actual) or hasattr(actual, "__get__") else f"has {name}, but it is no method"
    return _async_problem(name, member, actual) or _parameter_problem(
        name, _parameters(member, static=own), _parameters(actual, static=static)
    )


def _may_have(made: type, instance: Any, name: str) -> bool:
    """Whether objects of the class get this attribute: by annotation, in `__init__`, or seen on the value."""
    if instance is not None:
        return hasattr(instance, name)
    if any(name in inspect.get_annotations(base) for base in made.__mro__) or hasattr(made, "__getattr__"):
        return True
    written = (vars(base).get("__init__") for base in made.__mro__)
    return any(name in init.__code__.co_names for init in written if inspect.isfunction(init))


def _is_inherited_stub(made: type, name: str, member: Any) -> bool:
    """Whether the class merely inherits the Protocol's own method, which only says `...`."""
    if inspect.getattr_static(made, name) is not member:
        return False
    code = member.__code__
    return not code.co_names and all(it is None or it is Ellipsis or it == member.__doc__ for it in code.co_consts)


def _async_problem(name: str, asked: Callable[..., Any], actual: Callable[..., Any]) -> str:
    if inspect.iscoroutinefunction(asked) and not inspect.iscoroutinefunction(actual):
        returned = get_origin(product_of(actual))
        if inspect.isasyncgenfunction(actual) or not (inspect.isclass(returned) and issubclass(returned, Awaitable)):
            return f"has {name}, but it is not async"
    if inspect.iscoroutinefunction(actual) and not inspect.iscoroutinefunction(asked):
        returned = get_origin(product_of(asked))
        if not (inspect.isclass(returned) and issubclass(returned, Awaitable)):
            return f"has {name}, but it is async"
    return ""


def _parameters(method: Callable[..., Any], *, static: bool) -> list[inspect.Parameter]:
    """What the method is called with."""
    return list(inspect.signature(method).parameters.values())[0 if static else 1 :]


def _parameter_problem(name: str, wanted: list[inspect.Parameter], has: list[inspect.Parameter]) -> str:
    """Whether the method can be called in every manner that the Protocol allows."""
    kinds = {it.kind for it in has}
    any_position, any_name = inspect.Parameter.VAR_POSITIONAL in kinds, inspect.Parameter.VAR_KEYWORD in kinds
    positions = [it for it in has if it.kind in {it.POSITIONAL_ONLY, it.POSITIONAL_OR_KEYWORD}]
    named = {it.name: it for it in has if it.kind in {it.POSITIONAL_OR_KEYWORD, it.KEYWORD_ONLY}}
    filled: set[str] = set()
    for index, parameter in enumerate(wanted):
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            if parameter.kind not in kinds:
                return f"has {name}, but it does not take {parameter}"
            continue
        by_position = parameter.kind is not parameter.KEYWORD_ONLY
        by_name = parameter.kind is not parameter.POSITIONAL_ONLY and not parameter.name.startswith("__")
        taker = named.get(parameter.name)
        if by_position:
            at = positions[index] if index < len(positions) else None
            if at is None and not any_position:
                return f"has {name}, but it does not take {parameter.name} there"
            taker = at or taker
            if by_name and at is not None and at.name != parameter.name and not any_name:
                return f"has {name}, but it calls {parameter.name} {at.name}"
        if by_name and parameter.name not in named and not any_name:
            return f"has {name}, but it does not take {parameter.name} by name"
        if taker is not None:
            filled.add(taker.name)
            if parameter.default is not parameter.empty and taker.default is taker.empty:
                return f"has {name}, but its {taker.name} has no default"
    extra = [it.name for it in (*positions, *named.values()) if it.default is it.empty and it.name not in filled]
    return f"has {name}, but it also wants {', '.join(dict.fromkeys(extra))}" if extra else ""
