"""What open orders set aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from guilder.published.financial import Hold
from guilder.shared.currency import Currency
from guilder.shared.ids import OrderId
from guilder.shared.money import Money
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol

_NO_SHARES: Final = Quantity.zero()


class Reservation(NamedTuple):
    """Cash for the shares that an order may still buy, or the shares that it may still sell."""

    order_id: OrderId
    symbol: StockSymbol
    shares: Quantity
    cash: Money | None

    @classmethod
    def of(cls, order_id: OrderId, hold: Hold) -> Reservation:
        return cls(order_id, hold.symbol, hold.shares, hold.cash)

    def after(self, quantity: Quantity) -> Reservation:
        """What it holds once `quantity` of its shares, not all, have changed hands: the cash shrinks in proportion."""
        left = self.shares - quantity
        cash = None if self.cash is None else self.cash.portion(left.value, self.shares.value)
        return Reservation(self.order_id, self.symbol, left, cash)

    def emptied(self) -> Reservation:
        """What it holds once its order is over, or all its shares have changed hands: nothing."""
        nothing = None if self.cash is None else Money.zero(self.cash.currency)
        return Reservation(self.order_id, self.symbol, _NO_SHARES, nothing)


class Reservations:
    """All that the open orders of a portfolio hold, with the sums that say what is left for others."""

    __slots__ = ("_by_order", "_on_offer", "_on_order", "cash")

    def __init__(self, currency: Currency, reservations: Iterable[Reservation] = ()) -> None:
        self.cash = Money.zero(currency)
        """What they hold of it together."""
        self._by_order: dict[OrderId, Reservation] = {}
        self._on_offer: dict[StockSymbol, Quantity] = {}
        self._on_order: dict[StockSymbol, Quantity] = {}
        for reservation in reservations:
            self.put(reservation)

    def __contains__(self, order_id: OrderId) -> bool:
        return order_id in self._by_order

    def __iter__(self) -> Iterator[Reservation]:
        return iter(self._by_order.values())

    def of(self, order_id: OrderId) -> Reservation | None:
        """What an order holds."""
        return self._by_order.get(order_id)

    def shares_on_offer(self, symbol: StockSymbol) -> Quantity:
        """How many shares open sells hold."""
        return self._on_offer.get(symbol, _NO_SHARES)

    def shares_on_order(self, symbol: StockSymbol) -> Quantity:
        """How many shares open buys may still bring."""
        return self._on_order.get(symbol, _NO_SHARES)

    def put(self, reservation: Reservation) -> None:
        """Keep what an order holds, in place of what it held."""
        self.remove(reservation.order_id)
        self._by_order[reservation.order_id] = reservation
        if reservation.cash is not None:
            self.cash += reservation.cash
        self._count(reservation, reservation.shares)

    def remove(self, order_id: OrderId) -> Reservation | None:
        """Let go of what an order held; what that was."""
        held = self._by_order.pop(order_id, None)
        if held is not None:
            if held.cash is not None:
                self.cash -= held.cash
            self._count(held, -held.shares)
        return held

    def _count(self, reservation: Reservation, shares: Quantity) -> None:
        counts = self._on_offer if reservation.cash is None else self._on_order
        left = counts.get(reservation.symbol, _NO_SHARES) + shares
        if left:
            counts[reservation.symbol] = left
        else:
            counts.pop(reservation.symbol, None)
