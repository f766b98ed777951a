"""How large orders may be, and how many may be open."""

from __future__ import annotations

import pytest

from guilder.shared.errors import ValidationError
from guilder.shared.quantity import Quantity
from guilder.trading.domain.trading_limits import (
    NO_LIMITS,
    OrderTooLargeError,
    TooManyOpenOrdersError,
    TradingLimits,
)
from tests.builders import shares, usd

LIMITS = TradingLimits(shares("100"), usd("5000"), 2)


def test_what_reaches_a_limit_is_within_it() -> None:
    LIMITS.check_quantity(shares("100"))
    LIMITS.check_value(usd("5000"))
    LIMITS.check_open_orders(1)


def test_what_is_larger_than_a_limit_is_refused() -> None:
    with pytest.raises(OrderTooLargeError, match=r"100\.000000001 shares, .* 100 at most"):
        LIMITS.check_quantity(shares("100.000000001"))
    with pytest.raises(OrderTooLargeError, match=r"5000\.0001 USD, .* 5000 USD at most"):
        LIMITS.check_value(usd("5000.0001"))
    with pytest.raises(TooManyOpenOrdersError, match="2 orders are open"):
        LIMITS.check_open_orders(2)


def test_without_a_limit_nothing_is_too_large() -> None:
    NO_LIMITS.check_quantity(shares("9000000000"))
    NO_LIMITS.check_value(usd("900000000000000"))
    NO_LIMITS.check_open_orders(1_000_000)


def test_limits_that_make_no_sense_are_all_named() -> None:
    with pytest.raises(ValidationError) as refusal:
        TradingLimits(Quantity.zero(), usd("-1"), 0)

    named = ["max_order_quantity", "max_order_value", "max_open_orders"]
    assert [problem.field for problem in refusal.value.problems] == named


def test_a_limit_is_no_finer_than_its_currency() -> None:
    with pytest.raises(ValidationError, match="max_order_value: USD has 2 decimals"):
        TradingLimits(max_order_value=usd("0.001"))
