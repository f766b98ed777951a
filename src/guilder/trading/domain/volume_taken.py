"""What a portfolio had of the volume of a symbol in the present span of time."""

from __future__ import annotations

from datetime import datetime

from guilder.shared.events import Aggregate
from guilder.shared.ids import PortfolioId
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol


class VolumeTaken(Aggregate):
    """All orders that a portfolio has in a symbol share what there is to be had in a span."""

    __slots__ = ("_quantity", "_span_at", "id")

    def __init__(self, id: str, span_at: datetime, quantity: Quantity, *, version: int = 0) -> None:
        super().__init__(version=version)
        self.id = id
        self._span_at = span_at
        self._quantity = quantity

    @staticmethod
    def id_for(portfolio_id: PortfolioId, symbol: StockSymbol) -> str:
        return f"{portfolio_id} {symbol}"

    @property
    def span_at(self) -> datetime:
        """The beginning of the last span in which anything was taken."""
        return self._span_at

    @property
    def quantity(self) -> Quantity:
        """What was taken in that span."""
        return self._quantity

    def taken_in(self, span_at: datetime) -> Quantity:
        """What was taken in the span that begins then."""
        return self._quantity if span_at == self._span_at else Quantity.zero()

    def take(self, quantity: Quantity, span_at: datetime) -> None:
        """Shares were executed in the span that begins then."""
        self._quantity = self.taken_in(span_at) + quantity
        self._span_at = span_at
        self.record()
