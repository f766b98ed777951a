"""Values as they travel in JSON: exact numbers and instants, in and out.

People send numbers as strings or as JSON numbers; both are read exactly (`exact_json.py`) and arrive here as
text or `Decimal`, never as a binary float. What goes out is a string of plain digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from guilder.core.instants import instant_text, parse_instant
from guilder.core.pages import LARGEST_LIMIT
from guilder.shared.currency import USD
from guilder.shared.errors import InvalidError
from guilder.shared.money import LARGEST_AMOUNT, Money, Price
from guilder.shared.quantity import Quantity, format_decimal, parse_decimal


class RequestModel(BaseModel):
    """What people send: every body of a request is one. A field that it does not know is refused by its name, so that
    a slip of the pen in a `limit_price` is seen before anything is done without it.
    """

    model_config = ConfigDict(extra="forbid")


def exact_number(value: object) -> str:
    """The text of a number that arrived as a string or as a JSON number.

    Raises:
        ValueError: it is no number (`true` and binary floats are none), not finite, longer than 40 characters
            or too large or too small to stand on a ticket.
    """
    if isinstance(value, str):
        text = value
    elif isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        text = str(value)
    else:
        raise ValueError('write a number, best as a string: "190.50"')
    parse_decimal(text)
    return text


def _field(check: Callable[[str], object]) -> PlainValidator:
    """A validator whose value is the number's exact text, once `check` has read it without an error."""

    def read(value: object) -> Any:
        try:
            text = exact_number(value)
            check(text)
        except InvalidError as problem:
            raise PydanticCustomError("invalid", "{reason}", {"reason": problem.detail}) from problem
        except ValueError as problem:
            raise PydanticCustomError("invalid", "{reason}", {"reason": str(problem)}) from problem
        return text

    return PlainValidator(read)


def _amount(text: str) -> None:
    if abs(parse_decimal(text)) > LARGEST_AMOUNT:
        raise ValueError("it is more than the books carry")


def _price(text: str) -> None:
    Price.parse(text, USD)


def _schema(pattern: str, example: str) -> WithJsonSchema:
    number = [{"type": "string", "pattern": pattern}, {"type": "number"}]
    return WithJsonSchema({"anyOf": number, "examples": [example]}, mode="validation")


AmountIn = Annotated[str, _field(_amount), _schema(r"^-?[0-9]{1,14}(\.[0-9]{1,4})?$", "190.50")]
"""An amount of money, as exact text for `Money.parse(text, currency)`, which knows how many decimals fit."""

PriceIn = Annotated[str, _field(_price), _schema(r"^[0-9]{1,14}(\.[0-9]{1,9})?$", "190.50")]
"""A price per share, above zero, as exact text for `Price.parse(text, currency)`."""

QuantityIn = Annotated[str, _field(Quantity.parse), _schema(r"^-?[0-9]{1,9}(\.[0-9]{1,9})?$", "0.125")]
"""A number of shares, as exact text for `Quantity.parse(text)`; zero and less are the ticket's affair."""

DecimalIn = Annotated[
    Decimal,
    BeforeValidator(lambda value: Decimal(exact_number(value))),
    _schema(r"^-?[0-9]{1,19}(\.[0-9]{1,19})?$", "0.05"),
]
"""Any other exact number, such as a rate."""


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("write 2010-01-04 or 2010-01-04T14:30:00Z")
    # In a query an unescaped `+` arrives as a blank.
    return parse_instant(value.replace(" ", "+") if "T" in value else value)


InstantIn = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "examples": ["2010-01-04T14:30:00Z"]}),
]
"""An instant with its zone, or a date, which is its midnight UTC."""

InstantOut = Annotated[datetime, PlainSerializer(instant_text, return_type=str)]
"""An instant as it goes out: RFC 3339 in UTC, with a Z."""

LimitIn = Annotated[int, Field(ge=1), AfterValidator(lambda limit: min(limit, LARGEST_LIMIT))]
"""How many items a page may have: 1 or more; more than 500 is taken as 500."""


@contextmanager
def reading(field: str) -> Iterator[None]:
    """Around the reading of a field: whatever is refused there, is refused by that field's name."""
    try:
        yield
    except InvalidError as refusal:
        refusal.field = field
        raise


def money_text(money: Money) -> str:
    """`190.50`: with the decimals of its currency's minor unit."""
    amount, currency = money.amount, money.currency
    is_rounded = amount.same_quantum(currency.smallest)
    text = str(amount) if is_rounded else format(amount, f".{currency.minor_unit}f")
    return _without_sign_of_zero(text) if text[0] == "-" else text


def decimal_text(number: Decimal) -> str:
    """`0.125`: plain digits, no exponent, no trailing zeros."""
    text = format_decimal(number)
    return _without_sign_of_zero(text) if text[0] == "-" else text


def _without_sign_of_zero(text: str) -> str:
    return text if text.strip("-0.") else text.removeprefix("-")


__all__ = [
    "AmountIn",
    "DecimalIn",
    "InstantIn",
    "InstantOut",
    "LimitIn",
    "PriceIn",
    "QuantityIn",
    "RequestModel",
    "decimal_text",
    "exact_number",
    "instant_text",
    "money_text",
    "reading",
]
