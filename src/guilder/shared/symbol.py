"""The names under which stocks trade."""

from __future__ import annotations

import re
from dataclasses import dataclass

from guilder.shared.errors import InvalidError

_TICKER = re.compile(r"[A-Z0-9]{1,6}(?:[.\-][A-Z0-9]{1,4})?", re.ASCII)


class InvalidSymbolError(InvalidError):
    """A symbol is one to six letters or digits, maybe with a class or exchange suffix: `AAPL`, `BRK.B`, `0700.HK`."""

    code = "invalid_symbol"
    field = "symbol"


@dataclass(frozen=True, slots=True, order=True)
class StockSymbol:
    """A stock's symbol, in capitals.

    Raises:
        InvalidSymbolError: it is none.
    """

    value: str

    def __post_init__(self) -> None:
        if not _TICKER.fullmatch(self.value):
            raise InvalidSymbolError(f"{self.value[:40]!r} is not a stock symbol (write AAPL, BRK.B, 0700.HK)")

    def __hash__(self) -> int:
        """That of its text: symbols are keys wherever prices are looked up, and the hash of a tuple costs as much."""
        return hash(self.value)

    @classmethod
    def parse(cls, text: str) -> StockSymbol:
        """What somebody typed, in any case: `aapl`. Only ASCII letters are raised to capitals."""
        return cls(text.upper() if text.isascii() else text)

    def __str__(self) -> str:
        return self.value
