"""The books of all markets in memory, as of the last queued unit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Final

from guilder.shared.ids import MarketId, OrderId, PortfolioId
from guilder.trading.domain.order_book import OrderBook, RestingOrder

NAMES_KEPT: Final = 20_000


class ResidentBooks:
    """Filled from the database once; then they follow each unit as it is queued.

    When a queued unit could not be written, the books are not certain any more and are read again.
    """

    def __init__(self) -> None:
        self._books: dict[MarketId, OrderBook] = {}
        self._quiet_until: dict[MarketId, datetime] = {}
        self._names: OrderedDict[tuple[PortfolioId, str], OrderId] = OrderedDict()
        self._is_stale = True

    async def of(
        self, market: MarketId, read: Callable[[], Awaitable[Iterable[tuple[MarketId, RestingOrder]]]]
    ) -> OrderBook:
        """`read` reads all open orders of all markets, once everything queued is settled."""
        if self._is_stale:
            found = await read()
            self._books = {}
            self._quiet_until = {}
            for of_market, order in found:
                self._of(of_market).put(order)
            self._is_stale = False
        return self._of(market)

    def note(self, market: MarketId, order_id: OrderId, resting: RestingOrder | None) -> None:
        """Follow an order that was saved; None when it is over."""
        if resting is None:
            self._of(market).remove(order_id)
        else:
            self._of(market).put(resting)

    def quiet_until(self, market: MarketId) -> datetime | None:
        """Up to where nothing happened to the orders that rest here, though nobody recorded it."""
        return self._quiet_until.get(market)

    def note_quiet(self, market: MarketId, until: datetime) -> None:
        """Nothing happened up to then; an order that comes later is not concerned."""
        self._quiet_until[market] = until

    def forget_quiet(self, market: MarketId) -> None:
        """What was noted as quiet was not written: the market may stand before it again."""
        self._quiet_until.pop(market, None)

    def named(self, portfolio_id: PortfolioId, client_order_id: str) -> OrderId | None:
        """The order of that name, if it was saved lately: it may be queued, and not in the database yet."""
        return self._names.get((portfolio_id, client_order_id))

    def note_name(self, portfolio_id: PortfolioId, client_order_id: str, order_id: OrderId) -> None:
        """Remember the name of an order that was saved, for longer than a queue can take."""
        self._names[portfolio_id, client_order_id] = order_id
        if len(self._names) > NAMES_KEPT:
            self._names.popitem(last=False)

    def mark_stale(self) -> None:
        """What they followed was not written."""
        self._is_stale = True
        self._names.clear()

    def _of(self, market: MarketId) -> OrderBook:
        book = self._books.get(market)
        if book is None:
            book = self._books[market] = OrderBook()
        return book
