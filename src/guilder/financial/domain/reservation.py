"""What open orders set aside."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guilder.published.financial import Hold
from guilder.shared.ids import OrderId
from guilder.shared.money import Money
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol


@dataclass(frozen=True, slots=True)
class Reservation:
    """Cash for the shares that an order may still buy, or the shares that it may still sell."""

    order_id: OrderId
    symbol: StockSymbol
    shares: Quantity
    cash: Money | None

    @classmethod
    def of(cls, order_id: OrderId, hold: Hold) -> Reservation:
        return cls(order_id, hold.symbol, hold.shares, hold.cash)

    def after(self, quantity: Quantity) -> Reservation:
        """What it holds once `quantity` of its shares have changed hands: the cash shrinks in proportion."""
        left = max(self.shares - quantity, Quantity.zero())
        if self.cash is None:
            return replace(self, shares=left)
        return replace(self, shares=left, cash=(self.cash * left.value / self.shares.value).rounded())
