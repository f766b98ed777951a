"""Other bindings for a while, in one task and what it starts: for tests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar, Token
from threading import Lock
from types import TracebackType
from typing import Self

from guilder.core.container.bindings import Binding
from guilder.core.container.closing import aclose, close
from guilder.core.container.keys import ContainerError
from guilder.core.container.singletons import Singletons
from guilder.core.container.wiring import Wiring


class Override:
    """While its `with` block lasts another binding holds, in this task or thread and the tasks it starts.

    Singletons built from what is overridden are built anew for the block and closed at its end; all others
    stay the container's. Blocks can be nested. A scope that was opened before keeps its bindings.
    """

    def __init__(self, overrides: Overrides, binding: Binding) -> None:
        self._overrides = overrides
        self._binding = binding
        self._singletons = Singletons()
        self._token: Token[Override | None] | None = None
        self.outer: Override | None = None
        self.wiring: Wiring | None = None  # there while the block lasts

    def __enter__(self) -> Self:
        if self._token is not None:
            raise ContainerError("this override was entered before: make another")
        self.outer = self._overrides.current.get()
        wiring = self._overrides.wiring()
        registry = wiring.registry.having(self._binding)
        self.wiring = Wiring(registry, wiring.built_in, self._singletons, wiring)
        self._token = self._overrides.current.set(self)
        self._overrides.count(+1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self._leave()
        return close(self._singletons.exits, error)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self._leave()
        return await aclose(self._singletons.exits, error)

    def _leave(self) -> None:
        self.wiring = None
        self._overrides.count(-1)
        if self._token is not None:
            with suppress(ValueError):  # left in another context than entered: it ends there all the same
                self._overrides.current.reset(self._token)


class Overrides:
    """All overrides of one container. As long as there are none, nobody looks here."""

    def __init__(self, base: Callable[[], Wiring], changed: Callable[[], None]) -> None:
        self.current: ContextVar[Override | None] = ContextVar("override", default=None)
        self._base = base
        self._changed = changed
        self._active = 0
        self._guard = Lock()

    def __bool__(self) -> bool:
        return self._active > 0

    def wiring(self) -> Wiring:
        """The bindings that hold here and now."""
        override = self.current.get() if self._active else None
        while override is not None:
            if override.wiring is not None:
                return override.wiring
            override = override.outer
        return self._base()

    def count(self, change: int) -> None:
        with self._guard:
            self._active += change
        self._changed()
