"""What an owner wants changed of an order's terms."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guilder.shared.errors import FieldProblem, InvalidError, ValidationError
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_ticket import OrderTicket, TimeInForce


class NothingToChangeError(InvalidError):
    """Name what is to change: quantity, limit_price, stop_price, time_in_force or notional."""

    code = "nothing_to_change"


@dataclass(frozen=True, slots=True)
class TermChanges:
    """New terms; None leaves a term as it is. `quantity` counts what was filled already, as FIX's OrderQty does.

    Raises:
        NothingToChangeError: no term is named; the order would only lose its place in time.
    """

    quantity: Quantity | None = None
    limit_price: Price | None = None
    stop_price: Price | None = None
    time_in_force: TimeInForce | None = None
    notional: Money | None = None

    def __post_init__(self) -> None:
        named = (self.quantity, self.limit_price, self.stop_price, self.time_in_force, self.notional)
        if all(term is None for term in named):
            raise NothingToChangeError

    def applied_to(self, order: Order) -> OrderTicket:
        """The ticket of the order that replaces what is left of `order`: shares, once an amount of money was sized.

        Raises:
            ValidationError: nothing would be left to fill, or the new terms contradict each other or the order.
        """
        if not order.is_sized:
            return self._applied_to_amount(order.ticket)
        if self.notional is not None:
            raise ValidationError(FieldProblem("notional", f"the order is for {order.quantity} shares"))
        whole = order.quantity if self.quantity is None else self.quantity
        if whole <= order.filled_quantity:
            message = f"must be more than the {order.filled_quantity} that are filled"
            raise ValidationError(FieldProblem("quantity", message))
        return self._applied(order.ticket, quantity=whole - order.filled_quantity, notional=None)

    def _applied_to_amount(self, old: OrderTicket) -> OrderTicket:
        if self.quantity is not None:
            told = "it is not known yet how many shares the order is for; change its notional"
            raise ValidationError(FieldProblem("quantity", told))
        return self._applied(old, quantity=old.quantity, notional=self.notional or old.notional)

    def _applied(self, old: OrderTicket, *, quantity: Quantity, notional: Money | None) -> OrderTicket:
        return replace(
            old,
            quantity=quantity,
            limit_price=self.limit_price or old.limit_price,
            stop_price=self.stop_price or old.stop_price,
            time_in_force=self.time_in_force or old.time_in_force,
            client_order_id=None,
            notional=notional,
        )
