"""How an order stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from guilder.shared.errors import RefusedError


class OrderStatus(StrEnum):
    """FIX tag 39."""

    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    REPLACED = "replaced"


OPEN_STATUSES: Final = (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED)


class OrderNotOpenError(RefusedError):
    """The order was filled, canceled, rejected, replaced or expired before."""

    code = "order_not_open"
