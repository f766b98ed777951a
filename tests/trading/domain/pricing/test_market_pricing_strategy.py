"""The market's price."""

from __future__ import annotations

from guilder.published.trading import Side
from guilder.trading.domain.pricing.market_pricing_strategy import MarketPricingStrategy
from tests.builders import a_ticket, price, usd
from tests.trading.domain.pricing.bases import a_basis

BASIS = a_basis("100.01", bid="100.00", ask="100.02")


def test_a_buyer_pays_the_ask() -> None:
    estimate = MarketPricingStrategy().calculate_price(a_ticket("10"), BASIS)

    assert (estimate.unit_price, estimate.total) == (price("100.02"), usd("1000.20"))


def test_a_seller_gets_the_bid() -> None:
    estimate = MarketPricingStrategy().calculate_price(a_ticket("10", side=Side.SELL), BASIS)

    assert (estimate.unit_price, estimate.total) == (price("100.00"), usd("1000.00"))


def test_an_estimate_says_of_when_it_is_and_what_was_quoted() -> None:
    estimate = MarketPricingStrategy().calculate_price(a_ticket(), BASIS)

    [step] = estimate.steps
    assert (estimate.strategy, estimate.as_of, estimate.label) == ("market", BASIS.now, None)
    assert step.figures == {"bid": price("100").amount, "ask": price("100.02").amount, "quoted_at": BASIS.quote.at}


def test_a_total_is_rounded_half_even_to_the_cent_and_a_unit_price_is_not() -> None:
    basis = a_basis("0.0001", ask="0.0005")

    estimate = MarketPricingStrategy().calculate_price(a_ticket("10"), basis)

    assert (estimate.unit_price, estimate.total) == (price("0.0005"), usd("0.00"))
    assert MarketPricingStrategy().calculate_price(a_ticket("30"), basis).total == usd("0.02")
