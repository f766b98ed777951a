"""Numbers and instants on the wire: exact in, plain out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from guilder.core.wire import (
    AmountIn,
    DecimalIn,
    InstantIn,
    LimitIn,
    PriceIn,
    QuantityIn,
    decimal_text,
    instant_text,
    money_text,
)
from guilder.shared.currency import USD, Currency
from guilder.shared.money import Money


class Ticket(BaseModel):
    """One field of every kind."""

    amount: AmountIn | None = None
    price: PriceIn | None = None
    quantity: QuantityIn | None = None
    rate: DecimalIn | None = None
    at: InstantIn | None = None
    limit: LimitIn = 100


def complaint(**values: Any) -> str:
    with pytest.raises(ValidationError) as refusal:
        Ticket(**values)
    messages = [error["msg"] for error in refusal.value.errors()]
    return messages[0]


numbers = ["amount", "price", "quantity", "rate"]


@pytest.mark.parametrize("field", numbers)
@pytest.mark.parametrize("value", ["0.10", Decimal("0.10"), 10, "10", "1e2", "+5", ".5"])
def test_a_number_is_taken_as_a_string_or_a_number_and_kept_exactly(field: str, value: Any) -> None:
    kept = getattr(Ticket(**{field: value}), field)

    assert str(kept) == (str(Decimal(value)) if field == "rate" else str(value))


@pytest.mark.parametrize("field", numbers)
@pytest.mark.parametrize(
    "value",
    [
        True,
        1.5,
        [],
        {},
        "",
        " 1",
        "1 ",
        "1_000",
        "1,5",
        "0x10",
        "\N{FULLWIDTH DIGIT ONE}",
        "NaN",
        "Infinity",
        "-inf",
        "1e400",
        "1e-400",
        Decimal("1e400"),
        Decimal("NaN"),
        Decimal("Infinity"),
        10**400,
        "9" * 41,
        "0" * 41,
        "much",
        "1\n",
    ],
)
def test_what_is_no_number_for_a_ticket_is_refused(field: str, value: Any) -> None:
    assert complaint(**{field: value})


def test_a_price_is_above_zero() -> None:
    assert "positive" in complaint(price="0")
    assert "positive" in complaint(price="-1")


def test_a_quantity_and_a_price_have_at_most_nine_decimals() -> None:
    assert "9 decimals" in complaint(quantity="0.0000000001")
    assert "9 decimals" in complaint(price="0.0000000001")


def test_what_the_books_cannot_carry_is_refused() -> None:
    assert "books" in complaint(amount="900000000000000.01")
    assert "books" in complaint(quantity="9000000001")
    assert "books" in complaint(quantity="9" * 40)


@given(st.decimals(min_value="0.0001", max_value=10**12, places=4))
def test_money_sent_as_a_string_or_a_number_is_the_same_money(amount: Decimal) -> None:
    by_text, by_number = Ticket(amount=str(amount)), Ticket(amount=amount)  # type: ignore[arg-type]

    assert by_text.amount == by_number.amount
    assert Decimal(by_text.amount or "") == amount


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2010-01-04", datetime(2010, 1, 4, tzinfo=UTC)),
        ("2010-01-04T14:30:00Z", datetime(2010, 1, 4, 14, 30, tzinfo=UTC)),
        ("2010-01-04T09:30:00.5-05:00", datetime(2010, 1, 4, 14, 30, 0, 500_000, tzinfo=UTC)),
        ("2010-01-04T14:30:00 00:00", datetime(2010, 1, 4, 14, 30, tzinfo=UTC)),
    ],
)
def test_an_instant_is_a_date_or_says_its_zone(text: str, at: datetime) -> None:
    assert Ticket(at=text).at == at  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", ["2010-01-04T14:30:00", "yesterday", "", 5, "2010-13-01", "0001-01-01T00:00:00+23:00"]
)
def test_an_instant_without_a_zone_or_a_meaning_is_refused(value: Any) -> None:
    assert complaint(at=value)


@pytest.mark.parametrize(("asked", "given"), [(1, 1), ("500", 500), (501, 500), (10**9, 500)])
def test_more_than_the_largest_page_is_taken_as_the_largest(asked: Any, given: int) -> None:
    assert Ticket(limit=asked).limit == given


@pytest.mark.parametrize("asked", [0, -1, "many", 1.5])
def test_a_page_has_at_least_one_item(asked: Any) -> None:
    assert complaint(limit=asked)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("190.5", "USD", "190.50"),
        ("1E+3", "USD", "1000.00"),
        ("5", "JPY", "5"),
        ("1.5", "KWD", "1.500"),
        ("-0.00", "USD", "0.00"),
        ("-0.001", "USD", "0.00"),
        ("-1.005", "USD", "-1.00"),
        ("900000000000000", "USD", "900000000000000.00"),
    ],
)
def test_money_goes_out_with_the_decimals_of_its_currency(amount: str, currency: str, text: str) -> None:
    assert money_text(Money(Decimal(amount), Currency(currency))) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [("10.000", "10"), ("1E+3", "1000"), ("0.125", "0.125"), ("-0.0", "0"), ("0E-9", "0"), ("-10.50", "-10.5")],
)
def test_a_decimal_goes_out_in_plain_digits(number: str, text: str) -> None:
    assert decimal_text(Decimal(number)) == text


@given(st.decimals(min_value="-1e12", max_value="1e12", places=9))
def test_what_goes_out_can_come_back(number: Decimal) -> None:
    assert Decimal(decimal_text(number)) == number


def test_an_instant_goes_out_in_utc_with_a_z() -> None:
    new_york = timezone(timedelta(hours=-5))

    assert instant_text(datetime(2010, 1, 4, 9, 30, tzinfo=new_york)) == "2010-01-04T14:30:00Z"
    assert instant_text(datetime(2010, 1, 4, 14, 30, 0, 1, tzinfo=UTC)) == "2010-01-04T14:30:00.000001Z"


def test_money_in_large_amounts_loses_nothing_on_its_way_out() -> None:
    amount = Decimal("123456789012345.67")

    assert money_text(Money(amount, USD)) == "123456789012345.67"
