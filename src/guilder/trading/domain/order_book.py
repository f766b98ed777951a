"""The orders that rest in one market, by what wakes them: a price, a session, or nothing but time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from guilder.published.market_data import Direction
from guilder.published.trading import Side
from guilder.shared.ids import OrderId
from guilder.shared.money import Price
from guilder.shared.symbol import StockSymbol
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_ticket import OrderTicket, OrderType, TimeInForce


@dataclass(frozen=True, slots=True)
class RestingOrder:
    """What a book knows of an order. `level` is the price that it waits for; None when any price will do."""

    id: OrderId
    symbol: StockSymbol
    level: Decimal | None
    direction: Direction
    is_for_the_session: bool
    """Whether it ends, one way or another, with the session that it is for."""
    needs_a_price: bool
    """Whether it is over when its symbol has no price in the session."""

    @classmethod
    def of(cls, order: Order) -> RestingOrder:
        return cls.by_terms(order.id, order.ticket, is_working=order.is_working, is_untouched=not order.filled_quantity)

    @classmethod
    def by_terms(cls, id: OrderId, ticket: OrderTicket, *, is_working: bool, is_untouched: bool) -> RestingOrder:
        """`is_working`: no stop holds it back any more; `is_untouched`: it was not filled in part."""
        level, direction = _awaited(ticket, is_working)
        return cls(
            id,
            ticket.symbol,
            None if level is None or ticket.time_in_force.is_immediate else level.amount,
            direction,
            is_for_the_session=ticket.time_in_force is not TimeInForce.GTC,
            needs_a_price=is_untouched and must_trade_in_session(ticket),
        )


def must_trade_in_session(ticket: OrderTicket) -> bool:
    """Whether an order that finds no price in its session is over: it is for this session, or takes any price.

    What was filled in part is never rejected: it waits for a session with a price.
    """
    return ticket.time_in_force is not TimeInForce.GTC or ticket.order_type is OrderType.MARKET


def _awaited(ticket: OrderTicket, is_working: bool) -> tuple[Price | None, Direction]:
    is_buy = ticket.side is Side.BUY
    if is_working:
        return ticket.limit_price, Direction.FALLING if is_buy else Direction.RISING
    return ticket.stop_price, Direction.RISING if is_buy else Direction.FALLING


class OrderBook:
    """Finds the orders that a range of prices wakes, at a cost that grows with those and not with all that rest."""

    def __init__(self, resting: Iterable[RestingOrder] = ()) -> None:
        self._resting: dict[OrderId, RestingOrder] = {}
        self._symbols: dict[StockSymbol, _SymbolBook] = {}
        self._for_the_session: dict[OrderId, None] = {}
        for order in resting:
            self.put(order)

    def __len__(self) -> int:
        return len(self._resting)

    def __iter__(self) -> Iterator[OrderId]:
        return iter(self._resting)

    @property
    def symbols(self) -> list[StockSymbol]:
        """Those of which any order rests."""
        return list(self._symbols)

    @property
    def for_the_session(self) -> list[OrderId]:
        """The orders that a session's close ends."""
        return list(self._for_the_session)

    def in_need_of_a_price(self, symbol: StockSymbol) -> list[OrderId]:
        """The orders that are over when their symbol has no price in the session."""
        book = self._symbols.get(symbol)
        return [] if book is None else list(book.in_need)

    def woken(self, symbol: StockSymbol, extremes: Callable[[], tuple[Price, Price]]) -> list[OrderId]:
        """The orders that could trade, or be triggered, where the price moves between these `extremes`.

        They are only asked for where an order waits for a price.
        """
        book = self._symbols.get(symbol)
        return [] if book is None else book.woken(extremes)

    def put(self, order: RestingOrder) -> None:
        """Take an order in, or follow what became of it."""
        known = self._resting.get(order.id)
        if known == order:
            return
        if known is not None:
            self.remove(order.id)
        self._resting[order.id] = order
        book = self._symbols.get(order.symbol)
        if book is None:
            book = self._symbols[order.symbol] = _SymbolBook()
        book.add(order)
        if order.is_for_the_session:
            self._for_the_session[order.id] = None

    def remove(self, order_id: OrderId) -> None:
        """Let go of an order that is over; nothing when it is not here."""
        known = self._resting.pop(order_id, None)
        if known is None:
            return
        self._for_the_session.pop(order_id, None)
        book = self._symbols[known.symbol]
        book.discard(known)
        if book.is_empty:
            del self._symbols[known.symbol]


class _SymbolBook:
    """One symbol's orders: sorted by the price that wakes them, a list for each direction."""

    def __init__(self) -> None:
        self._falling: list[tuple[Decimal, OrderId]] = []
        self._rising: list[tuple[Decimal, OrderId]] = []
        self._at_any_price: dict[OrderId, None] = {}
        self.in_need: dict[OrderId, None] = {}

    @property
    def is_empty(self) -> bool:
        return not (self._falling or self._rising or self._at_any_price)

    def woken(self, extremes: Callable[[], tuple[Price, Price]]) -> list[OrderId]:
        if not (self._falling or self._rising):
            return list(self._at_any_price)
        low, high = extremes()
        falling = self._falling[bisect_left(self._falling, low.amount, key=_level) :]
        rising = self._rising[: bisect_right(self._rising, high.amount, key=_level)]
        return [*self._at_any_price, *(order_id for _, order_id in (*falling, *rising))]

    def add(self, order: RestingOrder) -> None:
        if order.needs_a_price:
            self.in_need[order.id] = None
        if order.level is None:
            self._at_any_price[order.id] = None
        else:
            insort(self._levels(order), (order.level, order.id))

    def discard(self, order: RestingOrder) -> None:
        self.in_need.pop(order.id, None)
        if order.level is None:
            del self._at_any_price[order.id]
        else:
            levels = self._levels(order)
            del levels[bisect_left(levels, (order.level, order.id))]

    def _levels(self, order: RestingOrder) -> list[tuple[Decimal, OrderId]]:
        return self._falling if order.direction is Direction.FALLING else self._rising


def _level(entry: tuple[Decimal, OrderId]) -> Decimal:
    return entry[0]
