"""The history in the box: real daily prices of five companies, 2000 to 2013. See `data/PROVENANCE.md`."""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from guilder.market_data.domain.calendar import SessionCalendar
from guilder.market_data.domain.corporate_actions import Dividend, Split
from guilder.market_data.domain.listing import Listing
from guilder.market_data.domain.rounding import STEP_DECIMALS
from guilder.published.market_data import SymbolNotFoundError
from guilder.shared.currency import Currency
from guilder.shared.symbol import StockSymbol

_DATA: Final = Path(__file__).with_name("data")


class SamplePrices:
    """`PriceHistory` from the files that ship with Guilder; read whole, once, when it is made."""

    source: Final = "sample"

    def __init__(self) -> None:
        header, packed = zlib.decompress((_DATA / "sample_prices.bin").read_bytes()).split(b"\n", 1)
        told = json.loads(header)
        columns = _Columns(packed)
        sessions = told["sessions"]
        self._calendar = SessionCalendar(*(columns.next(sessions) for _ in range(3)))
        actions = json.loads((_DATA / "sample_actions.json").read_bytes())
        self._listings = {
            listing.symbol: listing
            for listing in (self._listing(entry, columns, actions) for entry in told["listings"])
        }

    @property
    def calendar(self) -> SessionCalendar:
        return self._calendar

    def listing(self, symbol: StockSymbol) -> Listing:
        """Raises `SymbolNotFoundError`."""
        found = self._listings.get(symbol)
        if found is None:
            raise SymbolNotFoundError
        return found

    def find(self, symbol: StockSymbol) -> Listing | None:
        return self._listings.get(symbol)

    def _listing(self, entry: Mapping[str, Any], columns: _Columns, actions: Sequence[Mapping[str, Any]]) -> Listing:
        own = [action for action in actions if action["symbol"] == entry["symbol"]]
        opens, highs, lows, closes, volumes = (columns.next(entry["count"]) for _ in range(5))
        return Listing(
            StockSymbol(entry["symbol"]),
            Currency(entry["currency"]),
            entry["first"],
            (opens, highs, lows, closes, volumes),
            splits=list(self._splits(own)),
            dividends=list(self._dividends(own)),
        )

    def _splits(self, actions: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, Split]]:
        for action in actions:
            if action["kind"] == "split":
                ex_on = date.fromisoformat(action["ex_on"])
                yield self._calendar.number_from(ex_on), Split(ex_on, action["new"], action["old"])

    def _dividends(self, actions: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, Dividend]]:
        for action in actions:
            if action["kind"] == "dividend":
                ex_on = date.fromisoformat(action["ex_on"])
                steps = int(Decimal(action["amount"]).scaleb(STEP_DECIMALS))
                yield self._calendar.number_from(ex_on), Dividend(ex_on, steps)


class _Columns:
    """Columns of whole numbers, each written as the differences from one to the next."""

    def __init__(self, packed: bytes) -> None:
        self._differences = array("i", packed)
        if sys.byteorder == "big":
            self._differences.byteswap()
        self._at = 0

    def next(self, length: int) -> Sequence[int]:
        """The next column of that length."""
        column = self._differences[self._at : self._at + length]
        self._at += length
        return array("i", accumulate(column))
