"""Whole-number arithmetic of prices: exact until it is rounded, once, half-even."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

STEP_DECIMALS: Final = 4
"""Prices of the data are whole numbers of steps: ten-thousandths of the currency's unit."""

STEPS_A_CENT: Final = 100

CENT: Final = Decimal("0.01")


def rounded_quotient(dividend: int, divisor: int) -> int:
    """`dividend / divisor` to the nearest whole number, half to even; the divisor is positive."""
    quotient, rest = divmod(dividend, divisor)
    twice = 2 * rest
    return quotient + (twice > divisor or (twice == divisor and quotient % 2 == 1))


def as_amount(units: int, decimals: int = STEP_DECIMALS) -> Decimal:
    """Whole units of 10^-`decimals` as a decimal number: in cents, or finer where it must be."""
    if decimals == STEP_DECIMALS and units % STEPS_A_CENT == 0:  # almost every price, and the quick way
        return units // STEPS_A_CENT * CENT
    while decimals > 2 and units % 10 == 0:
        units //= 10
        decimals -= 1
    return Decimal(units).scaleb(-decimals)
