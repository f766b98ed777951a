"""Tells other rooms what happened: at least once, in order for each aggregate, to each subscriber on its own.

Each subscription has a worker that reads the outbox, so a slow or failing subscriber keeps nobody else waiting.

An event that a subscriber cannot bear is set aside after some tries. For that subscriber the later events of the same
aggregate wait behind it, until an admin lets it be told again; nothing else waits. What fails because something is away
is tried for a day: it is not the event's fault.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, Connection, Select, Update, and_, bindparam, delete, exists, func, select, update

from guilder.core.clock import Clock
from guilder.core.database import Database, DatabaseUnavailableError
from guilder.core.delivery import Delivery, Services, Subscription
from guilder.core.outbox import Outbox
from guilder.core.patience import Patience
from guilder.core.serialization import EventRegistry
from guilder.core.set_aside import SetAsideEvent, SetAsideEvents
from guilder.core.tables import PENDING, SET_ASIDE, inbox, outbox, set_aside

PAGE: Final = 200
POLL_SECONDS: Final = 0.5
DELIVERY_SECONDS: Final = 60
LONGEST_ERROR: Final = 2_000
_LOOK_AGAIN_SECONDS: Final = 0.01
_SECONDS_TO_GATHER: Final = 0.25
"""How long a worker that has told something lets news gather: under load it tells them together, and each telling is
some commits and questions, however much is told."""

_THESE: Final = outbox.c.position.in_(bindparam("positions", expanding=True))
_TAKE: Final = select(outbox.c.position).where(_THESE).order_by(outbox.c.position).with_for_update()
"""Whoever settles takes the rows in the same order, so that two of them never wait for each other."""

log = structlog.get_logger(__name__)


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
        aside: SetAsideEvents,
        *,
        delivery_seconds: float = DELIVERY_SECONDS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._events = events
        self._news = news
        self._subscriptions = subscriptions
        self._open_scope = open_scope
        self._aside = aside
        self._delivery_seconds = delivery_seconds
        self._poll_seconds = poll_seconds
        self._pages = {each: _page_of(each) for each in subscriptions}
        self._settlings = {each: self._settling(each.event.__name__).where(_THESE) for each in subscriptions}
        self._workers: list[asyncio.Task[None]] = []
        self._is_closing = False
        self._patience: dict[Subscription, dict[str, Patience]] = {each: {} for each in subscriptions}

    def start(self, on_death: Callable[[BaseException], None] | None = None) -> None:
        """Start the workers; `on_death` hears if one of them dies."""

        def died(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None and on_death is not None:
                on_death(error)

        work = [("relay", self._settle_what_was_left())]
        work += [(f"relay {subscription.name}", self._work(subscription)) for subscription in self._subscriptions]
        for name, running in work:
            worker = asyncio.create_task(running, name=name)
            worker.add_done_callback(died)
            self._workers.append(worker)

    async def close(self) -> None:
        """Let each worker finish the event it is at; what is left is told after the next start."""
        self._is_closing = True
        self._news.wake()
        if self._workers:
            _, late = await asyncio.wait(self._workers, timeout=self._delivery_seconds)
            for worker in late:
                worker.cancel()
            await asyncio.wait(self._workers, timeout=self._delivery_seconds)

    async def backlog(self) -> int:
        """How many saved events some subscriber has not heard of yet."""
        row = await self._database.fetch_one(select(func.count()).select_from(outbox).where(PENDING))
        return 0 if row is None else int(row[0])

    async def told(self) -> None:
        """Returns once every subscriber has heard of everything saved so far; failing ones keep it waiting."""
        while await self.backlog():
            await self._news.news(self._news.generation, _LOOK_AGAIN_SECONDS)

    async def _settle_what_was_left(self) -> None:
        """Settle what a process that died had told, and what nobody wants any more."""
        names = {subscription.event.__name__ for subscription in self._subscriptions}
        subscribers = {subscription.name for subscription in self._subscriptions}

        def settle_all(connection: Connection) -> None:
            connection.execute(update(outbox).where(PENDING, outbox.c.name.not_in(names)).values(is_pending=False))
            connection.execute(delete(set_aside).where(set_aside.c.subscriber.not_in(subscribers)))
            for name in names:
                connection.execute(self._settling(name))

        while not self._is_closing:
            try:
                await self._database.write(settle_all)
            except DatabaseUnavailableError:
                await asyncio.sleep(self._poll_seconds)
            else:
                return

    async def _work(self, subscription: Subscription) -> None:
        while not self._is_closing:
            seen = self._news.generation
            try:
                if await self._pass(subscription):
                    await asyncio.sleep(_SECONDS_TO_GATHER)
                    continue
            except DatabaseUnavailableError:
                log.warning("relay_waits_for_database", subscriber=subscription.name)
                await asyncio.sleep(self._poll_seconds)
            await self._news_for(subscription, seen)

    async def _news_for(self, subscription: Subscription, seen: int) -> None:
        """Returns when something was saved that it wants to hear, or in time: other processes save, too."""
        now = asyncio.get_running_loop().time
        until = now() + self._poll_seconds
        while True:
            await self._news.news(seen, until - now())
            generation = self._news.generation
            if generation == seen or self._is_closing or self._news.has_news_of(subscription.event.__name__, seen):
                return
            seen = generation

    def _must_stop(self) -> bool:
        return self._is_closing

    async def _pass(self, subscription: Subscription) -> bool:
        """Tell what waits, page by page; whether anything was told."""
        told_any = False
        held_back: set[str] = set()
        position = 0
        while not self._is_closing:
            rows = await self._waiting(subscription, position)
            if position:
                held_back |= await self._overtaken(subscription, rows, position)
            elif not rows:
                self._patience[subscription].clear()
            told: list[int] = []
            waiting = deque(rows)
            while waiting and not self._must_stop():
                told += await self._tell(subscription, self._allowed(subscription, waiting, held_back), held_back)
            if rows:
                position = rows[-1].position
            if told:
                told_any = True
                await self._settle(subscription, told)
            if len(rows) < PAGE:
                break
        return told_any

    async def _waiting(self, subscription: Subscription, after: int) -> Sequence[Any]:
        page = self._pages[subscription].params(after=after)

        def look(connection: Connection) -> Sequence[Any]:
            _plan_anew(connection)
            return connection.execute(page).fetchall()

        return await self._database.read(look)

    async def _overtaken(self, subscription: Subscription, rows: Sequence[Any], up_to: int) -> set[str]:
        """Which aggregates have an earlier event before this page: one that was held back, or committed meanwhile."""
        aggregates = {row.aggregate_id for row in rows}
        if not aggregates:
            return aggregates
        earlier = select(outbox.c.aggregate_id).distinct().where(_unheard(subscription), outbox.c.position <= up_to)
        found = await self._database.fetch_all(earlier.where(outbox.c.aggregate_id.in_(aggregates)))
        return {row.aggregate_id for row in found}

    def _may_try(self, subscription: Subscription, aggregate_id: str) -> bool:
        patience = self._patience[subscription].get(aggregate_id)
        return patience is None or patience.is_over(self._clock.now().timestamp())

    def _allowed(self, subscription: Subscription, waiting: deque[Any], held_back: set[str]) -> Iterator[Any]:
        """Those of the rows that wait that may be told now, one after the other; the others are held back."""
        while waiting and not self._must_stop():
            row = waiting.popleft()
            if row.aggregate_id not in held_back and self._may_try(subscription, row.aggregate_id):
                yield row
            else:
                held_back.add(row.aggregate_id)

    async def _tell(self, subscription: Subscription, rows: Iterator[Any], held_back: set[str]) -> list[int]:
        """Tell some of these; the positions of those that were heard."""
        delivery = Delivery(subscription, self._events, self._open_scope, self._delivery_seconds)
        told = await delivery.tell(rows)
        for row in told.heard:
            self._patience[subscription].pop(row.aggregate_id, None)
        for row, error in told.failed:
            held_back.add(row.aggregate_id)
            await self._failed(subscription, row, error)
        return [row.position for row in told.heard]

    async def _failed(self, subscription: Subscription, row: Any, error: Exception) -> None:
        patience, now = self._patience[subscription], self._clock.now()
        of_aggregate = patience.setdefault(row.aggregate_id, Patience())
        wait = of_aggregate.failed(now.timestamp(), error)
        log.warning(
            "event_not_delivered",
            subscriber=subscription.name,
            event_name=row.name,
            position=row.position,
            attempts=of_aggregate.failures,
            next_try_in_seconds=wait,
            error=_told(error)[:300],
        )
        if of_aggregate.is_exhausted(now.timestamp()):
            await self._set_aside(subscription, row, of_aggregate.failures, error, now)
            del patience[row.aggregate_id]

    async def _set_aside(
        self, subscription: Subscription, row: Any, attempts: int, error: Exception, at: datetime
    ) -> None:
        event = SetAsideEvent(
            subscriber=subscription.name,
            event_id=row.event_id,
            position=row.position,
            event_name=row.name,
            aggregate_id=row.aggregate_id,
            attempts=attempts,
            error=_told(error)[:LONGEST_ERROR],
            set_aside_at=at,
        )
        await self._aside.put(event)
        log.error(
            "event_set_aside", subscriber=event.subscriber, event_name=event.event_name, set_aside_id=str(event.id)
        )

    async def _settle(self, subscription: Subscription, positions: Sequence[int]) -> None:
        """Settle those of these events that all who want them have heard."""
        these = {"positions": positions}

        def settle(connection: Connection) -> None:
            _plan_anew(connection)
            connection.execute(_TAKE, these)
            connection.execute(self._settlings[subscription], these)

        await self._database.write(settle)

    def _settling(self, name: str) -> Update:
        """Marks the events of one name that all their subscribers have heard."""
        subscribers = {item.name for item in self._subscriptions if item.event.__name__ == name}
        heard = (
            select(func.count())
            .where(inbox.c.event_id == outbox.c.event_id, inbox.c.subscriber.in_(subscribers))
            .scalar_subquery()
        )
        return update(outbox).where(PENDING, outbox.c.name == name, heard == len(subscribers)).values(is_pending=False)


def _plan_anew(connection: Connection) -> None:
    """A plan that was made while the inbox was small reads all of it for each event: until PostgreSQL next looks at the
    table by itself, which may take a minute."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")


