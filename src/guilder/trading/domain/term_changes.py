"""What an owner wants changed of an order's terms."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guilder.shared.errors import FieldProblem, ValidationError
from guilder.shared.money import Price
from guilder.shared.quantity import Quantity
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_ticket import OrderTicket, TimeInForce


@dataclass(frozen=True, slots=True)
class TermChanges:
    """New terms; None leaves a term as it is. `quantity` counts what was filled already, as FIX's OrderQty does."""

    quantity: Quantity | None = None
    limit_price: Price | None = None
    stop_price: Price | None = None
    time_in_force: TimeInForce | None = None

    def applied_to(self, order: Order) -> OrderTicket:
        """The ticket of the order that replaces what is left of `order`.

        Raises:
            ValidationError: nothing would be left to fill, or the new terms contradict each other.
        """
        whole = order.ticket.quantity if self.quantity is None else self.quantity
        if whole <= order.filled_quantity:
            message = f"must be more than the {order.filled_quantity} that are filled"
            raise ValidationError(FieldProblem("quantity", message))
        old = order.ticket
        return replace(
            old,
            quantity=whole - order.filled_quantity,
            limit_price=self.limit_price or old.limit_price,
            stop_price=self.stop_price or old.stop_price,
            time_in_force=self.time_in_force or old.time_in_force,
            client_order_id=None,
        )
