"""Tells other rooms what happened: at least once, in order for each aggregate, to each subscriber on its own.

Each subscription has a worker that reads the outbox, so a slow or failing subscriber keeps nobody else waiting. The
handler runs inside a unit of work that also holds its inbox row: what it changes in the database, it changes once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

import structlog
from sqlalchemy import Connection, exists, func, select, update

from guilder.core.clock import Clock
from guilder.core.database import Database, DatabaseUnavailableError
from guilder.core.outbox import Outbox
from guilder.core.serialization import EventRegistry
from guilder.core.tables import PENDING, inbox, outbox
from guilder.core.unit import Unit
from guilder.core.unit_of_work import UnitOfWork
from guilder.shared.events import Event

PAGE: Final = 200
POLL_SECONDS: Final = 0.5
DELIVERY_SECONDS: Final = 60
LONGEST_BACKOFF_SECONDS: Final = 60
_LOOK_AGAIN_SECONDS: Final = 0.01

log = structlog.get_logger(__name__)

T = TypeVar("T")


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
class _Patience:
    """How long to leave an aggregate alone after failures."""

    failures: int = 0
    not_before: float = 0

    def failed(self, now: float) -> float:
        self.failures += 1
        wait: float = min(0.1 * 2.0**self.failures, LONGEST_BACKOFF_SECONDS)
        self.not_before = now + wait
        return wait


class Relay:
    """Runs one worker a subscription until it is stopped."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        events: EventRegistry,
        news: Outbox,
        subscriptions: Sequence[Subscription],
        open_scope: Callable[[], AbstractAsyncContextManager[Services]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._events = events
        self._news = news
        self._subscriptions = subscriptions
        self._open_scope = open_scope
        self._workers: list[asyncio.Task[None]] = []
        self._is_closing = False
        self._patience: dict[tuple[str, str], _Patience] = {}

    def start(self, on_death: Callable[[BaseException], None] | None = None) -> None:
        """Start the workers; `on_death` hears if one of them dies."""

        def died(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None and on_death is not None:
                on_death(error)

        for subscription in self._subscriptions:
            worker = asyncio.create_task(self._work(subscription), name=f"relay {subscription.name}")
            worker.add_done_callback(died)
            self._workers.append(worker)

    async def close(self) -> None:
        """Let each worker finish the event it is at; what is left is told after the next start."""
        self._is_closing = True
        self._news.wake()
        if self._workers:
            await asyncio.wait(self._workers, timeout=DELIVERY_SECONDS)

    async def backlog(self) -> int:
        """How many saved events some subscriber has not heard of yet."""
        row = await self._database.fetch_one(select(func.count()).select_from(outbox).where(PENDING))
        return 0 if row is None else int(row[0])

    async def told(self) -> None:
        """Returns once every subscriber has heard of everything saved so far; failing ones keep it waiting."""
        while await self.backlog():
            await self._news.news(self._news.generation, _LOOK_AGAIN_SECONDS)

    async def _work(self, subscription: Subscription) -> None:
        while not self._is_closing:
            seen = self._news.generation
            try:
                if await self._pass(subscription):
                    continue
            except DatabaseUnavailableError:
                log.warning("relay_waits_for_database", subscriber=subscription.name)
                await asyncio.sleep(POLL_SECONDS)
            await self._news.news(seen, POLL_SECONDS)

    async def _pass(self, subscription: Subscription) -> bool:
        """Tell one page of what waits; whether anything was told."""
        told = False
        held_back: set[str] = set()
        position = 0
        while rows := await self._waiting(subscription, position):
            for row in rows:
                position = row.position
                if self._is_closing:
                    return False
                if row.aggregate_id in held_back or not self._may_try(subscription, row.aggregate_id):
                    held_back.add(row.aggregate_id)
                    continue
                if await self._tell(subscription, row):
                    told = True
                else:
                    held_back.add(row.aggregate_id)
        if told:
            await self._database.write(self._sweep(subscription.event.__name__))
        return told

    async def _waiting(self, subscription: Subscription, after: int) -> Sequence[Any]:
        heard = exists().where((inbox.c.event_id == outbox.c.event_id) & (inbox.c.subscriber == subscription.name))
        query = (
            select(outbox)
            .where(PENDING, outbox.c.name == subscription.event.__name__)
            .where(outbox.c.position > after, ~heard)
            .order_by(outbox.c.position)
            .limit(PAGE)
        )
        return await self._database.fetch_all(query)

    def _may_try(self, subscription: Subscription, aggregate_id: str) -> bool:
        patience = self._patience.get((subscription.name, aggregate_id))
        return patience is None or patience.not_before <= self._clock.now().timestamp()

    async def _tell(self, subscription: Subscription, row: Any) -> bool:
        key = (subscription.name, row.aggregate_id)
        try:
            event = self._events.decode_event(row.name, row.version, row.payload)
            async with asyncio.timeout(DELIVERY_SECONDS), self._open_scope() as scope:
                service = await scope.aget(subscription.service)
                handle: Callable[[Event], Awaitable[None]] = getattr(service, subscription.method)
                unit = await scope.aget(Unit)
                async with await scope.aget(UnitOfWork):
                    await handle(event)
                    unit.add(inbox, {"subscriber": subscription.name, "event_id": row.event_id})
        except Exception as error:  # whatever a subscriber does, the relay lives on and tries again
            patience = self._patience.setdefault(key, _Patience())
            wait = patience.failed(self._clock.now().timestamp())
            log.warning(
                "event_not_delivered",
                subscriber=subscription.name,
                event_name=row.name,
                position=row.position,
                attempts=patience.failures,
                next_try_in_seconds=wait,
                error=f"{type(error).__name__}: {error}"[:300],
            )
            return False
        self._patience.pop(key, None)
        return True

    def _sweep(self, name: str) -> Callable[[Connection], None]:
        """Marks the events of one name that all their subscribers have heard."""
        subscribers = [item.name for item in self._subscriptions if item.event.__name__ == name]
        heard = (
            select(func.count())
            .where(inbox.c.event_id == outbox.c.event_id, inbox.c.subscriber.in_(subscribers))
            .scalar_subquery()
        )
        done = update(outbox).where(PENDING, outbox.c.name == name, heard == len(subscribers)).values(is_pending=False)

        def sweep(connection: Connection) -> None:
            connection.execute(done)

        return sweep
