"""Money is exact, of one currency, and rounded once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.shared.currency import EUR, USD, Currency
from guilder.shared.money import (
    LARGEST_AMOUNT,
    AmountTooLargeError,
    CurrencyMismatchError,
    InvalidAmountError,
    Money,
    total,
)
from tests.builders import usd

JPY, BHD = Currency("JPY"), Currency("BHD")
CURRENCIES = st.sampled_from([USD, JPY, BHD, Currency("UYW")])
CENTS = st.integers(-90_000_000_000_000_000, 90_000_000_000_000_000)


@st.composite
def booked(draw: st.DrawFn) -> Money:
    """Any amount that the books can carry, in whole minor units."""
    currency = draw(CURRENCIES)
    largest = int(LARGEST_AMOUNT / currency.smallest)
    return Money(draw(st.integers(-largest, largest)) * currency.smallest, currency)


def test_amounts_of_one_currency_add_and_subtract() -> None:
    assert usd("1.10") + usd("2.20") == usd("3.30")
    assert usd("1.10") - usd("2.20") == usd("-1.10")


def test_an_amount_has_an_opposite_and_a_size() -> None:
    assert -usd("1.10") == usd("-1.10")
    assert abs(usd("-1.10")) == usd("1.10")


def test_an_amount_is_multiplied_and_divided_by_plain_numbers() -> None:
    assert usd("1.10") * 3 == 3 * usd("1.10") == usd("3.30")
    assert usd("1.10") * Decimal("0.5") == usd("0.55")
    assert usd("1.10") / 4 == usd("0.275")


def test_an_amount_is_never_multiplied_by_a_binary_fraction() -> None:
    half: Any = 0.5
    with pytest.raises(TypeError):
        usd("1.10") * half


def test_amounts_of_one_currency_compare() -> None:
    assert usd("1") < usd("2") <= usd("2.00") < usd("3")
    assert usd("3") > usd("2") >= usd("2.00") > usd("1")
    assert usd("2.00") == usd("2")
    assert hash(usd("2.00")) == hash(usd("2"))


def test_the_same_number_of_another_currency_is_another_amount() -> None:
    assert usd("1") != Money(Decimal(1), EUR)


@pytest.mark.parametrize(
    "mix",
    [
        lambda one, other: one + other,
        lambda one, other: one - other,
        lambda one, other: one < other,
        lambda one, other: one <= other,
        lambda one, other: one > other,
        lambda one, other: one >= other,
        lambda one, other: one.ratio_to(other),
        lambda one, other: total([one, other], USD),
    ],
)
def test_currencies_are_never_mixed(mix: Callable[[Money, Money], object]) -> None:
    with pytest.raises(CurrencyMismatchError):
        mix(usd("1"), Money(Decimal(1), EUR))


def test_only_zero_is_false() -> None:
    assert not usd("0.00")
    assert usd("0.001")
    assert usd("-1")


@pytest.mark.parametrize(
    "amount", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-Infinity"), 1, 1.0, "1"]
)
def test_an_amount_is_a_finite_decimal(amount: Any) -> None:
    with pytest.raises(InvalidAmountError):
        Money(amount, USD)


@pytest.mark.parametrize(
    ("exact", "booked"),
    [
        ("0.005", "0.00"),
        ("0.015", "0.02"),
        ("0.025", "0.02"),
        ("0.0250001", "0.03"),
        ("-0.015", "-0.02"),
        ("-0.025", "-0.02"),
    ],
)
def test_half_a_cent_goes_to_the_even_neighbour(exact: str, booked: str) -> None:
    assert usd(exact).rounded() == usd(booked)


def test_an_amount_is_rounded_to_the_minor_unit_of_its_currency() -> None:
    assert str(Money(Decimal("2.5"), JPY).rounded()) == "2 JPY"
    assert str(Money(Decimal("3.5"), JPY).rounded()) == "4 JPY"
    assert str(Money(Decimal("1.0005"), BHD).rounded()) == "1.000 BHD"
    assert str(Money(Decimal(7), USD).rounded()) == "7.00 USD"


def test_sums_are_not_rounded_before_they_are_booked() -> None:
    assert (usd("0.004") + usd("0.004")).rounded() == usd("0.01")
    assert usd("0.004").rounded() + usd("0.004").rounded() == usd("0.00")


@given(booked())
def test_rounding_again_changes_nothing(money: Money) -> None:
    assert money.rounded() == money
    assert money.rounded().rounded() == money.rounded()


@given(st.decimals(-(10**15), 10**15, places=9), CURRENCIES)
def test_rounding_moves_an_amount_by_half_a_minor_unit_at_most(amount: Decimal, currency: Currency) -> None:
    exact = Money(amount, currency)
    if abs(amount) > LARGEST_AMOUNT:
        with pytest.raises(AmountTooLargeError):
            exact.rounded()
    else:
        assert abs(exact.rounded().amount - amount) * 2 <= currency.smallest


def test_the_books_carry_nine_hundred_trillion_and_no_more() -> None:
    assert Money(LARGEST_AMOUNT, USD).rounded().amount == LARGEST_AMOUNT
    assert Money(-LARGEST_AMOUNT, USD).rounded().amount == -LARGEST_AMOUNT
    for beyond in (LARGEST_AMOUNT + Decimal("0.01"), -LARGEST_AMOUNT - Decimal("0.01"), Decimal("1e400")):
        with pytest.raises(AmountTooLargeError):
            Money(beyond, USD).rounded()


@pytest.mark.parametrize(
    ("text", "currency", "written"),
    [
        ("190.50", USD, "190.50 USD"),
        ("190.5", USD, "190.50 USD"),
        ("190.5000", USD, "190.50 USD"),
        ("-3", USD, "-3.00 USD"),
        ("1e3", USD, "1000.00 USD"),
        ("500", JPY, "500 JPY"),
        ("500.0", JPY, "500 JPY"),
        ("1.234", BHD, "1.234 BHD"),
    ],
)
def test_an_amount_is_read_in_the_minor_units_of_its_currency(text: str, currency: Currency, written: str) -> None:
    assert str(Money.parse(text, currency)) == written


@pytest.mark.parametrize(
    ("text", "currency"), [("0.001", USD), ("190.505", USD), ("0.5", JPY), ("1.2345", BHD), ("1e-39", USD)]
)
def test_an_amount_finer_than_its_minor_unit_is_refused_not_rounded(text: str, currency: Currency) -> None:
    with pytest.raises(InvalidAmountError, match="decimals"):
        Money.parse(text, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "1,50",
        "1.2.3",
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "1e-400",
        "0x10",
        "$5",
        "1" * 41,
    ],
)
def test_what_is_no_number_is_no_amount(text: str) -> None:
    with pytest.raises(InvalidAmountError):
        Money.parse(text, USD)


@pytest.mark.parametrize("text", ["1_000", "_1", "\uff11\uff12", "\u0663", "1\uff12"])
def test_digits_are_the_ten_of_ascii_and_nothing_stands_between_them(text: str) -> None:
    with pytest.raises(InvalidAmountError):
        Money.parse(text, USD)


@pytest.mark.parametrize("text", ["900000000000000.01", "-900000000000001", "1e39", "9" * 40])
def test_an_amount_that_the_books_cannot_carry_is_refused(text: str) -> None:
    with pytest.raises(AmountTooLargeError):
        Money.parse(text, USD)


@given(booked())
def test_what_was_written_is_read_again_as_the_same_amount(money: Money) -> None:
    assert Money.parse(str(money.amount), money.currency) == money


def test_a_ratio_is_a_share_of_the_whole() -> None:
    assert usd("5").ratio_to(usd("20")) == Decimal("0.25")
    assert usd("-5").ratio_to(usd("20")) == Decimal("-0.25")


def test_of_nothing_there_is_no_ratio() -> None:
    assert usd("5").ratio_to(usd("0")) is None


def test_a_portion_is_rounded_once_half_even() -> None:
    assert usd("10.00").portion(Decimal(1), Decimal(3)) == usd("3.33")
    assert usd("0.05").portion(Decimal(1), Decimal(2)) == usd("0.02")
    assert usd("-10.00").portion(Decimal(2), Decimal(3)) == usd("-6.67")


@given(booked())
def test_the_portion_of_all_parts_is_the_whole_and_that_of_none_is_nothing(money: Money) -> None:
    assert money.portion(Decimal(7), Decimal(7)) == money
    assert money.portion(Decimal(0), Decimal(7)) == Money.zero(money.currency)


def test_the_total_of_no_amounts_is_zero() -> None:
    assert total([], EUR) == Money.zero(EUR)


def test_cents_that_are_left_over_go_to_those_who_lost_most_the_earlier_first() -> None:
    assert usd("1.00").allocate([1, 1, 1]) == [usd("0.34"), usd("0.33"), usd("0.33")]
    assert usd("0.05").allocate([3, 7]) == [usd("0.02"), usd("0.03")]
    assert usd("0.02").allocate([1, 1, 1]) == [usd("0.01"), usd("0.01"), usd("0.00")]
    assert usd("1.00").allocate([Decimal("0.1"), Decimal("0.9")]) == [usd("0.10"), usd("0.90")]


def test_a_debt_is_split_as_the_amount_would_be() -> None:
    assert usd("-1.00").allocate([1, 1, 1]) == [usd("-0.34"), usd("-0.33"), usd("-0.33")]


def test_a_part_without_weight_gets_nothing() -> None:
    assert usd("0.01").allocate([0, 1, 0]) == [usd("0"), usd("0.01"), usd("0")]


def test_yen_are_split_into_whole_yen() -> None:
    assert [str(part) for part in Money(Decimal(100), JPY).allocate([1, 1, 1])] == ["34 JPY", "33 JPY", "33 JPY"]


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [2, -1], [Decimal("-0.1"), 1]])
def test_weights_are_not_negative_and_not_all_zero(weights: list[Decimal | int]) -> None:
    with pytest.raises(InvalidAmountError):
        usd("1.00").allocate(weights)


def test_an_amount_finer_than_its_minor_unit_cannot_be_split() -> None:
    with pytest.raises(InvalidAmountError, match="round it first"):
        usd("1.005").allocate([1, 1])


WEIGHTS = st.lists(st.integers(0, 10**9) | st.decimals(0, 10**9, places=9), min_size=1, max_size=20).filter(any)


@given(booked(), WEIGHTS)
def test_splitting_loses_no_cent(money: Money, weights: list[Decimal | int]) -> None:
    parts = money.allocate(weights)

    assert len(parts) == len(weights)
    assert total(parts, money.currency) == money


@given(booked(), WEIGHTS)
def test_every_part_is_within_one_minor_unit_of_its_fair_share(money: Money, weights: list[Decimal | int]) -> None:
    whole = sum((Decimal(weight) for weight in weights), Decimal(0))

    for part, weight in zip(money.allocate(weights), weights, strict=True):
        assert part == part.rounded()
        assert abs(part.amount - money.amount * Decimal(weight) / whole) < money.currency.smallest


@given(CENTS, CENTS, CENTS)
def test_addition_is_exact_in_any_order(one: int, other: int, third: int) -> None:
    a, b, c = (Money(Decimal(cents).scaleb(-2), USD) for cents in (one, other, third))

    assert (a + b) + c == a + (b + c)
    assert ((a + b) - b).amount == a.amount
