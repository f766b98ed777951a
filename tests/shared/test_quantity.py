"""Numbers of shares are exact to nine decimals."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.shared.quantity import LARGEST_QUANTITY, InvalidQuantityError, Quantity, parse_decimal
from tests.builders import shares

BILLIONTHS = st.integers(-int(LARGEST_QUANTITY) * 10**9, int(LARGEST_QUANTITY) * 10**9)


def test_a_share_can_be_split_into_billionths_and_no_further() -> None:
    assert str(shares("0.000000001")) == "0.000000001"
    with pytest.raises(InvalidQuantityError, match="decimals"):
        shares("0.0000000001")


def test_zeros_after_the_ninth_decimal_do_not_matter() -> None:
    assert shares("1.5000000000000") == shares("1.5")


@pytest.mark.parametrize(
    "text", ["", " ", "ten", "1,5", "NaN", "sNaN", "Infinity", "1e400", "1e-400", "1" * 40, "1_0", "\uff11\uff10"]
)
def test_what_is_no_number_of_shares_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuantityError):
        Quantity.parse(text)


@pytest.mark.parametrize("value", [1, 1.5, "1", None, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")])
def test_a_quantity_is_a_finite_decimal(value: Any) -> None:
    with pytest.raises(InvalidQuantityError):
        Quantity(value)


def test_the_books_carry_nine_billion_shares_and_no_more() -> None:
    assert Quantity(LARGEST_QUANTITY).value == LARGEST_QUANTITY
    with pytest.raises(InvalidQuantityError):
        shares("9000000000.000000001")
    with pytest.raises(InvalidQuantityError):
        Quantity(LARGEST_QUANTITY) + shares("1")


def test_quantities_add_and_subtract_below_zero_too() -> None:
    assert shares("1.5") + shares("2.5") == shares("4")
    assert shares("1.5") - shares("2.5") == shares("-1")
    assert -shares("1") == shares("-1")


def test_quantities_compare() -> None:
    assert shares("1") < shares("2") <= shares("2.0") < shares("3")
    assert shares("3") > shares("2") >= shares("2.0") > shares("1")
    assert hash(shares("2.0")) == hash(shares("2"))


def test_only_zero_is_false() -> None:
    assert not Quantity.zero()
    assert not shares("0.000")
    assert shares("-1")


@pytest.mark.parametrize(
    ("text", "written"),
    [("10", "10"), ("10.0", "10"), ("1e2", "100"), ("100", "100"), ("0.1250", "0.125"), ("-2.50", "-2.5"), ("0", "0")],
)
def test_a_quantity_is_written_in_plain_digits_without_trailing_zeros(text: str, written: str) -> None:
    assert str(shares(text)) == written


@given(BILLIONTHS)
def test_what_was_written_is_read_again_as_the_same_quantity(billionths: int) -> None:
    quantity = Quantity(Decimal(billionths).scaleb(-9))

    assert Quantity.parse(str(quantity)) == quantity


@given(st.text(max_size=60))
def test_any_text_is_a_finite_number_or_is_refused(text: str) -> None:
    with suppress(ValueError):
        assert parse_decimal(text).is_finite()


def test_a_refusal_repeats_no_more_than_the_beginning_of_what_was_asked_for() -> None:
    with pytest.raises(InvalidQuantityError) as refusal:
        Quantity.parse("9" * 100_000)

    assert len(refusal.value.detail) < 100
