"""The bid and the ask that stand around a price, for those who quote it and those who trade at it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
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
    steps, rest = divmod(price.amount, step)
    below = int(steps)
    above = below + 1 if rest else below
    side = max(below // _TICKS_A_SIDE, 1)
    currency = price.currency
    return Price.of_steps(max(below - side, 1), step, currency), Price.of_steps(above + side, step, currency)


def highest_price_asked_within(limit: Price, tick: Price) -> Price | None:
    """The highest price, in whole ticks, whose ask is not above `limit`; None when there is none."""
    below = _first(lambda ticks: around(_price(ticks, tick), tick)[1] > limit, int(limit.amount / tick.amount) + 1) - 1
    return _price(below, tick) if below else None


def lowest_price_bid_within(limit: Price, tick: Price) -> Price:
    """The lowest price, in whole ticks, whose bid is not below `limit`."""
    far_above = 2 * int(limit.amount / tick.amount) + 1_000
    return _price(_first(lambda ticks: around(_price(ticks, tick), tick)[0] >= limit, far_above), tick)


def _first(holds: Callable[[int], bool], last: int) -> int:
    """The least number of ticks from 1 to `last` for which it holds, as for all above it; `last` if for none before."""
    low, high = 1, last
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _price(ticks: int, tick: Price) -> Price:
    return Price.of_steps(ticks, tick.amount, tick.currency)
