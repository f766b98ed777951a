"""Whole-number arithmetic of prices: exact until it is rounded, once, half-even."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from guilder.market_data.domain.listing import SessionPrices

STEP_DECIMALS: Final = 4
"""Prices of the data are whole numbers of steps: ten-thousandths of the currency's unit."""

STEPS_A_CENT: Final = 100

_CENT: Final = Decimal("0.01")


def rounded_quotient(dividend: int, divisor: int) -> int:
    """`dividend / divisor` to the nearest whole number, half to even; the divisor is positive."""
    quotient, rest = divmod(dividend, divisor)
    twice = 2 * rest
    return quotient + (twice > divisor or (twice == divisor and quotient % 2 == 1))


def as_amount(units: int, decimals: int = STEP_DECIMALS) -> Decimal:
    """Whole units of 10^-`decimals` as a decimal number: in cents, or finer where it must be."""
    if decimals == STEP_DECIMALS and units % STEPS_A_CENT == 0:  # almost every price, and the quick way
        return units // STEPS_A_CENT * _CENT
    while decimals > 2 and units % 10 == 0:
        units //= 10
        decimals -= 1
    return Decimal(units).scaleb(-decimals)


def as_amounts(prices: SessionPrices) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Open, high, low and close, each as `as_amount` tells it: who walks through history asks for nothing else."""
    opened, high, low, close, _ = prices
    if opened % STEPS_A_CENT or high % STEPS_A_CENT or low % STEPS_A_CENT or close % STEPS_A_CENT:
        return as_amount(opened), as_amount(high), as_amount(low), as_amount(close)
    return (
        opened // STEPS_A_CENT * _CENT,
        high // STEPS_A_CENT * _CENT,
        low // STEPS_A_CENT * _CENT,
        close // STEPS_A_CENT * _CENT,
    )
