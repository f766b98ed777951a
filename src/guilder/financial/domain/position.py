"""Positions: what a portfolio holds of one stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from guilder.financial.domain.lot import Lot, shares_in
from guilder.shared.currency import Currency
from guilder.shared.money import Money, Price, total
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol

_STEP: Final = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class Position:
    """The open lots of one stock, oldest first; never empty."""

    symbol: StockSymbol
    lots: tuple[Lot, ...]
    currency: Currency

    @classmethod
    def of(cls, symbol: StockSymbol, lots: Sequence[Lot], currency: Currency) -> Position:
        return cls(symbol, tuple(lots), currency)

    @property
    def quantity(self) -> Quantity:
        return shares_in(self.lots)

    @property
    def cost_basis(self) -> Money:
        """What the shares cost together."""
        return total((lot.cost_basis for lot in self.lots), self.currency)

    @property
    def average_price(self) -> Decimal:
        """What a share cost on average, to nine decimals: cost basis by quantity. Free shares make it zero."""
        return (self.cost_basis.amount / self.quantity.value).quantize(_STEP)

    def market_value(self, price: Price) -> Money:
        """What the shares are worth at a price per share, rounded to the cent."""
        return (price * self.quantity).rounded()

    def calculate_unrealized_pnl(self, price: Price) -> Money:
        """What selling at that price would gain, or lose when negative."""
        return self.market_value(price) - self.cost_basis
