"""What a profile makes of volume, size and value."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.published.market_data import Bar, Timeframe
from guilder.published.trading import Side, UnknownFillProfileError
from guilder.shared.currency import USD
from guilder.shared.money import Money
from guilder.shared.quantity import Quantity
from guilder.trading.domain.fill_profile import Participation, SquareRootImpact, against
from guilder.trading.domain.fill_profiles import FILL_PROFILES, fill_profile
from guilder.trading.domain.fill_profiles.ideal import PROFILE as IDEAL
from guilder.trading.domain.fill_profiles.realistic import PROFILE as REALISTIC
from tests.builders import OPENS_AT, price, shares, usd

BUY, SELL = Side.BUY, Side.SELL
NOTHING = (Quantity.zero(), Money.zero(USD))
A_TENTH = Participation(Decimal("0.1"), Timeframe.FIVE_MINUTES)
A_DAYS_BAR = Bar(OPENS_AT, Decimal(100), Decimal(102), Decimal(98), Decimal(100), 1_000_000)


def test_profiles_are_known_by_name() -> None:
    assert fill_profile("ideal") is IDEAL
    assert fill_profile("realistic") is REALISTIC
    assert [name for name, profile in FILL_PROFILES.items() if profile.name != name] == []


@pytest.mark.parametrize("name", ["", "IDEAL", "perfect", "x" * 10_000])
def test_there_are_no_others(name: str) -> None:
    with pytest.raises(UnknownFillProfileError) as refusal:
        fill_profile(name)

    assert "ideal, realistic" in refusal.value.detail
    assert len(refusal.value.detail) < 200


# Size


@pytest.mark.parametrize(("volume", "part"), [(1000, "100"), (1009, "100"), (10, "1"), (9, "0"), (0, "0")])
def test_a_tenth_of_the_volume_is_whole_shares_rounded_down(volume: int, part: str) -> None:
    assert A_TENTH.share_of(volume) == shares(part)


def test_spans_begin_at_full_five_minutes_whatever_the_session() -> None:
    assert A_TENTH.span_of(OPENS_AT + timedelta(minutes=7)) == OPENS_AT + timedelta(minutes=5)
    assert A_TENTH.span_of(OPENS_AT) == OPENS_AT
    assert (
        A_TENTH.next_span(OPENS_AT)
        == A_TENTH.next_span(OPENS_AT + timedelta(minutes=4))
        == OPENS_AT + timedelta(minutes=5)
    )


# Impact


def test_impact_is_coefficient_times_volatility_times_the_root_of_the_share_of_volume() -> None:
    """0.5 * (102 - 98) / 100 * sqrt(10,000 / 1,000,000) = 0.5 * 0.04 * 0.1 = 0.2 % of 50."""
    impact = SquareRootImpact(Decimal("0.5"))

    assert impact.per_share(price("50"), shares("10000"), A_DAYS_BAR) == Decimal("0.1")


def test_an_order_of_four_times_the_size_moves_the_price_twice_as_far() -> None:
    impact = SquareRootImpact(Decimal("0.5"))

    small, large = (impact.per_share(price("50"), shares(size), A_DAYS_BAR) for size in ("2500", "10000"))

    assert large == 2 * small


def test_where_nothing_was_traded_the_day_before_nothing_moves() -> None:
    silent = Bar(OPENS_AT, Decimal(100), Decimal(100), Decimal(100), Decimal(100), 0)

    assert SquareRootImpact(Decimal("0.5")).per_share(price("50"), shares("1"), silent) == 0


@pytest.mark.parametrize(
    ("side", "start", "slippage", "moved"),
    [
        (BUY, "100", "0", "100"),
        (BUY, "100", "0.0001", "100.01"),
        (BUY, "100", "0.021", "100.03"),
        (SELL, "100", "0.0001", "99.99"),
        (SELL, "100", "0.021", "99.97"),
        (BUY, "0.5", "0.00001", "0.5001"),
        (SELL, "0.5", "0.00001", "0.4999"),
        (SELL, "0.01", "5", "0.0001"),
    ],
)
def test_slippage_is_rounded_against_the_order(side: Side, start: str, slippage: str, moved: str) -> None:
    assert against(side, price(start), Decimal(slippage)) == price(moved)


# Fees


def test_the_ideal_profile_charges_nothing() -> None:
    assert IDEAL.charge(SELL, shares("100"), usd("1000000"), before=NOTHING) is None
    assert IDEAL.commission(shares("100"), usd("1000000")) == usd("0")


@pytest.mark.parametrize(
    ("quantity", "value", "commission"),
    [("1000", "50000", "5.00"), ("10", "5000", "1.00"), ("10", "50", "0.50"), ("100000", "1000", "10.00")],
)
def test_a_commission_is_by_the_share_with_a_minimum_and_a_part_of_the_value_at_most(
    quantity: str, value: str, commission: str
) -> None:
    """0.005 a share, 1.00 at least, and one percent of the value at most, which is the stronger."""
    assert REALISTIC.commission(shares(quantity), usd(value)) == usd(commission)


def test_only_sales_are_charged_for_the_regulators_and_each_is_rounded_up() -> None:
    """1,000 shares for 50,000: 0.0000278 * 50,000 = 1.39; 0.000166 * 1,000 = 0.166."""
    bought = REALISTIC.charge(BUY, shares("1000"), usd("50000"), before=NOTHING)
    sold = REALISTIC.charge(SELL, shares("1000"), usd("50000"), before=NOTHING)

    assert bought is not None
    assert sold is not None
    assert (bought.section_31, bought.trading_activity, bought.total) == (usd("0"), usd("0"), usd("5.00"))
    assert (sold.section_31, sold.trading_activity, sold.total) == (usd("1.39"), usd("0.17"), usd("6.56"))


def test_the_trading_activity_fee_has_a_maximum() -> None:
    sold = REALISTIC.charge(SELL, shares("100000"), usd("5000000"), before=NOTHING)

    assert sold is not None
    assert sold.trading_activity == usd("8.30")


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(1, 100_000)), min_size=1, max_size=8))
def test_an_order_filled_in_parts_pays_the_commission_of_the_whole(parts: list[tuple[int, int]]) -> None:
    had = NOTHING
    paid = Money.zero(USD)
    for size, cents in parts:
        quantity, value = shares(str(size)), Money(Decimal(cents).scaleb(-2), USD)
        fees = REALISTIC.charge(BUY, quantity, value, before=had)
        assert fees is not None
        assert fees.commission >= Money.zero(USD)
        paid += fees.commission
        had = (had[0] + quantity, had[1] + value)

    assert paid == REALISTIC.commission(*had)


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_a_sale_never_costs_more_than_it_brings(size: int, cents: int) -> None:
    value = Money(Decimal(cents).scaleb(-2), USD)

    fees = REALISTIC.charge(SELL, shares(str(size)), value, before=NOTHING)

    assert fees is not None
    assert Money.zero(USD) <= fees.total <= value
