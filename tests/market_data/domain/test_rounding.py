"""Whole-number arithmetic of prices."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.market_data.domain.rounding import as_amount, rounded_quotient


@pytest.mark.parametrize(("dividend", "quotient"), [(1, 0), (2, 0), (3, 1), (6, 2), (10, 2), (11, 3)])
def test_a_half_is_rounded_to_the_even_neighbour(dividend: int, quotient: int) -> None:
    assert rounded_quotient(dividend, 4) == quotient


@given(st.integers(0, 10**12), st.integers(1, 10**6))
def test_quotients_are_rounded_as_decimal_numbers_are(dividend: int, divisor: int) -> None:
    exact = Decimal(dividend) / Decimal(divisor)

    assert rounded_quotient(dividend, divisor) == exact.to_integral_value(ROUND_HALF_EVEN)


@pytest.mark.parametrize(
    ("steps", "text"), [(1_000_000, "100.00"), (1_001_000, "100.10"), (1_001_250, "100.125"), (1, "0.0001")]
)
def test_amounts_are_told_in_cents_or_finer_where_they_must(steps: int, text: str) -> None:
    assert str(as_amount(steps)) == text