def _page_of(subscription: Subscription) -> Select[Any]:
    """A page of what this subscriber is still to hear, after the position `after`; made once, since it costs more to
    build than to run."""
    waiting = select(outbox).where(
        _unheard(subscription), ~_is_behind(subscription), outbox.c.position > bindparam("after")
    )
    return waiting.order_by(outbox.c.position).limit(PAGE)


def _unheard(subscription: Subscription) -> ColumnElement[bool]:
    """The events that this subscriber is still to hear."""
    heard = exists().where(inbox.c.event_id == outbox.c.event_id, inbox.c.subscriber == subscription.name)
    return and_(PENDING, outbox.c.name == subscription.event.__name__, ~heard)


def _is_behind(subscription: Subscription) -> ColumnElement[bool]:
    """The events that are set aside for this subscriber, and the later ones of the same aggregate."""
    heard = exists().where(inbox.c.event_id == set_aside.c.event_id, inbox.c.subscriber == set_aside.c.subscriber)
    return exists().where(
        SET_ASIDE,
        set_aside.c.subscriber == subscription.name,
        set_aside.c.aggregate_id == outbox.c.aggregate_id,
        set_aside.c.position <= outbox.c.position,
        ~heard,
    )


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


__all__ = ["Relay", "Services", "Subscription"]
