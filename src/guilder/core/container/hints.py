"""Reads what a recipe asks for: its parameters, with their hints as types."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, ForwardRef, TypeVar, get_args, get_origin, get_type_hints

from guilder.core.container.bindings import NOTHING, Parameter

Known = Callable[[str], list[Any]]

# What the expression of a hint raises when it means nothing: a name that is not there, and the like.
UNREADABLE = (NameError, AttributeError, TypeError, SyntaxError, ValueError, LookupError, ImportError)


def parameters_of(recipe: Callable[..., Any], known: Known) -> list[Parameter]:
    """What is passed to a class, function, method, partial or callable object; `*args`, `**kwargs` apart.

    `known` finds bound interfaces by their name, for hints whose import is for type checkers only.

    Raises:
        ValueError: there is no signature (some classes written in C).
    """
    called, stands_for = _called(recipe)
    hints = _Hints(called, known)
    given = recipe.keywords if isinstance(recipe, partial) else {}
    return [
        Parameter(
            it.name,
            _substituted(hints.read(it), stands_for),
            NOTHING if it.default is it.empty else it.default,
            it.kind is it.POSITIONAL_ONLY,
            it.kind is it.KEYWORD_ONLY,
            hints.problems.get(it.name, ""),
        )
        for it in _signature(recipe)
        if it.kind not in {it.VAR_POSITIONAL, it.VAR_KEYWORD} and it.name not in given
    ]


def product_of(recipe: Callable[..., Any]) -> Any:
    """The type of what a recipe gives, as far as its hints tell; else `NOTHING`."""
    called, _ = _called(recipe)
    if inspect.isclass(called):
        return called
    try:
        return get_type_hints(called).get("return", NOTHING)
    except UNREADABLE:
        return NOTHING


def _called(recipe: Any) -> tuple[Any, Mapping[Any, Any]]:
    """The class or function behind a recipe, and what the type variables of its hints stand for."""
    while isinstance(recipe, partial):
        recipe = recipe.func
    origin = get_origin(recipe) or recipe
    if inspect.isclass(origin):
        return origin, dict(_type_variables(origin, get_args(recipe)))
    if not inspect.isroutine(origin):
        return type(origin).__call__, {}
    return inspect.unwrap(origin), {}


def _signature(recipe: Any) -> list[inspect.Parameter]:
    made = get_origin(recipe) or recipe
    constructor = _constructor(made) if inspect.isclass(made) else None
    if constructor is not None:
        return list(inspect.signature(constructor).parameters.values())[1:]
    return list(inspect.signature(made).parameters.values())


def _constructor(made: type) -> Any:
    """Which of `__new__` and `__init__` says what it takes; None if neither does, or the class says otherwise."""
    if hasattr(made, "__signature__"):
        return None
    for method in (made.__new__, made.__init__):  # type: ignore[misc]
        if inspect.isfunction(method):
            code = inspect.unwrap(method).__code__
            if code.co_argcount + code.co_kwonlyargcount > 1:  # more than self, `*args` and `**kwargs` apart
                return method
    return None


def _type_variables(made: type, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
    """`T` → `User` in `Repository[User]`, and in what derives from it."""
    own = dict(zip(getattr(made, "__parameters__", ()), arguments, strict=False))
    yield from own.items()
    for base in getattr(made, "__orig_bases__", ()):
        origin = get_origin(base)
        if inspect.isclass(origin):
            yield from _type_variables(origin, tuple(_substituted(it, own) for it in get_args(base)))


def _substituted(hint: Any, stands_for: Mapping[Any, Any]) -> Any:
    if isinstance(hint, TypeVar):
        return stands_for.get(hint, hint)
    variables = getattr(hint, "__parameters__", ())
    if not stands_for or not variables or inspect.isclass(hint):
        return hint
    return hint[tuple(stands_for.get(it, it) for it in variables)]


class _Hints:
    """The hints of one class or function: read together if that works, else one by one."""

    def __init__(self, called: Any, known: Known) -> None:
        self.problems: dict[str, str] = {}
        self._called = called
        self._known = known
        try:
            self._ready = self._together()
        except UNREADABLE:
            self._ready = {}

    def read(self, parameter: inspect.Parameter) -> Any:
        hint = self._ready.get(parameter.name, parameter.annotation)
        if hint is parameter.empty:
            return NOTHING
        if _has_text(hint):
            hint = self._alone(parameter.name, hint)
        return hint.type if isinstance(hint, dataclasses.InitVar) else hint

    def _together(self) -> dict[str, Any]:
        if not inspect.isclass(self._called):
            return get_type_hints(self._called, include_extras=True)
        constructor = _constructor(self._called)
        if constructor is None or constructor.__code__.co_filename.startswith("<"):
            # Written by `dataclass`, whose fields may come from bases in other modules.
            return get_type_hints(self._called, include_extras=True)
        return get_type_hints(constructor, include_extras=True)

    def _alone(self, name: str, hint: Any) -> Any:
        problem = ""
        probe = type("Probe", (), {"__annotations__": {name: hint}})
        for space in self._spaces():
            names = _Names(space, self._known)
            try:
                return get_type_hints(probe, dict(space), names, include_extras=True)[name]
            except UNREADABLE as error:
                problem = problem or str(error)
        self.problems[name] = f"cannot read the hint {hint!r}: {problem}"
        return NOTHING

    def _spaces(self) -> Iterator[Mapping[str, Any]]:
        """Where names in hints may come from: the function's module, or those of the class and its bases."""
        if not inspect.isclass(self._called):
            yield getattr(self._called, "__globals__", {})
            return
        for made in self._called.__mro__:
            module = sys.modules.get(made.__module__)
            yield vars(module) if module else {}


class _Names(dict[str, Any]):
    """A module's names, and behind them the bound interfaces."""

    def __init__(self, space: Mapping[str, Any], known: Known) -> None:
        super().__init__(space)
        self._known = known

    def __missing__(self, name: str) -> Any:
        found = self._known(name)
        if len(found) != 1:
            raise KeyError(name)
        return found[0]


def _has_text(hint: Any) -> bool:
    """Whether there is text in it that still has to be evaluated."""
    if isinstance(hint, str | ForwardRef):
        return True
    return any(_has_text(it) for it in get_args(hint) if isinstance(it, ForwardRef) or get_args(it))
