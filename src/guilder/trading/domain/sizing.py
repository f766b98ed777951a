"""How many shares an amount of money is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Final

from guilder.shared.errors import GuilderError
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity

_SMALLEST_SHARE: Final = Decimal("0.000000001")


class OrderSizedError(GuilderError):
    """An order was to be sized that is for a number of shares already: a mistake of the venue."""

    code = "order_sized"


@dataclass(frozen=True, slots=True)
class Sizing:
    """At which quote, per share, and when an order for an amount of money got its number of shares."""

    price: Price
    at: datetime


def affordable_quantity(payable: Money, price: Price) -> Quantity:
    """How many shares, to nine decimals and rounded down, an amount pays for.

    Raises:
        InvalidQuantityError: more than the books can carry.
    """
    if payable.amount <= 0:
        return Quantity.zero()
    return Quantity((payable.amount / price.amount).quantize(_SMALLEST_SHARE, ROUND_DOWN))
