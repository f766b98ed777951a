"""An estimate keeps to the prices of its order."""

from __future__ import annotations

import pytest

from guilder.published.trading import Side
from guilder.trading.domain.pricing.market_pricing_strategy import MarketPricingStrategy
from guilder.trading.domain.pricing.order_terms import within_terms
from tests.builders import a_ticket, price
from tests.trading.domain.pricing.bases import a_basis


@pytest.mark.parametrize(
    ("side", "limit", "stop", "estimated"),
    [
        (Side.BUY, None, None, "100"),
        (Side.BUY, "99", None, "99"),
        (Side.BUY, "101", None, "100"),
        (Side.SELL, "101", None, "101"),
        (Side.SELL, "99", None, "100"),
        (Side.BUY, None, "105", "105"),
        (Side.BUY, None, "95", "100"),
        (Side.SELL, None, "95", "95"),
        (Side.SELL, None, "105", "100"),
        (Side.BUY, "106", "105", "105"),
        (Side.BUY, "104", "105", "104"),
    ],
)
def test_a_stop_is_waited_for_and_a_limit_kept(side: Side, limit: str | None, stop: str | None, estimated: str) -> None:
    ticket = a_ticket(side=side, limit=limit, stop=stop)

    estimate = within_terms(MarketPricingStrategy().calculate_price(ticket, a_basis("100")))

    assert estimate.unit_price == price(estimated)
