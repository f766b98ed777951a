"""The container: what is bound to what, and the way to ask for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Generator
from threading import RLock
from types import TracebackType
from typing import Any, Self, TypeVar

from guilder.core.container.bindings import Binding, Kind, Lifetime, Registry, undecorated
from guilder.core.container.closing import Exits, aclose, close
from guilder.core.container.keys import ContainerError, Key, Want
from guilder.core.container.overrides import Override, Overrides
from guilder.core.container.scope import Scope
from guilder.core.container.singletons import Singletons
from guilder.core.container.waiting import EXITS, SCOPE, TURN
from guilder.core.container.wiring import AsyncTable, Table, Wiring

T = TypeVar("T")
Recipe = Callable[..., Any]


class Container:
    """Builds objects from what their constructors ask for.

    An implementation is a class, a function or a generator function, sync or async; what it takes is found
    by its type hints. What a generator yields is the object; it is resumed when the object's life ends.
    """

    def __init__(self) -> None:
        self._registry = Registry()
        self._built_in = {
            Key(Container): Binding(Key(Container), Lifetime.SINGLETON, Kind.VALUE, value=self),
            Key(Scope): Binding(Key(Scope), Lifetime.SCOPED, Kind.SCOPE),
        }
        self._singletons = Singletons()
        self._guard = RLock()
        self._base: Wiring | None = None
        self._overrides = Overrides(self._derived, self._refresh)
        # What the fast ways read; without entries while there is no wiring, and while anything is overridden.
        self._wiring: Wiring | None = None
        self._table: Table = {}
        self._async_table: AsyncTable = {}

    def register_singleton(
        self,
        interface: type[T],
        implementation: T | Recipe,
        *,
        name: str | None = None,
        eager: bool = False,
        many: bool = False,
        replace: bool = False,
    ) -> None:
        """Bind to one object: a value, or what a class or function gives when it is first asked for.

        `eager` has `start` build it. A value that is callable goes through `register_value`.
        """
        if not callable(implementation):
            binding = _value(Key(interface, name), implementation, many)
        elif _is_instance(implementation, interface):
            raise ContainerError(f"{Key(interface, name)}: a value that is callable goes by register_value")
        else:
            binding = _built(Key(interface, name), Lifetime.SINGLETON, implementation, many)
            binding.eager = eager
        self._add(binding, replace=replace)

    def register_value(
        self,
        interface: type[T],
        value: T,
        *,
        name: str | None = None,
        many: bool = False,
        replace: bool = False,
    ) -> None:
        """Bind to this object as it is."""
        self._add(_value(Key(interface, name), value, many), replace=replace)

    def register_factory(
        self,
        interface: type[T],
        factory: Recipe,
        *,
        name: str | None = None,
        many: bool = False,
        replace: bool = False,
    ) -> None:
        """Bind to what the factory gives, a new one each time."""
        self._add(_built(Key(interface, name), Lifetime.TRANSIENT, factory, many), replace=replace)

    def register_transient(
        self,
        interface: type[T],
        implementation: Recipe,
        *,
        name: str | None = None,
        many: bool = False,
        replace: bool = False,
    ) -> None:
        """Bind to a new object each time."""
        self._add(_built(Key(interface, name), Lifetime.TRANSIENT, implementation, many), replace=replace)

    def register_scoped(
        self,
        interface: type[T],
        implementation: Recipe | None = None,
        *,
        name: str | None = None,
        many: bool = False,
        replace: bool = False,
    ) -> None:
        """Bind to one object a scope. Without an implementation each scope is given its own: `scope.provide`."""
        key = Key(interface, name)
        if implementation is None:
            self._add(Binding(key, Lifetime.SCOPED, Kind.PROVIDED), replace=replace)
        else:
            self._add(_built(key, Lifetime.SCOPED, implementation, many), replace=replace)

    def include(self, *modules: Callable[[Container], None]) -> None:
        """Let each module register what is its own: `container.include(trading.register, billing.register)`."""
        for module in modules:
            module(self)

    def get(self, interface: type[T], name: str | None = None) -> T:
        """What is bound to the interface, by this name if one is given.

        Raises:
            ContainerError: nothing is bound, the graph has a fault, it must be awaited, or it needs a scope.
        """
        if name is not None:
            interface = (interface, name)  # type: ignore[assignment]
        resolve: Callable[[Any], T]
        try:
            resolve = self._table[interface]
        except KeyError:
            resolve = self._overrides.wiring().get(interface, scoped=False)
        return resolve(None)

    def aget(self, interface: type[T], name: str | None = None) -> Coroutine[Any, Any, T]:
        """The same, to be awaited: the way to what is built by coroutines and async generators."""
        if name is not None:
            interface = (interface, name)  # type: ignore[assignment]
        resolve: Callable[[Any], Coroutine[Any, Any, T]]
        try:
            resolve = self._async_table[interface]
        except KeyError:
            resolve = self._overrides.wiring().aget(interface, scoped=False)
        return resolve(None)

    def scope(self) -> Scope:
        """A new scope, to be opened by `with` or `async with`."""
        wiring = self._wiring or self._overrides.wiring()
        scope = Scope()
        scope._wiring = wiring
        scope._kept = kept = wiring.blank.copy()
        kept[EXITS] = []
        kept[TURN] = [True]
        kept[SCOPE] = scope
        return scope

    def override(self, interface: type[T], implementation: T | Recipe, *, name: str | None = None) -> Override:
        """`with container.override(EmailService, MockEmailService()):` has the other in its place meanwhile.

        A class or function is built as long-lived as what it stands in for; a value is used as it is.

        Raises:
            ContainerError: nothing is bound that could be overridden.
        """
        key = Want.read(interface).key
        key = Key(key.interface, name or key.name)
        registry = self._overrides.wiring().registry
        bound = registry.of(key)
        if not bound and self._overrides.wiring().dependencies.find(key) is None:
            raise ContainerError(f"{key}: nothing bound that could be overridden")
        if not callable(implementation) or _is_instance(implementation, interface):
            return Override(self._overrides, _value(key, implementation, many=False))
        lifetime = bound[0].lifetime if bound else Lifetime.TRANSIENT
        return Override(self._overrides, _built(key, lifetime, implementation, many=False))

    def validate(self) -> None:
        """Look through all bindings without building anything.

        Raises:
            ContainerError: its message lists everything that is missing, goes in a circle, would outlive what
                it holds, or does not fit its Protocol; each with the chain that leads there.
        """
        from guilder.core.container.reports import findings

        found = findings(self._overrides.wiring())
        if found:
            raise ContainerError("\n".join(found))

    def implementations(self) -> list[tuple[Any, Any]]:
        """Every binding: its interface, and the class, function or value that it is bound to."""
        registry = self._overrides.wiring().registry
        return [(binding.key.interface, binding.recipe or binding.value) for binding in registry]

    def compile(self) -> None:
        """Compile whatever is bound, now rather than when it is first asked for."""
        self.validate()
        self._overrides.wiring().compile_all()

    def graph(self) -> str:
        """All bindings as a Mermaid flowchart."""
        from guilder.core.container.reports import drawn

        return drawn(self._overrides.wiring())

    def explain(self, interface: type[T], name: str | None = None) -> str:
        """The code that runs when the interface is asked for in a scope."""
        from guilder.core.container.reports import printed

        wiring = self._overrides.wiring()
        binding = wiring.find(interface if name is None else (interface, name), scoped=True)
        return "# nothing bound: None\n" if binding is None else printed(wiring, binding)

    def start(self) -> None:
        """Validate, and build the eager singletons."""
        self.validate()
        wiring = self._overrides.wiring()
        wiring.build(wiring.eager())

    async def astart(self) -> None:
        """The same where some of them must be awaited."""
        self.validate()
        wiring = self._overrides.wiring()
        await wiring.abuild(wiring.eager())

    def close(self) -> None:
        """End the singletons, the last one first. What is asked for afterwards is built anew.

        Raises:
            ContainerError: one has to be awaited, and nothing was ended: `aclose` does.
        """
        self.__exit__(None, None, None)

    async def aclose(self) -> None:
        """The same for singletons of both kinds."""
        await self.__aexit__(None, None, None)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        if not all(isinstance(it, Generator) for it in self._singletons.exits):
            raise ContainerError("singletons that are async generators are ended by `await container.aclose()`")
        return close(self._emptied(), error)

    async def __aenter__(self) -> Self:
        await self.astart()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await aclose(self._emptied(), error)

    def _emptied(self) -> Exits:
        """Forget the singletons; what is left to do for them."""
        with self._guard:
            exits = self._singletons.exits
            self._singletons = Singletons()
            self._base = None
        self._refresh()
        return exits

    def _add(self, binding: Binding, *, replace: bool) -> None:
        frame = sys._getframe(2)
        binding.origin = f"{frame.f_code.co_filename}:{frame.f_lineno}"
        with self._guard:
            if replace:
                used = [it for it in self._registry.of(binding.key) if it in self._singletons.built]
                if used and used[0].kind is not Kind.VALUE:
                    raise ContainerError(f"{binding}: is built and in use, too late to replace it")
                self._registry.replace(binding)
            else:
                self._registry.add(binding)
            self._base = None
        self._refresh()

    def _derived(self) -> Wiring:
        """The wiring of the registered bindings."""
        with self._guard:
            if self._base is None:
                self._base = Wiring(self._registry, self._built_in, self._singletons)
                self._refresh()
            return self._base

    def _refresh(self) -> None:
        with self._guard:
            self._wiring = None if self._overrides else self._base
            self._table = {} if self._wiring is None else self._wiring.container_table
            self._async_table = {} if self._wiring is None else self._wiring.container_async_table


def _value(key: Key, value: Any, many: bool) -> Binding:
    return Binding(key, Lifetime.SINGLETON, Kind.VALUE, value=value, many=many)


def _built(key: Key, lifetime: Lifetime, recipe: Any, many: bool) -> Binding:
    if not callable(recipe):
        raise ContainerError(f"{key}: {recipe!r} is neither a class nor a function; register_value takes values")
    recipe = undecorated(recipe)
    return Binding(key, lifetime, Kind.of(recipe), recipe, many=many)


def _is_instance(implementation: object, interface: Any) -> bool:
    """Whether a callable object is itself what is asked for, so that calling it would be a surprise."""
    try:
        return not isinstance(implementation, type) and isinstance(implementation, interface)
    except TypeError:
        return False
