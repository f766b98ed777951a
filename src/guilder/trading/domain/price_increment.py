"""The finest step of the prices that people name."""

from __future__ import annotations

from typing import Final

from guilder.shared.errors import FieldProblem, ValidationError
from guilder.shared.money import Price
from guilder.trading.domain.order_ticket import OrderTicket

_DECIMALS_FROM_ONE: Final = 2
_DECIMALS_BELOW_ONE: Final = 4


def check_increments(ticket: OrderTicket) -> None:
    """Prices from 1.00 on have two decimals, smaller ones four (Regulation NMS, rule 612, forbids finer ones).

    Raises:
        ValidationError: a limit or a stop is finer; both are named.
    """
    if ticket.limit_price is None and ticket.stop_price is None:
        return
    named = {"limit_price": ticket.limit_price, "stop_price": ticket.stop_price}
    problems = [
        FieldProblem(field, f"{price.amount} is finer than the increment: {_decimals(price)} decimals at this price")
        for field, price in named.items()
        if price is not None and price.amount != round(price.amount, _decimals(price))
    ]
    if problems:
        raise ValidationError(*problems)


def _decimals(price: Price) -> int:
    return _DECIMALS_FROM_ONE if price.amount >= 1 else _DECIMALS_BELOW_ONE
