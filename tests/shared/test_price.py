"""Prices per share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.shared.currency import EUR, USD
from guilder.shared.money import LARGEST_AMOUNT, AmountTooLargeError, CurrencyMismatchError, InvalidPriceError, Price
from guilder.shared.quantity import LARGEST_QUANTITY, Quantity
from tests.builders import price, shares, usd


@pytest.mark.parametrize("amount", ["0", "-0.01", "NaN", "sNaN", "Infinity", "-Infinity", "900000000000000.01"])
def test_a_price_is_positive_and_finite_and_fits_the_books(amount: str) -> None:
    with pytest.raises(InvalidPriceError):
        Price(Decimal(amount), USD)


@pytest.mark.parametrize("amount", [1, 1.5, "1.5", None])
def test_a_price_is_a_decimal(amount: Any) -> None:
    with pytest.raises(InvalidPriceError):
        Price(amount, USD)


def test_a_price_that_was_typed_with_an_exponent_is_told_in_plain_digits() -> None:
    typed = Price.parse("9e1", USD)

    assert (str(typed), str(typed.amount)) == ("90 USD", "90")


def test_a_price_has_at_most_nine_decimals() -> None:
    assert price("0.000000001").amount == Decimal("0.000000001")
    with pytest.raises(InvalidPriceError, match="decimals"):
        price("0.0000000001")


@pytest.mark.parametrize("text", ["", "abc", "1,5", "0", "-1", "NaN", "1e400", "1" * 41, "1_0", "\uff11"])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(InvalidPriceError):
        Price.parse(text, USD)


def test_price_times_shares_is_an_exact_value_not_yet_rounded() -> None:
    assert price("0.3335") * shares("3") == usd("1.0005")


@given(st.integers(1, 10**13), st.integers(1, int(LARGEST_QUANTITY) * 10**9))
def test_the_value_of_shares_at_a_market_price_loses_no_digit(steps: int, billionths: int) -> None:
    """Market prices have up to four decimals; the values are those that the books can carry."""
    value = Price(Decimal(steps).scaleb(-4), USD) * Quantity(Decimal(billionths).scaleb(-9))

    if value.amount <= LARGEST_AMOUNT:
        assert value.amount == Decimal(steps * billionths).scaleb(-13)


def test_what_shares_are_worth_is_rounded_once_half_even() -> None:
    assert price("0.335").value_of(shares("3")) == usd("1.00")
    assert price("0.3335").value_of(shares("3")) == usd("1.00")
    assert price("0.005000001").value_of(shares("1")) == usd("0.01") != price("0.005").value_of(shares("1"))


def test_shares_that_are_worth_more_than_the_books_carry_have_no_value() -> None:
    with pytest.raises(AmountTooLargeError):
        price("900000000000000").value_of(shares("2"))


def test_the_average_price_is_the_value_by_the_shares() -> None:
    assert Price.average(usd("1060"), shares("10")) == price("106")


def test_an_average_price_is_rounded_half_even_to_nine_decimals() -> None:
    assert Price.average(usd("1"), shares("3")) == price("0.333333333")
    assert Price.average(usd("2"), shares("3")) == price("0.666666667")


@given(st.integers(1, int(LARGEST_AMOUNT) * 10**4), st.integers(1, int(LARGEST_QUANTITY) * 10**9))
def test_shares_bought_at_one_price_cost_that_price_on_average(steps: int, billionths: int) -> None:
    at, quantity = Price(Decimal(steps).scaleb(-4), USD), Quantity(Decimal(billionths).scaleb(-9))

    if (at * quantity).amount <= LARGEST_AMOUNT:
        assert Price.average(at * quantity, quantity) == at


def test_prices_of_one_currency_compare() -> None:
    assert price("1") < price("2") <= price("2.0") < price("3")
    assert price("3") > price("2") >= price("2.0") > price("1")
    assert price("2.0") == price("2")


def test_prices_of_different_currencies_do_not_compare() -> None:
    with pytest.raises(CurrencyMismatchError):
        assert price("1") < price("1", EUR)
    with pytest.raises(CurrencyMismatchError):
        assert price("1") >= price("1", EUR)


def test_a_price_is_written_with_its_currency() -> None:
    assert str(price("101.50")) == "101.50 USD"
