"""A scope: a request, a message, a command. What is bound per scope is built once in it, and ends with it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from guilder.core.container.bindings import Kind
from guilder.core.container.closing import Exits, aclose, close
from guilder.core.container.keys import ContainerError, Key
from guilder.core.container.waiting import EXITS, missing
from guilder.core.container.wiring import AsyncResolve, AsyncTable, Resolve, Table, Wiring

T = TypeVar("T")

_NOTHING: dict[Any, Any] = {}
_CLOSED = "the scope is closed"


class Scope:
    """Opened by `with container.scope() as scope`, or by `async with` if anything in it has to be awaited.

    It goes on with the bindings that held when it was opened, whatever is overridden later.
    """

    __slots__ = ("__weakref__", "_async_table", "_kept", "_table", "_wiring")

    _wiring: Wiring
    _kept: Any  # a `Kept`; None once the scope is closed
    _table: Table  # not there before the scope is opened
    _async_table: AsyncTable  # not there unless it is opened by `async with`

    def get(self, interface: type[T], name: str | None = None) -> T:
        """What is bound to the interface, by this name if one is given; the parts of this scope are shared.

        Raises:
            ContainerError: it cannot be wired, or it has to be awaited, or the scope is not open.
        """
        if name is not None:
            interface = (interface, name)  # type: ignore[assignment]
        resolve: Callable[[Any], T]
        try:
            resolve = self._table[interface]
        except (KeyError, AttributeError):
            resolve = self._resolver(interface)
        return resolve(self._kept)

    def aget(self, interface: type[T], name: str | None = None) -> Coroutine[Any, Any, T]:
        """The same, to be awaited: the way to what is built by coroutines and async generators.

        Raises:
            ContainerError: it cannot be wired, or the scope is not open.
        """
        if name is not None:
            interface = (interface, name)  # type: ignore[assignment]
        resolve: Callable[[Any], Coroutine[Any, Any, T]]
        try:
            resolve = self._async_table[interface]
        except (KeyError, AttributeError):
            resolve = self._async_resolver(interface)
        return resolve(self._kept)

    def provide(self, interface: type[T], value: T, name: str | None = None) -> None:
        """Put in what was registered by `register_scoped(interface)` alone: the caller of this request, say.

        Raises:
            ContainerError: nothing of the kind is bound, or this scope has its value already.
        """
        key = Key(interface, name)
        if key not in self._wiring.provided:
            raise ContainerError(f"{key}: only what is registered as provided can be put into a scope")
        if self._kept is None:
            raise ContainerError(_CLOSED)
        binding = self._wiring.dependencies.find(key)
        if binding is None or binding.kind is not Kind.PROVIDED:
            return  # overridden: the other binding stands
        place = self._wiring.place(binding)
        if self._kept[place] is not missing:
            raise ContainerError(f"{binding}: provided before in this scope")
        self._kept[place] = value

    @property
    def is_light(self) -> bool:
        """Whether nothing in it has to be closed at its end."""
        return self._kept is None or not self._kept[EXITS]

    def __enter__(self) -> Self:
        if self._kept is None:
            raise ContainerError(_CLOSED)
        self._table = self._wiring.scope_table
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        exits: Exits = self._kept[EXITS]
        self._kept = None
        self._table = _NOTHING
        return close(exits, error) if exits else None

    async def __aenter__(self) -> Self:
        if self._kept is None:
            raise ContainerError(_CLOSED)
        wiring = self._wiring
        self._table = wiring.scope_table
        self._async_table = wiring.scope_async_table
        return self

    def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Coroutine[Any, Any, bool | None]:
        exits: Exits = self._kept[EXITS]
        self._kept = None
        self._table = self._async_table = _NOTHING
        return aclose(exits, error)

    def _resolver(self, request: Any) -> Resolve:
        self._must_be_open()
        return self._wiring.get(request, scoped=True)

    def _async_resolver(self, request: Any) -> AsyncResolve:
        self._must_be_open()
        return self._wiring.aget(request, scoped=True, awaits=hasattr(self, "_async_table"))

    def _must_be_open(self) -> None:
        if not hasattr(self, "_table"):
            raise ContainerError("the scope is not open yet: `with container.scope() as scope`")
        if self._kept is None:
            raise ContainerError(_CLOSED)
