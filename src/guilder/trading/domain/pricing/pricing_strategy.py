"""Strategies: ways to tell what a ticket would cost or bring. A package may bring further ones."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from guilder.shared.errors import RefusedError
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.pricing.price_basis import Detail, PriceBasis
from guilder.trading.domain.pricing.price_estimate import PriceEstimate


class NothingTradedError(RefusedError):
    """Nothing of this symbol was traded in the session, so there is no average of its prices."""

    code = "nothing_traded"


@runtime_checkable
class PricingStrategy(Protocol):
    """A pure rule: the same ticket and basis always give the same price.

    It is handed what it needs and asks nobody, so one strategy serves all requests at once.
    """

    @property
    def name(self) -> str:
        """Under which name it is asked for."""

    @property
    def looks_at(self) -> Detail:
        """What the basis must hold besides the quote."""

    def calculate_price(self, ticket: OrderTicket, basis: PriceBasis) -> PriceEstimate:
        """What the ticket would cost or bring now. Raises `NothingTradedError` where it needs trades."""
