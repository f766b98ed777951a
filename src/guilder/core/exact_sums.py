"""Sums of 64-bit integers that the database makes exactly, however large they grow.

SQLite gives up when a sum leaves 64 bits, even in passing. So the upper and the lower halves of the numbers are
added up apart, and put together here.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, FromClause, Integer, func, literal, type_coerce

_BITS: Final = 32


class ExactSum(NamedTuple):
    """The sum of a column of a group: select both halves; `of_row` puts them together."""

    name: str
    upper: ColumnElement[int]
    lower: ColumnElement[int]

    @property
    def columns(self) -> tuple[ColumnElement[int], ColumnElement[int]]:
        return self.upper.label(f"{self.name}_upper"), self.lower.label(f"{self.name}_lower")

    @property
    def whole(self) -> ColumnElement[int]:
        """Both halves together, to be compared by the database; beyond 64 bits it is some other large number."""
        return self.upper * literal(2**_BITS, BigInteger) + self.lower

    @property
    def is_not_zero(self) -> ColumnElement[bool]:
        """For `HAVING`."""
        return self.whole != 0

    def of_row(self, row: Any) -> int:
        """The sum in a row that holds both halves by their names."""
        return whole_sum(*(getattr(row, f"{self.name}_{half}") for half in ("upper", "lower")))


def whole_sum(upper: Any, lower: Any) -> int:
    """The sum whose halves these are, for those who take rows by place; that of no numbers is 0."""
    return (int(upper or 0) << _BITS) + int(lower or 0)


def exact_sum(name: str, units: ColumnElement[Any]) -> ExactSum:
    """The sum of a column of whole numbers, whatever they stand for."""
    whole = type_coerce(units, BigInteger)
    upper = whole.bitwise_rshift(literal(_BITS, Integer))
    lower = whole.bitwise_and(literal(2**_BITS - 1, BigInteger))
    return ExactSum(name, func.sum(upper), func.sum(lower))


def sum_of(name: str, sums: FromClause) -> ExactSum:
    """The exact sum of that name, as a subquery has made it."""
    return ExactSum(name, sums.c[f"{name}_upper"], sums.c[f"{name}_lower"])


def sum_again(name: str, sums: FromClause) -> ExactSum:
    """The sum of such sums."""
    part = sum_of(name, sums)
    return ExactSum(name, func.sum(part.upper), func.sum(part.lower))
