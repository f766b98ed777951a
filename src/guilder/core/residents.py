"""Aggregates that stay in memory between the units of the core's writer."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable
from itertools import islice
from typing import Any, Final

from guilder.core.resident import Resident
from guilder.shared.errors import UnavailableError

DEFAULT_CAPACITY: Final = 20_000


class ResidentAggregates:
    """A bounded cache, used only by whoever has the turn.

    A change that is queued but not yet durable is in memory and not in the database; so what has such changes is
    never dropped for room, and what was forgotten is read again only when they are settled.
    """

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        self._capacity = capacity
        self._by_key: OrderedDict[Hashable, Resident] = OrderedDict()
        self._unsettled: dict[Hashable, int] = {}
        """How many changes of it are on their way, of what has any."""
        self._settled: dict[Hashable, asyncio.Event] = {}
        """What is waited for until it is settled."""

    def __len__(self) -> int:
        return len(self._by_key)

    async def find(self, key: Hashable, load: Callable[[], Awaitable[Any]]) -> Resident | None:
        """The aggregate in memory, or read by `load` once nothing of it is on its way."""
        resident = self.peek(key)
        if resident is not None:
            return resident
        if self.is_unsettled(key):
            await self._settled.setdefault(key, asyncio.Event()).wait()
        aggregate = await load()
        return None if aggregate is None else self.admit(key, aggregate)

    def peek(self, key: Hashable) -> Resident | None:
        """The aggregate if it is in memory."""
        resident = self._by_key.get(key)
        if resident is not None:
            self._by_key.move_to_end(key)
        return resident

    def admit(self, key: Hashable, aggregate: Any) -> Resident:
        """Keep an aggregate that was just read or made."""
        resident = self._by_key[key] = Resident(key, aggregate)
        return resident

    def make_room(self) -> None:
        """Drop what was not used for longest; called between two units, when nobody has anything in hand."""
        excess = len(self._by_key) - self._capacity
        if excess > 0:
            for key in list(islice((key for key in self._by_key if key not in self._unsettled), excess)):
                del self._by_key[key]

    def forget(self, resident: Resident) -> None:
        """It was changed by a unit that came to nothing: read it again."""
        if self._by_key.get(resident.key) is resident:
            del self._by_key[resident.key]

    def forget_all(self, death: type[UnavailableError]) -> None:
        """The database is away, so nothing in memory is certain: whoever built on it fails with that."""
        for resident in self._by_key.values():
            resident.death = death
        self._by_key.clear()

    def is_unsettled(self, key: Hashable) -> bool:
        """Whether a change of it is on its way to the database."""
        return key in self._unsettled

    def queue(self, keys: Iterable[Hashable]) -> None:
        """A unit that changed these is on its way."""
        for key in keys:
            self._unsettled[key] = self._unsettled.get(key, 0) + 1

    def settle(self, keys: Iterable[Hashable]) -> None:
        """A unit that changed these is written, or has failed."""
        for key in keys:
            left = self._unsettled[key] - 1
            if left:
                self._unsettled[key] = left
                continue
            del self._unsettled[key]
            if self._settled and key in self._settled:
                self._settled.pop(key).set()
