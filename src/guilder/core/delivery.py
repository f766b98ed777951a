"""Hands saved events to a subscriber, several in one unit of work.

The unit also holds an inbox row an event: what a subscriber changes in the database, it changes once. A durable commit
costs more than most handlers, so events that wait share one. Each is a part of it: one that fails takes back what it
had changed itself, and the unit ends there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from guilder.core.database import DatabaseUnavailableError
from guilder.core.serialization import EventRegistry
from guilder.core.tables import inbox
from guilder.core.unit import Unit
from guilder.core.unit_of_work import UnitOfWork
from guilder.shared.events import Event

T = TypeVar("T")

SECONDS_TOGETHER: Final = 0.1
"""After so long what was heard is saved. When the process dies before, it is told again, and mailed again."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A service that wants to hear of an event:
    `Subscription("notification.fills", OrderFilled, FillNotifier, "on_order_filled")`.

    `name` stands in the inbox and never changes; `method` of `service` takes the event.
    """

    name: str
    event: type[Event]
    service: type[Any]
    method: str


class Services(Protocol):
    """Where a delivery gets its service from: a scope of the container, with the system as caller."""

    async def aget(self, interface: type[T]) -> T: ...


@dataclass(slots=True)
class Told:
    """What became of some rows of the outbox."""

    heard: list[Any] = field(default_factory=list)
    failed: list[tuple[Any, Exception]] = field(default_factory=list)


class Delivery:
    """Tells one subscriber."""

    def __init__(
        self,
        subscription: Subscription,
        events: EventRegistry,
        open_scope: Callable[[], AbstractAsyncContextManager[Services]],
        seconds: float,
    ) -> None:
        self._subscription = subscription
        self._events = events
        self._open_scope = open_scope
        self._seconds = seconds
        """How long one event may take."""

    async def tell(self, rows: Iterable[Any]) -> Told:
        """Tell the events of some rows, in their order, until one fails or what was heard is to be saved."""
        told = Told()
        try:
            await self._tell_together(rows, told)
        except DatabaseUnavailableError as error:
            return Told(failed=[(row, error) for row in told.heard] + told.failed)
        except Exception as error:  # whatever became of the commit, each is told again by itself
            alone = await self._tell_each_alone(told.heard, error)
            return Told(alone.heard, alone.failed + told.failed)
        return told

    async def _tell_together(self, rows: Iterable[Any], told: Told) -> None:
        # Twice: the last event may take all of its time, and so may the commit.
        async with asyncio.timeout(2 * self._seconds + SECONDS_TOGETHER), self._open_scope() as services:
            service = await services.aget(self._subscription.service)
            handle: Callable[[Event], Awaitable[None]] = getattr(service, self._subscription.method)
            unit = await services.aget(Unit)
            async with await services.aget(UnitOfWork):
                await self._tell_in_turn(rows, told, handle, unit)

    async def _tell_in_turn(
        self, rows: Iterable[Any], told: Told, handle: Callable[[Event], Awaitable[None]], unit: Unit
    ) -> None:
        now = asyncio.get_running_loop().time
        until = now() + SECONDS_TOGETHER
        telling: Any = None
        try:
            # One limit for all: none begins after `until`, so each has its time.
            async with asyncio.timeout(self._seconds + SECONDS_TOGETHER):
                for row in rows:
                    telling = row
                    with unit.part():
                        await handle(self._events.decode_event(row.name, row.version, row.payload))
                        unit.add(inbox, {"subscriber": self._subscription.name, "event_id": row.event_id})
                    told.heard.append(row)
                    telling = None
                    if now() >= until:
                        return
        except Exception as error:  # whatever a subscriber does, the others are told
            if telling is None:
                raise
            told.failed.append((telling, error))

    async def _tell_each_alone(self, rows: Sequence[Any], error: Exception) -> Told:
        """Each in a unit of its own, so that only the guilty fail; a single one is guilty."""
        if len(rows) == 1:
            return Told(failed=[(rows[0], error)])
        told = Told()
        for row in rows:
            if all(row.aggregate_id != failed.aggregate_id for failed, _ in told.failed):
                alone = await self.tell([row])
                told.heard += alone.heard
                told.failed += alone.failed
        return told
