"""When the next slices of open orders are due, in memory, as of the last queued unit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime

from guilder.shared.ids import MarketId, OrderId

Due = tuple[MarketId, OrderId, datetime]


class ResidentPlans:
    """Filled from the database once; then they follow each unit as it is queued.

    When a queued unit could not be written, they are not certain any more and are read again.
    """

    def __init__(self) -> None:
        self._due: dict[MarketId, dict[OrderId, datetime]] = {}
        self._is_stale = True

    async def of(self, market: MarketId, read: Callable[[], Awaitable[Iterable[Due]]]) -> Mapping[OrderId, datetime]:
        """`read` reads all slices that are due next, of all markets, once everything queued is settled."""
        if self._is_stale:
            found = await read()
            self._due = {}
            for of_market, order_id, due_at in found:
                self.note(of_market, order_id, due_at)
            self._is_stale = False
        return self._due.get(market, {})

    def note(self, market: MarketId, order_id: OrderId, due_at: datetime | None) -> None:
        """Follow an order that was saved; None when no slice of it is due any more."""
        if due_at is None:
            self._due.get(market, {}).pop(order_id, None)
        else:
            self._due.setdefault(market, {})[order_id] = due_at

    def mark_stale(self) -> None:
        """What they followed was not written."""
        self._is_stale = True
