"""One symbol's history: its bars, session by session, and what its company did to its shares."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from guilder.market_data.domain.corporate_actions import Dividend, Split
from guilder.shared.currency import Currency
from guilder.shared.symbol import StockSymbol


class SessionPrices(NamedTuple):
    """What a symbol did in one session: prices in ten-thousandths of the currency's unit, volume in shares."""

    open: int
    high: int
    low: int
    close: int
    volume: int


class Listing:
    """A symbol's unbroken series of bars as traded (unadjusted), from session number `first` of the calendar on.

    `columns` are open, high, low, close and volume. Splits and dividends stand with the number of their ex-session,
    oldest first; none is on the first session or before.
    """

    def __init__(
        self,
        symbol: StockSymbol,
        currency: Currency,
        first: int,
        columns: tuple[Sequence[int], Sequence[int], Sequence[int], Sequence[int], Sequence[int]],
        splits: Sequence[tuple[int, Split]] = (),
        dividends: Sequence[tuple[int, Dividend]] = (),
    ) -> None:
        self.symbol = symbol
        self.currency = currency
        self.first = first
        self.last = first + len(columns[0]) - 1
        self.splits = tuple(splits)
        self.dividends = tuple(
            (number, dividend.price_factor(columns[3][number - first])) for number, dividend in dividends
        )
        """The ex-session of each dividend, and by what it lowers earlier prices."""
        self._rows = list(map(SessionPrices._make, zip(*columns, strict=True)))

    def prices(self, number: int) -> SessionPrices | None:
        """The bar of a session as it was traded; None when the symbol had none."""
        return self._rows[number - self.first] if self.first <= number <= self.last else None

    def growth(self, first: int, last: int) -> Fraction:
        """The last close of the sessions from `first` to `last` over their first open, in shares of one day.

        The symbol was traded in both.
        """
        opened, closed = self._rows[first - self.first], self._rows[last - self.first]
        return Fraction(closed.close, opened.open) / self.split_factor(first, last)

    def split_factor(self, number: int, anchor: int) -> Fraction:
        """By what a price of session `number` is multiplied to count in the shares of session `anchor`."""
        factor = Fraction(1)
        for ex, split in self.splits:
            if number < ex <= anchor:
                factor *= split.price_factor
            elif anchor < ex <= number:
                factor /= split.price_factor
        return factor
