"""Which orders rest in which market, in memory, as of the last queued unit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from guilder.shared.ids import MarketId, OrderId, PortfolioId

NAMES_KEPT: Final = 20_000


class OrderBook:
    """Filled from the database once; then it follows each unit as it is queued.

    When a queued unit could not be written, the book is not certain any more and is read again.
    """

    def __init__(self) -> None:
        self._open: dict[MarketId, dict[OrderId, None]] = {}
        self._names: OrderedDict[tuple[PortfolioId, str], OrderId] = OrderedDict()
        self._is_stale = True

    async def open_in(
        self, market: MarketId, read: Callable[[], Awaitable[Sequence[tuple[MarketId, OrderId]]]]
    ) -> Sequence[OrderId]:
        """Oldest first. `read` reads all open orders of all markets, once everything queued is settled."""
        if self._is_stale:
            self._is_stale = False
            self._open = {}
            for of_market, order_id in await read():
                self._open.setdefault(of_market, {})[order_id] = None
        return list(self._open.get(market, ()))

    def note(self, market: MarketId, order_id: OrderId, *, is_open: bool) -> None:
        """Follow an order that was saved."""
        resting = self._open.setdefault(market, {})
        if is_open:
            resting.setdefault(order_id)
        else:
            resting.pop(order_id, None)

    def named(self, portfolio_id: PortfolioId, client_order_id: str) -> OrderId | None:
        """The order of that name, if it was saved lately: it may be queued, and not in the database yet."""
        return self._names.get((portfolio_id, client_order_id))

    def note_name(self, portfolio_id: PortfolioId, client_order_id: str, order_id: OrderId) -> None:
        """Remember the name of an order that was saved, for longer than a queue can take."""
        self._names[portfolio_id, client_order_id] = order_id
        if len(self._names) > NAMES_KEPT:
            self._names.popitem(last=False)

    def mark_stale(self) -> None:
        """What it followed was not written."""
        self._is_stale = True
        self._names.clear()
