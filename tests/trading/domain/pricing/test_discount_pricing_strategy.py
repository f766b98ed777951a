"""Less for large orders."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.shared.money import Money, Price
from guilder.trading.domain.pricing.discount_pricing_strategy import (
    DiscountPricingStrategy,
    InvalidDiscountThresholdError,
)
from guilder.trading.domain.pricing.market_pricing_strategy import MarketPricingStrategy
from guilder.trading.domain.pricing.pricing_rate import InvalidPricingRateError
from guilder.trading.domain.pricing.pricing_strategy import PricingStrategy
from tests.builders import a_ticket, price, shares
from tests.trading.domain.pricing.bases import a_basis


def a_discount(threshold: str, rate: str) -> DiscountPricingStrategy:
    return DiscountPricingStrategy(MarketPricingStrategy(), shares(threshold), Decimal(rate))


@pytest.mark.parametrize(("quantity", "paid"), [("99", "200"), ("99.999999999", "200"), ("100", "190"), ("101", "190")])
def test_the_threshold_itself_is_enough(quantity: str, paid: str) -> None:
    estimate = a_discount("100", "0.05").calculate_price(a_ticket(quantity), a_basis("200"))

    assert estimate.unit_price == price(paid)


def test_discounts_are_stacked_each_takes_its_part_of_what_is_left() -> None:
    stacked = DiscountPricingStrategy(a_discount("100", "0.10"), shares("1000"), Decimal("0.10"))

    def paid(quantity: str) -> list[Price]:
        return [step.unit_price for step in stacked.calculate_price(a_ticket(quantity), a_basis("100")).steps]

    assert paid("99") == [price("100"), price("100"), price("100")]
    assert paid("100") == [price("100"), price("90"), price("90")]
    assert paid("1000") == [price("100"), price("90"), price("81")]


def test_it_is_called_by_its_own_name_or_after_what_is_inside() -> None:
    named = DiscountPricingStrategy(MarketPricingStrategy(), shares("1"), Decimal(0), name="bulk")

    assert named.calculate_price(a_ticket(), a_basis()).strategy == "bulk"
    assert a_discount("1", "0").calculate_price(a_ticket(), a_basis()).strategy == "discounted_market"


@pytest.mark.parametrize("rate", ["-0.01", "1", "1.5", "NaN", "Infinity"])
def test_a_rate_that_would_take_all_or_give_more_is_refused(rate: str) -> None:
    with pytest.raises(InvalidPricingRateError):
        a_discount("100", rate)


@pytest.mark.parametrize("threshold", ["0", "-1"])
def test_a_discount_begins_somewhere(threshold: str) -> None:
    with pytest.raises(InvalidDiscountThresholdError):
        a_discount(threshold, "0.1")


@given(
    cents=st.integers(1, 10**9),
    quantity=st.integers(1, 10**15),
    rates=st.lists(st.decimals(0, Decimal("0.99"), places=4), max_size=3),
)
def test_no_discount_is_negative_nor_dearer_and_nothing_becomes_a_binary_fraction(
    cents: int, quantity: int, rates: list[Decimal]
) -> None:
    ticket = a_ticket(str(Decimal(quantity).scaleb(-9)))
    discounted: PricingStrategy = MarketPricingStrategy()
    full = discounted.calculate_price(ticket, a_basis(str(Decimal(cents).scaleb(-2))))
    for rate in rates:
        discounted = DiscountPricingStrategy(discounted, shares("0.5"), rate)

    estimate = discounted.calculate_price(ticket, full.basis)

    assert Money.zero(full.total.currency) <= estimate.total <= full.total
    assert type(estimate.unit_price.amount) is type(estimate.total.amount) is Decimal
