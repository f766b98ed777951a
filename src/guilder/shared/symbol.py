"""The names under which stocks trade."""

from __future__ import annotations

import re
from typing import NamedTuple, Self

from guilder.shared.errors import InvalidError

_TICKER = re.compile(r"[A-Z0-9]{1,6}(?:[.\-][A-Z0-9]{1,4})?", re.ASCII)


class InvalidSymbolError(InvalidError):
    """A symbol is one to six letters or digits, maybe with a class or exchange suffix: `AAPL`, `BRK.B`, `0700.HK`."""

    code = "invalid_symbol"
    field = "symbol"


class _Ticker(NamedTuple):
    value: str


class StockSymbol(_Ticker):
    """A stock's symbol, in capitals.

    A tuple underneath: symbols are keys wherever prices are looked up, and its hash is no call of ours.

    Raises:
        InvalidSymbolError: it is none.
    """

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        if not _TICKER.fullmatch(value):
            raise InvalidSymbolError(f"{value[:40]!r} is not a stock symbol (write AAPL, BRK.B, 0700.HK)")
        return super().__new__(cls, value)

    @classmethod
    def parse(cls, text: str) -> Self:
        """What somebody typed, in any case: `aapl`. Only ASCII letters are raised to capitals."""
        return cls(text.upper() if text.isascii() else text)

    def __str__(self) -> str:
        return self.value
