"""Positions: what a portfolio holds of each stock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from guilder.financial.domain.lot import Holding, Lot
from guilder.shared.currency import Currency
from guilder.shared.money import Money, Price, total
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol

_STEP: Final = Decimal("0.000000001")


class Position(NamedTuple):
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
        return price.value_of(self.quantity)

    def calculate_unrealized_pnl(self, price: Price) -> Money:
        """What selling at that price would gain, or lose when negative."""
        return self.market_value(price) - self.cost_basis


class Positions:
    """The open lots of a portfolio, by stock."""

    __slots__ = ("_by_symbol", "_currency")

    def __init__(self, currency: Currency, lots: Iterable[Lot] = ()) -> None:
        self._currency = currency
        self._by_symbol: dict[StockSymbol, Holding] = {}
        for lot in lots:
            self.add(lot)

    def __iter__(self) -> Iterator[Position]:
        """By symbol."""
        held = sorted(self._by_symbol.items(), key=lambda item: item[0].value)
        return iter([Position.of(symbol, holding) for symbol, holding in held])

    @property
    def cost_basis(self) -> Money:
        """What all shares have cost."""
        return total((holding.cost_basis for holding in self._by_symbol.values()), self._currency)

    def of(self, symbol: StockSymbol) -> Holding:
        """What is held of a stock; an empty one when nothing is."""
        return self._by_symbol.get(symbol) or Holding(self._currency)

    def shares(self, symbol: StockSymbol) -> Quantity:
        """How many are held."""
        holding = self._by_symbol.get(symbol)
        return Quantity.zero() if holding is None else holding.quantity

    def add(self, lot: Lot) -> None:
        """Shares were bought. Raises `InvalidQuantityError`: more than the books can carry."""
        holding = self._by_symbol.get(lot.symbol)
        if holding is None:
            holding = self._by_symbol[lot.symbol] = Holding(self._currency)
        holding.add(lot)

    def drop(self, symbol: StockSymbol) -> None:
        """Nothing is held of a stock any more."""
        self._by_symbol.pop(symbol, None)
