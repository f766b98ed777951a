"""Events on their way out: saved with the change that caused them, told to other rooms by the relay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from guilder.core.ids import IdSource
from guilder.core.serialization import encode_event
from guilder.shared.events import Event


class Outbox:
    """Turns events into rows, and wakes the relay once they are saved.

    `wanted` names the events that somebody subscribes to; the others are kept as history only. `encode` is how the text
    of those is made, where somebody remembers what it says.
    """

    def __init__(
        self, ids: IdSource, wanted: Iterable[str] = (), encode: Callable[[Event], str] = encode_event
    ) -> None:
        self._ids = ids
        self._encode = encode
        self._wanted = frozenset(wanted)
        self._generation = 0
        self._last_of: dict[str, int] = {}
        """The generation of the last news of each name."""
        self._waiters: list[asyncio.Future[None]] = []

    def rows(self, events: Iterable[Event], recorded_at: datetime) -> Iterator[dict[str, Any]]:
        """One row for `core_outbox` an event, in order."""
        for event in events:
            name = type(event).__name__
            is_wanted = name in self._wanted
            yield {
                "event_id": self._ids.new(),
                "name": name,
                "version": event.version,
                "aggregate_id": event.aggregate_id,
                "payload": self._encode(event) if is_wanted else encode_event(event),
                "recorded_at": recorded_at,
                "is_pending": is_wanted,
            }

    @property
    def generation(self) -> int:
        """Grows with each `wake`; read it before looking for events, and hand it to `news` afterwards."""
        return self._generation

    def wake(self, names: Iterable[str] | None = None) -> None:
        """Events of these names were saved, or of any: let the relay look at once, if somebody wants them."""
        saved = self._wanted if names is None else self._wanted.intersection(names)
        if names is not None and not saved:
            return
        self._generation += 1
        self._last_of.update(dict.fromkeys(saved, self._generation))
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def has_news_of(self, name: str, seen: int) -> bool:
        """Whether events of that name were saved here since `seen`."""
        return self._last_of.get(name, 0) > seen

    async def news(self, seen: int, within_seconds: float) -> None:
        """Returns when something was saved here since `seen`, or in time: other processes save, too."""
        if self._generation != seen:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await asyncio.wait([waiter], timeout=within_seconds)
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
