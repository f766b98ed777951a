"""When the next slices of open orders are due, in memory, as of the last queued unit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Iterable
from datetime import datetime
from heapq import heappop, heappush

from guilder.shared.ids import MarketId, OrderId

Due = tuple[MarketId, OrderId, datetime]


class ResidentPlans:
    """Filled from the database once; then they follow each unit as it is queued.

    When a queued unit could not be written, they are not certain any more and are read again.
    """

    def __init__(self) -> None:
        self._due: dict[MarketId, dict[OrderId, datetime]] = {}
        self._in_order: dict[MarketId, list[tuple[datetime, OrderId]]] = {}
        """Heaps. What is not in `_due` any more is left where it is until it comes up."""
        self._is_stale = True

    async def earliest(
        self, market: MarketId, read: Callable[[], Awaitable[Iterable[Due]]], but: Container[OrderId] = ()
    ) -> tuple[datetime, OrderId] | None:
        """What is due first in a market, of all orders `but` these; None when nothing is.

        `read` reads all slices that are due next, of all markets, once everything queued is settled.
        """
        if self._is_stale:
            found = await read()
            self._due, self._in_order = {}, {}
            for of_market, order_id, due_at in found:
                self.note(of_market, order_id, due_at)
            self._is_stale = False
        due, in_order = self._due.get(market), self._in_order.get(market)
        if not due or not in_order:
            return None
        passed_over = []
        try:
            while in_order:
                due_at, order_id = in_order[0]
                if due.get(order_id) == due_at:
                    if order_id not in but:
                        return in_order[0]
                    passed_over.append(in_order[0])
                heappop(in_order)
            return None
        finally:
            for one in passed_over:
                heappush(in_order, one)

    def note(self, market: MarketId, order_id: OrderId, due_at: datetime | None) -> None:
        """Follow an order that was saved; None when no slice of it is due any more."""
        if due_at is None:
            self._due.get(market, {}).pop(order_id, None)
        else:
            due = self._due.setdefault(market, {})
            if due.get(order_id) != due_at:
                due[order_id] = due_at
                heappush(self._in_order.setdefault(market, []), (due_at, order_id))

    def mark_stale(self) -> None:
        """What they followed was not written."""
        self._is_stale = True
