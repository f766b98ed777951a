"""The time-weighted average price, and what off hours cost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from guilder.published.trading import Side
from guilder.trading.domain.pricing.pricing_rate import InvalidPricingRateError
from guilder.trading.domain.pricing.pricing_strategy import NothingTradedError
from guilder.trading.domain.pricing.time_based_pricing_strategy import (
    InvalidPricingWindowError,
    TimeBasedPricingStrategy,
)
from tests.builders import CLOSES_AT, OPENS_AT, a_ticket, price
from tests.trading.domain.pricing.bases import A_MINUTE, AFTER_THE_CLOSE, a_basis, minutes_at

THREE_MINUTES_IN = OPENS_AT + 3 * A_MINUTE
LAST_MINUTES = minutes_at("98", "100", since=CLOSES_AT - 2 * A_MINUTE)


def test_every_minute_of_the_window_counts_alike() -> None:
    basis = a_basis(now=THREE_MINUTES_IN, bars=minutes_at("100", "102", "107"))

    assert TimeBasedPricingStrategy().calculate_price(a_ticket(), basis).unit_price == price("103")


def test_what_was_before_the_window_does_not_count() -> None:
    basis = a_basis(now=THREE_MINUTES_IN, bars=minutes_at("500", "102", "107"))

    assert TimeBasedPricingStrategy(2 * A_MINUTE).calculate_price(a_ticket(), basis).unit_price == price("104.5")


def test_before_the_first_minute_is_over_the_present_price_stands_for_all() -> None:
    basis = a_basis("99", now=OPENS_AT + timedelta(seconds=30))

    assert TimeBasedPricingStrategy().calculate_price(a_ticket(), basis).unit_price == price("99")


def test_a_symbol_that_this_session_has_no_price_of_has_no_average() -> None:
    with pytest.raises(NothingTradedError):
        TimeBasedPricingStrategy().calculate_price(a_ticket(), a_basis(stale=True))


def test_while_the_market_is_open_there_is_no_surcharge() -> None:
    basis = a_basis(now=THREE_MINUTES_IN, bars=minutes_at("100", "100", "100"))

    estimate = TimeBasedPricingStrategy(off_hours_surcharge_rate=Decimal("0.02")).calculate_price(a_ticket(), basis)

    assert (estimate.unit_price, len(estimate.steps)) == (price("100"), 1)


@pytest.mark.parametrize(("side", "paid"), [(Side.BUY, "100.98"), (Side.SELL, "97.02")])
def test_while_it_is_closed_a_buyer_pays_more_and_a_seller_gets_less(side: Side, paid: str) -> None:
    basis = a_basis(now=AFTER_THE_CLOSE, bars=LAST_MINUTES)

    estimate = TimeBasedPricingStrategy(off_hours_surcharge_rate=Decimal("0.02")).calculate_price(
        a_ticket(side=side), basis
    )

    assert [step.unit_price for step in estimate.steps] == [price("99"), price(paid)]


def test_at_the_very_close_the_market_is_closed() -> None:
    basis = a_basis(now=CLOSES_AT, bars=LAST_MINUTES)

    estimate = TimeBasedPricingStrategy(off_hours_surcharge_rate=Decimal("0.02")).calculate_price(a_ticket(), basis)

    assert estimate.unit_price == price("100.98")


def test_without_a_rate_off_hours_cost_nothing() -> None:
    basis = a_basis(now=AFTER_THE_CLOSE, bars=LAST_MINUTES)

    assert len(TimeBasedPricingStrategy().calculate_price(a_ticket(), basis).steps) == 1


@pytest.mark.parametrize("rate", ["-0.01", "1", "NaN"])
def test_a_surcharge_is_a_rate_from_zero_up_to_one(rate: str) -> None:
    with pytest.raises(InvalidPricingRateError):
        TimeBasedPricingStrategy(off_hours_surcharge_rate=Decimal(rate))


def test_a_window_is_longer_than_nothing() -> None:
    with pytest.raises(InvalidPricingWindowError):
        TimeBasedPricingStrategy(timedelta(0))
