"""Follows the hints of recipes to the bindings that answer them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any, NamedTuple

from guilder.core.container.bindings import NOTHING, Binding, Kind, Lifetime, Parameter, Registry
from guilder.core.container.keys import ContainerError, Key, Want, element_of


class Argument(NamedTuple):
    """How one parameter is filled: by a binding, or else by a constant."""

    keyword: str | None
    binding: Binding | None
    constant: Any = None


class Arguments(NamedTuple):
    """What a recipe is called with, and what is wrong with that."""

    filled: list[Argument]
    problems: list[str]

    def bindings(self) -> Iterator[Binding]:
        return (argument.binding for argument in self.filled if argument.binding is not None)


class Dependencies:
    """Who needs whom, for one set of bindings. Everything is read once, when it is first asked for."""

    def __init__(self, registry: Registry, built_in: dict[Key, Binding]) -> None:
        self.registry = registry
        self._built_in = built_in
        self._arguments: dict[Binding, Arguments] = {}
        self._collections: dict[Key, Binding] = {}

    def find(self, key: Key) -> Binding | None:
        """The binding that answers for this key; a `list[X]` or `tuple[X, ...]` is made of all that `X` has.

        Raises:
            ContainerError: several are bound, so only a list of them could be given.
        """
        bound = self.registry.of(key)
        if len(bound) > 1 or (bound and bound[0].many):
            raise ContainerError(f"{key}: bound with many=True, ask for list[{key}]")
        if bound:
            return bound[0]
        return self._built_in.get(key) or self._collection(key)

    def arguments(self, binding: Binding) -> Arguments:
        """How each parameter of the binding's recipe is filled."""
        found = self._arguments.get(binding)
        if found is None:
            found = self._arguments[binding] = self._read(binding)
        return found

    def needs(self, binding: Binding) -> Iterator[Binding]:
        """What the binding is built from, directly."""
        return self.arguments(binding).bindings()

    def order(self, starts: Iterable[Binding], known: Container[Binding] = ()) -> Iterator[Binding]:
        """These and all that they are built from, each after what it needs; but for what is known already."""
        seen: set[Binding] = set()
        path: list[tuple[Binding, Iterator[Binding]]] = []
        for start in starts:
            following: Iterator[Binding] = iter((start,))
            while True:
                binding = next(following, None)
                if binding is None:
                    if not path:
                        break
                    done, following = path.pop()
                    yield done
                elif binding not in seen and binding not in known:
                    seen.add(binding)
                    path.append((binding, following))
                    following = self.needs(binding)

    def _collection(self, key: Key) -> Binding | None:
        element = element_of(key.interface)
        if key not in self._collections and element is not None:
            kind, container = element
            members = self.registry.of(Key(kind, key.name))
            if members:
                collection = Binding(key, Lifetime.TRANSIENT, Kind.COLLECTION, container)
                self._arguments[collection] = Arguments([Argument(None, member) for member in members], [])
                self._collections[key] = collection
        return self._collections.get(key)

    def _read(self, binding: Binding) -> Arguments:
        read = Arguments([], [])
        if binding.recipe is None:
            return read
        try:
            parameters = self._parameters(binding, binding.recipe)
        except (ValueError, TypeError) as error:
            read.problems.append(f"its parameters cannot be read ({error}); bind a function that builds it")
            return read
        by_keyword = False
        for parameter in parameters:
            argument, problem = self._fill(parameter)
            if problem:
                read.problems.append(problem)
            elif argument is None and not parameter.positional_only:
                by_keyword = True
            else:
                given = argument or Argument(None, None, parameter.default)
                keyword = parameter.name if by_keyword or parameter.keyword_only else None
                read.filled.append(given._replace(keyword=keyword))
        return read

    def _parameters(self, binding: Binding, recipe: Callable[..., Any]) -> list[Parameter]:
        from guilder.core.container.hints import parameters_of

        if binding.parameters is None:
            binding.parameters = parameters_of(recipe, self.registry.named)
        return binding.parameters

    def _fill(self, parameter: Parameter) -> tuple[Argument | None, str]:
        """The argument for it, or None for its default; and what is wrong."""
        if parameter.hint is NOTHING:
            if parameter.has_default:
                return None, ""
            return None, f"{parameter.name}: {parameter.problem or 'has no type hint'}"
        want = Want.read(parameter.hint)
        try:
            binding = self.find(want.key)
        except ContainerError as error:
            return None, str(error)
        except TypeError as error:
            return None, f"{parameter.name}: {error}"
        if binding is not None:
            return Argument(None, binding), ""
        if parameter.has_default:
            return None, ""
        if want.optional:
            return Argument(None, None, None), ""
        return None, f"{want.key}: nothing bound"
