"""What one scope keeps, and whose turn it is to build in it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from threading import Lock
from types import FrameType
from typing import Any

from guilder.core.container.claims import Claim
from guilder.core.container.closing import Exits
from guilder.core.container.errors import ContainerError

GENERATED = "<wiring of "


missing: Any = object()


class Kept:
    """The things of one scope, each an attribute. Every wiring derives a kind with `missing` as their defaults.

    `turn` holds one token, taken by whoever builds: `True` while nothing was built yet, `False` later.
    `exits` are the generators to resume at the end, `claims` the things that are just being awaited.
    """

    __slots__ = ("__dict__", "claims", "exits", "scope", "turn")

    claims: dict[str, Claim]
    exits: Exits
    scope: Any
    turn: list[bool]

    @classmethod
    def of(cls, names: Iterable[str]) -> type[Kept]:
        """The kind for things of these names."""
        return type(cls.__name__, (cls,), dict.fromkeys(names, missing))


class Turns:
    """Lets one thread at a time build in a scope; without a second thread nobody ever comes here."""

    def __init__(self) -> None:
        self.waiting: dict[Kept, list[Any]] = {}
        self._guard = Lock()

    def wait(self, kept: Kept) -> bool:
        """Take the turn once it is free. True: the caller is part of the turn under way, and shall just build.

        Raises:
            ContainerError: a recipe asks its scope for something without having asked for the `Scope`.
        """
        if _is_building(kept):
            return True
        while True:
            gate = Lock()
            gate.acquire()
            with self._guard:
                self.waiting.setdefault(kept, []).append(gate)
            try:
                kept.turn.pop()
            except IndexError:
                gate.acquire()
            else:
                return False

    def wake(self, kept: Kept) -> None:
        """Let those who wait for this scope try again."""
        with self._guard:
            gates = self.waiting.pop(kept, [])
        for gate in gates:
            gate.release()


def _is_building(kept: Kept) -> bool:
    """Whether this very call chain comes from a function that builds in the scope: it holds the turn."""
    frame: FrameType | None = sys._getframe(3)
    while frame is not None:
        if frame.f_code.co_filename.startswith(GENERATED) and frame.f_locals.get("kept") is kept:
            if frame.f_locals.get("fresh"):
                raise ContainerError(
                    f"{frame.f_code.co_name}: something in it asks its scope for more while it is built; "
                    "take that as a parameter, or take the Scope"
                )
            if "fresh" in frame.f_locals:
                return True
        frame = frame.f_back
    return False
