"""Executions: shares that changed hands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guilder.shared.ids import ExecutionId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.trading.domain.explanation import Explanation


@dataclass(frozen=True, slots=True)
class Execution:
    """A fill: its shares, the price per share, the market's instant, and why it got this price and size."""

    id: ExecutionId
    quantity: Quantity
    price: Price
    at: datetime
    reason: str
    """In one line; `explanation` has the figures."""
    fee: Money | None = None
    """What it cost beside its price; None where nothing is charged."""
    explanation: Explanation | None = None
    """None for executions from before explanations were kept."""

    @property
    def value(self) -> Money:
        """Price by quantity, exact."""
        return self.price * self.quantity
