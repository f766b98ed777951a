"""Less for large orders."""

from __future__ import annotations

from decimal import Decimal

from guilder.shared.errors import InvalidError
from guilder.shared.quantity import Quantity
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.pricing.price_basis import Detail, PriceBasis
from guilder.trading.domain.pricing.price_estimate import PriceEstimate, PricingStep, as_unit_price
from guilder.trading.domain.pricing.pricing_rate import checked_rate
from guilder.trading.domain.pricing.pricing_strategy import PricingStrategy


class InvalidDiscountThresholdError(InvalidError):
    """A discount begins at more than zero shares."""

    code = "invalid_discount_threshold"


class DiscountPricingStrategy:
    """Another strategy's price, less `discount_rate` of it from `discount_threshold` shares on, those included.

    A discount of a discount is one, too: each takes its part of what the one inside left.

    Raises:
        InvalidPricingRateError: the rate is below 0, or 1 or more.
        InvalidDiscountThresholdError: the threshold is zero or less.
    """

    def __init__(
        self,
        base_strategy: PricingStrategy,
        discount_threshold: Quantity,
        discount_rate: Decimal,
        *,
        name: str | None = None,
    ) -> None:
        if discount_threshold <= Quantity.zero():
            raise InvalidDiscountThresholdError
        self.name = name or f"discounted_{base_strategy.name}"
        self._base_strategy = base_strategy
        self._threshold = discount_threshold
        self._rate = checked_rate(discount_rate)

    @property
    def looks_at(self) -> Detail:
        return self._base_strategy.looks_at

    def calculate_price(self, ticket: OrderTicket, basis: PriceBasis) -> PriceEstimate:
        """Raises as the strategy inside, and `InvalidPriceError` when less than a billionth would be left."""
        estimate = self._base_strategy.calculate_price(ticket, basis)
        before = estimate.unit_price
        is_large = ticket.quantity >= self._threshold
        rule = "a large order: price x (1 - rate)" if is_large else "no discount: fewer shares than the threshold"
        figures = {"price": before.amount, "threshold": self._threshold.value, "rate": self._rate}
        after = as_unit_price(before.amount * (1 - self._rate), before.currency) if is_large else before
        return estimate.then(PricingStep(rule, figures, after), self.name)
