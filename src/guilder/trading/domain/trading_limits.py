"""How large the orders of a portfolio may be, and how many of them may be open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guilder.shared.errors import FieldProblem, RefusedError, ValidationError
from guilder.shared.money import Money
from guilder.shared.quantity import Quantity


class OrderTooLargeError(RefusedError):
    """The order is larger than the limits of its portfolio allow."""

    code = "order_too_large"


class TooManyOpenOrdersError(RefusedError):
    """The portfolio has as many open orders as its limits allow."""

    code = "too_many_open_orders"


@dataclass(frozen=True, slots=True)
class TradingLimits:
    """None is no limit. `max_order_quantity` in shares; the two others are of an order's value and of their number.

    Raises:
        ValidationError: a limit is zero or less, or an amount is finer than its currency.
    """

    max_order_quantity: Quantity | None = None
    max_order_value: Money | None = None
    max_open_orders: int | None = None

    def __post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise ValidationError(*problems)

    def check_quantity(self, quantity: Quantity) -> None:
        """Raises `OrderTooLargeError`."""
        most = self.max_order_quantity
        if most is not None and quantity > most:
            raise OrderTooLargeError(f"{quantity} shares, where an order of this portfolio has {most} at most")

    def check_value(self, value: Money) -> None:
        """Raises `OrderTooLargeError`."""
        most = self.max_order_value
        if most is not None and value > most:
            raise OrderTooLargeError(f"It is worth {value}, where an order of this portfolio is worth {most} at most")

    def check_open_orders(self, others: int) -> None:
        """`others` are open beside the order that is looked at. Raises `TooManyOpenOrdersError`."""
        most = self.max_open_orders
        if most is not None and others >= most:
            raise TooManyOpenOrdersError(f"{others} orders are open, where this portfolio may have {most} at a time")

    def _problems(self) -> Iterator[FieldProblem]:
        zero = "must be more than zero"
        if self.max_order_quantity is not None and self.max_order_quantity <= Quantity.zero():
            yield FieldProblem("max_order_quantity", zero)
        value = self.max_order_value
        if value is not None and value.amount <= 0:
            yield FieldProblem("max_order_value", zero)
        elif value is not None and value != value.rounded():
            yield FieldProblem("max_order_value", f"{value.currency} has {value.currency.minor_unit} decimals")
        if self.max_open_orders is not None and self.max_open_orders <= 0:
            yield FieldProblem("max_open_orders", zero)


NO_LIMITS = TradingLimits()
