"""Numbers of shares: exact to nine decimals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from guilder.shared.errors import InvalidError

QUANTITY_DECIMALS: Final = 9
LARGEST_QUANTITY: Final = Decimal("9_000_000_000")
"""Nine billion shares: what fits a 64-bit integer in billionths, with room to add."""

_SMALLEST_QUANTITY: Final = -LARGEST_QUANTITY
_FINEST: Final = Decimal(1).scaleb(-QUANTITY_DECIMALS)
_LONGEST_NUMBER: Final = 40
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")


class InvalidQuantityError(InvalidError):
    """A quantity is a finite decimal number with at most nine decimals."""

    code = "invalid_quantity"


def parse_decimal(text: str) -> Decimal:
    """The plain decimal number that `text` spells, without an exponent, whatever the text had; `1e400`, `NaN` and 400
    digits are none.

    Raises:
        ValueError: it spells no number that a person would write on a ticket.
    """
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} characters is too long")
    # `Decimal` also reads the digits of other scripts, and underscores between digits.
    if not text.isascii() or "_" in text:
        raise ValueError(f"{text!r} is not a number")
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a number")
    number = Decimal(text)
    if not -_LONGEST_NUMBER < number.adjusted() < _LONGEST_NUMBER:
        raise ValueError(f"{text!r} is too large or too small")
    return Decimal(format(number, "f")) if "e" in text or "E" in text else number


@dataclass(frozen=True, slots=True, init=False)
class Quantity:
    """A number of shares. Signed, since differences are; who needs more than zero says so.

    Raises:
        InvalidQuantityError: not finite, finer than nine decimals, or beyond what the books carry.
    """

    value: Decimal

    def __init__(self, value: Decimal) -> None:
        if type(value) is not Decimal or not value.is_finite() or not _SMALLEST_QUANTITY <= value <= LARGEST_QUANTITY:
            raise _not_countable(value)
        if value != value.quantize(_FINEST):
            raise InvalidQuantityError(f"{value} has more than {QUANTITY_DECIMALS} decimals")
        _set_value(self, value)

    @classmethod
    def zero(cls) -> Quantity:
        return _ZERO

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """What somebody typed: `"10"` or `"0.125"`. Raises `InvalidQuantityError`."""
        try:
            return cls(parse_decimal(text))
        except ValueError as problem:
            raise InvalidQuantityError(str(problem)) from problem

    def __add__(self, other: Quantity) -> Quantity:
        return _quantity(self.value + other.value)

    def __sub__(self, other: Quantity) -> Quantity:
        return _quantity(self.value - other.value)

    def __neg__(self) -> Quantity:
        return _unchecked(-self.value)

    def __lt__(self, other: Quantity) -> bool:
        return self.value < other.value

    def __le__(self, other: Quantity) -> bool:
        return self.value <= other.value

    def __gt__(self, other: Quantity) -> bool:
        return self.value > other.value

    def __ge__(self, other: Quantity) -> bool:
        return self.value >= other.value

    def __bool__(self) -> bool:
        return bool(self.value)

    def __str__(self) -> str:
        """Without trailing zeros and without an exponent: `10`, `0.125`."""
        return format_decimal(self.value)


def format_decimal(number: Decimal) -> str:
    """Plain digits, no exponent, no trailing zeros."""
    text = str(number)
    if "E" in text:
        text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


# As in `money`: set without the detour of frozen dataclasses; sums of nine decimals have no more than nine.
_set_value: Final = vars(Quantity)["value"].__set__
_new: Final = object.__new__


def _quantity(value: Decimal) -> Quantity:
    if not _SMALLEST_QUANTITY <= value <= LARGEST_QUANTITY:
        raise _not_countable(value)
    made = _new(Quantity)
    _set_value(made, value)
    return made


def _unchecked(value: Decimal) -> Quantity:
    made = _new(Quantity)
    _set_value(made, value)
    return made


def _not_countable(value: Decimal) -> InvalidQuantityError:
    return InvalidQuantityError(f"{value} is not a number of shares that the books can carry")


_ZERO: Final = Quantity(Decimal(0))
