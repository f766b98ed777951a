"""The volume-weighted average price; ids are rows of published cases."""

from __future__ import annotations

from typing import get_type_hints

import pytest

from guilder.published.market_data import Bar, Print, Quote
from guilder.trading.domain.pricing.price_estimate import PriceLabel
from guilder.trading.domain.pricing.pricing_strategy import NothingTradedError
from guilder.trading.domain.pricing.vwap_pricing_strategy import VWAPPricingStrategy
from tests.builders import OPENS_AT, a_ticket, price, usd
from tests.trading.domain.pricing.bases import a_basis, minutes_of, trades_of

VWAP = VWAPPricingStrategy()


def test_a_hundred_shares_at_100_and_three_hundred_at_110_are_107_50_d1() -> None:
    basis = a_basis(trades=trades_of(("100", 100), ("110", 300)))

    estimate = VWAP.calculate_price(a_ticket("10"), basis)

    assert (estimate.unit_price, estimate.total, estimate.label) == (price("107.5"), usd("1075.00"), None)


def test_the_figures_let_one_compute_it_by_hand() -> None:
    basis = a_basis(trades=trades_of(("100", 100), ("110", 300)))

    [step] = VWAP.calculate_price(a_ticket(), basis).steps

    assert step.figures == {
        "value": usd("43000").amount,
        "volume": 400,
        "trades": 2,
        "since": OPENS_AT,
        "until": basis.now,
    }


def test_without_trades_typical_prices_stand_for_them_and_say_so_d4() -> None:
    basis = a_basis(bars=minutes_of(("103", "100", "100"), ("112", "106", "112")))

    estimate = VWAP.calculate_price(a_ticket(), basis)

    assert (estimate.unit_price, estimate.label) == (price("105.5"), PriceLabel.TYPICAL_PRICES)


def test_where_there_are_trades_nothing_else_counts_d4() -> None:
    basis = a_basis(trades=trades_of(("100", 1)), bars=minutes_of(("500", "400", "450")))

    assert VWAP.calculate_price(a_ticket(), basis).unit_price == price("100")


@pytest.mark.parametrize("told", [Bar, Print, Quote], ids=lambda told: told.__name__)
def test_a_provider_has_nowhere_to_tell_an_average_of_its_own_d4(told: type) -> None:
    fields = get_type_hints(told)

    assert "price" in fields or "close" in fields
    assert [name for name in fields if "average" in name or "vwap" in name] == []


def test_an_average_that_never_ends_is_rounded_to_nine_decimals() -> None:
    basis = a_basis(trades=trades_of(("100", 1), ("100", 1), ("101", 1)))

    assert VWAP.calculate_price(a_ticket(), basis).unit_price == price("100.333333333")


def test_where_nothing_was_traded_there_is_no_average() -> None:
    with pytest.raises(NothingTradedError):
        VWAP.calculate_price(a_ticket(), a_basis())
