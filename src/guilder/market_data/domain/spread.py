"""The bid and the ask that stand around a price."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from guilder.shared.money import Price

_CENT: Final = Decimal("0.01")
_ONE: Final = Decimal(1)
_TICKS_A_SIDE: Final = 10_000


def around(price: Price, tick: Price) -> tuple[Price, Price]:
    """Bid and ask: the price less, and plus, one basis point of it in whole ticks, one tick at least.

    Ticks are cents from 1.00 on, as people may name them, and below that what the price moves in. A price between the
    cents has its bid counted from the cent below it and its ask from the cent above. The bid is one tick at least.
    """
    step = _CENT if price.amount >= _ONE else tick.amount
    below = (price.amount / step).to_integral_value(ROUND_FLOOR)
    above = (price.amount / step).to_integral_value(ROUND_CEILING)
    side = max(int(below) // _TICKS_A_SIDE, 1)
    bid, ask = max(below - side, _ONE) * step, (above + side) * step
    return Price(bid, price.currency), Price(ask, price.currency)
