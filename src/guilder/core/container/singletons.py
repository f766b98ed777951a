"""Keeps the singletons of a container, and builds each of them once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from guilder.core.container.bindings import Binding
from guilder.core.container.closing import Exits
from guilder.core.container.waiting import Claim, Kept, Waits, wake


class Singletons:
    """The singletons that are built, in a container or in an override of it, and how they end.

    Functions that build a singleton get a `kept` that has nothing but the place for clean-ups.
    """

    def __init__(self) -> None:
        self.built: dict[Binding, Any] = {}
        self.exits: Exits = []
        self._kept: Kept = [self.exits]
        self._claims: dict[Binding, Claim] = {}
        self._waits = Waits()

    def once(self, binding: Binding, make: Callable[[Any], Any]) -> None:
        """Build it, unless it is built; wait for another thread that is at it."""
        claim: Claim = []
        while binding not in self.built:
            if self._claims.setdefault(binding, claim) is not claim:
                self._waits.thread(self._claims, binding, binding)
                continue
            try:
                if binding not in self.built:
                    self.built[binding] = make(self._kept)
            finally:
                del self._claims[binding]
                wake(claim)

    async def aonce(self, binding: Binding, make: Callable[[Any], Awaitable[Any]]) -> None:
        """The same for what has to be awaited; wait for another task that is at it."""
        claim: Claim = []
        while binding not in self.built:
            if self._claims.setdefault(binding, claim) is not claim:
                await self._waits.task(self._claims, binding, binding)
                continue
            try:
                if binding not in self.built:
                    self.built[binding] = await make(self._kept)
            finally:
                del self._claims[binding]
                wake(claim)
