"""Executions: shares that changed hands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guilder.shared.ids import ExecutionId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Execution:
    """A fill: its shares, the price per share, the market's instant, and why it got this price and size."""

    id: ExecutionId
    quantity: Quantity
    price: Price
    at: datetime
    reason: str

    @property
    def value(self) -> Money:
        """Price by quantity, exact."""
        return self.price * self.quantity
