"""Positions: what a portfolio holds of one stock."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from guilder.financial.domain.lot import Holding, Lot
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol

_STEP: Final = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class Position:
    """The open lots of one stock, oldest first, the shares in them, and what these cost together; never empty."""

    symbol: StockSymbol
    lots: tuple[Lot, ...]
    quantity: Quantity
    cost_basis: Money

    @classmethod
    def of(cls, symbol: StockSymbol, holding: Holding) -> Position:
        return cls(symbol, holding.lots, holding.quantity, holding.cost_basis)

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
