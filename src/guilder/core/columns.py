"""Column types that keep what they are given, exactly, on SQLite and on PostgreSQL alike.

SQLite would keep `Numeric` through binary floats and drop time zones; so amounts and shares are scaled 64-bit
integers on both (sums are then exact, and the database's), prices exact decimals, instants integer microseconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, Numeric, Text, TypeDecorator, Uuid
from sqlalchemy.types import TypeEngine

from guilder.shared.money import AmountTooLargeError

_LARGEST = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


Convert = Callable[[Any], Any]
"""Makes of a value, which may be None, what the driver takes."""


class _Scaled(TypeDecorator[Decimal]):
    """A decimal number as a whole number of its smallest steps; finer or larger is refused."""

    impl = BigInteger
    cache_ok = True
    decimals = 0

    def bind_processor(self, dialect: Dialect) -> Convert | None:
        return self._in_steps

    def _in_steps(self, value: Decimal | None) -> int | None:
        if value is None:
            return None
        scaled = Decimal(value).scaleb(self.decimals)
        whole = int(scaled)
        if whole != scaled:
            raise ValueError(f"{value} has more than {self.decimals} decimals; it was not rounded before it was saved")
        if abs(whole) > _LARGEST:
            raise AmountTooLargeError(f"{value} is more than the books carry")
        return whole

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.decimals)


class Cash(_Scaled):
    """An amount of money, in ten-thousandths of the currency's unit."""

    cache_ok = True
    decimals = 4


class Shares(_Scaled):
    """A number of shares, in billionths."""

    cache_ok = True
    decimals = 9


class ExactDecimal(TypeDecorator[Decimal]):
    """A price: an exact decimal number, as text on SQLite and NUMERIC on PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Numeric(30, 9) if dialect.name == "postgresql" else Text())

    def bind_processor(self, dialect: Dialect) -> Convert | None:
        return None if dialect.name == "postgresql" else _digits

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else _without_trailing_zeros(Decimal(value))


class Instant(TypeDecorator[datetime]):
    """An aware instant, as microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Convert | None:
        return _microseconds

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Day(TypeDecorator[date]):
    """A date, as text: `2010-01-04`."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Convert | None:
        return _iso_date

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class Id(TypeDecorator[UUID]):
    """A UUID: sixteen bytes on SQLite, `uuid` on PostgreSQL; both sort it byte by byte."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Uuid() if dialect.name == "postgresql" else LargeBinary(16))

    def bind_processor(self, dialect: Dialect) -> Convert | None:
        return None if dialect.name == "postgresql" else _sixteen_bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        if value is None or isinstance(value, UUID):
            return value
        return UUID(bytes=bytes(value))


class Json(TypeDecorator[Any]):
    """A small document, as text: the same bytes on every database."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Convert | None:
        return _json_text

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value, parse_float=Decimal)


class Flag(TypeDecorator[bool]):
    """Yes or no, as 1 or 0."""

    impl = Integer
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Convert | None:
        return _one_or_zero

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


def _digits(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


@lru_cache(1_024)  # the rows of one commit name a few instants again and again
def _microseconds(value: datetime | None) -> int | None:
    return None if value is None else (value - _EPOCH) // _MICROSECOND


def _iso_date(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _sixteen_bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.int.to_bytes(16)


_encode_json = json.JSONEncoder(separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode


def _json_text(value: Any) -> str | None:
    return None if value is None else _encode_json(value)


def _one_or_zero(value: bool | None) -> int | None:
    return None if value is None else int(value)


def _without_trailing_zeros(number: Decimal) -> Decimal:
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if number == whole else number.normalize()
