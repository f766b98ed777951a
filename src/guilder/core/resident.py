"""Aggregates in memory, as units know them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, Protocol

from guilder.shared.errors import GuilderError
from guilder.shared.events import Event


class Root(Protocol):
    """The root of an aggregate, as far as storing it goes."""

    version: int

    @property
    def id(self) -> Hashable: ...
    @property
    def is_changed(self) -> bool: ...
    def release_events(self) -> list[Event]: ...


Key = tuple[type[Any], Hashable]
"""What an aggregate is known by: its class and its id."""

SPOILT: Final = -1
"""The version of an aggregate that carries changes of a unit that came to nothing."""


class Resident:
    """An aggregate in memory, and what became of it."""

    __slots__ = ("aggregate", "death", "key")

    def __init__(self, key: Hashable, aggregate: Any) -> None:
        self.key = key
        self.aggregate = aggregate
        self.death: type[GuilderError] | None = None
        """A commit that held its change failed, or the database went away: whoever built on it fails with this."""

    @property
    def is_dead(self) -> bool:
        return self.death is not None


class Residents(Protocol):
    """Where aggregates live between units; the plain way keeps none."""

    async def find(self, key: Hashable, load: Callable[[], Awaitable[Any]]) -> Resident | None: ...
    def peek(self, key: Hashable) -> Resident | None: ...
    def admit(self, key: Hashable, aggregate: Any) -> Resident: ...
