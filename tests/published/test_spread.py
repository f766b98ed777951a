"""The bid and the ask that stand around a price."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.published.spread import around, highest_price_asked_within, lowest_price_bid_within
from guilder.shared.currency import USD
from guilder.shared.money import Price
from tests.market_data.builders import usd

TICKS = st.sampled_from([usd("0.01"), usd("0.001"), usd("0.0001")])


@pytest.mark.parametrize(
    ("price", "tick", "bid", "ask"),
    [
        ("12.00", "0.01", "11.99", "12.01"),
        ("100.00", "0.01", "99.99", "100.01"),
        ("213.45", "0.01", "213.43", "213.47"),
        ("244.109", "0.001", "244.08", "244.13"),
        ("1.00", "0.01", "0.99", "1.01"),
        ("0.5005", "0.0001", "0.5004", "0.5006"),
        ("0.02", "0.01", "0.01", "0.03"),
        ("0.01", "0.01", "0.01", "0.02"),
    ],
)
def test_bid_and_ask_are_a_basis_point_away_and_a_tick_at_least(price: str, tick: str, bid: str, ask: str) -> None:
    assert around(usd(price), usd(tick)) == (usd(bid), usd(ask))


@given(TICKS, st.integers(1, 10_000_000))
def test_the_price_is_between_bid_and_ask_which_people_may_name(tick: Price, ticks: int) -> None:
    price = Price(tick.amount * ticks, USD)

    bid, ask = around(price, tick)

    assert bid <= price < ask
    step = Decimal("0.01") if price.amount >= 1 else tick.amount
    assert bid.amount % step == ask.amount % step == 0
    assert ask.amount - bid.amount <= price.amount / 5_000 + 3 * step


@given(TICKS, st.integers(1, 300_000))
def test_a_buy_limit_is_reached_at_the_highest_price_whose_ask_it_covers(tick: Price, cents: int) -> None:
    limit = Price(Decimal(cents).scaleb(-2), USD)

    reached = highest_price_asked_within(limit, tick)

    if reached is None:
        assert around(tick, tick)[1] > limit
    else:
        assert around(reached, tick)[1] <= limit
        assert around(Price(reached.amount + tick.amount, USD), tick)[1] > limit


@given(TICKS, st.integers(1, 300_000))
def test_a_sell_limit_is_reached_at_the_lowest_price_whose_bid_covers_it(tick: Price, cents: int) -> None:
    limit = Price(Decimal(cents).scaleb(-2), USD)

    reached = lowest_price_bid_within(limit, tick)

    assert around(reached, tick)[0] >= limit
    assert reached == tick or around(Price(reached.amount - tick.amount, USD), tick)[0] < limit
