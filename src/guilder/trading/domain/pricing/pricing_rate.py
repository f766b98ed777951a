"""Rates by which strategies make prices lower or higher."""

from __future__ import annotations

from decimal import Decimal

from guilder.shared.errors import InvalidError


class InvalidPricingRateError(InvalidError):
    """A rate is a ratio from 0 up to, but not including, 1: one that takes all leaves no price."""

    code = "invalid_pricing_rate"


def checked_rate(rate: Decimal) -> Decimal:
    """The rate itself. Raises `InvalidPricingRateError`."""
    if type(rate) is not Decimal or not rate.is_finite() or not 0 <= rate < 1:
        raise InvalidPricingRateError(f"{rate} is no rate from 0 up to, but not including, 1")
    return rate
