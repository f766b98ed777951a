"""What a ticket would cost or bring, and how that was computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Final

from guilder.shared.currency import Currency
from guilder.shared.money import PRICE_DECIMALS, Money, Price
from guilder.shared.quantity import format_decimal
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.pricing.price_basis import PriceBasis

Figure = Decimal | int | datetime | str
"""What can stand beside a rule: an exact number, an instant, or a word."""

_FINEST: Final = Decimal(1).scaleb(-PRICE_DECIMALS)


class PriceLabel(StrEnum):
    """What a price is not, though its strategy's name says so."""

    TYPICAL_PRICES = "typical_prices"
    """Computed from (high + low + close) / 3 of each minute, since the source tells of no trades."""


@dataclass(frozen=True, slots=True)
class PricingStep:
    """One rule that was applied, the figures it was applied to, and the price per share that it led to."""

    rule: str
    figures: Mapping[str, Figure]
    unit_price: Price


@dataclass(frozen=True, slots=True)
class PriceEstimate:
    """A ticket's price by the strategy of that name, step by step: the last step has the price.

    Fees are not in it, nor what the order itself would do to the price.
    """

    strategy: str
    ticket: OrderTicket
    basis: PriceBasis
    steps: tuple[PricingStep, ...]
    label: PriceLabel | None = None

    @property
    def unit_price(self) -> Price:
        """Per share."""
        return self.steps[-1].unit_price

    @property
    def total(self) -> Money:
        """The unit price by the quantity, rounded half-even to the currency's minor unit.

        Raises `AmountTooLargeError`.
        """
        return self.unit_price.value_of(self.ticket.quantity)

    @property
    def as_of(self) -> datetime:
        """The market's instant that it holds for."""
        return self.basis.now

    def then(self, step: PricingStep, strategy: str | None = None) -> PriceEstimate:
        """The same with one more step, by the strategy of that name unless it stays the same."""
        return replace(self, strategy=strategy or self.strategy, steps=(*self.steps, step))


def as_unit_price(amount: Decimal, currency: Currency) -> Price:
    """A computed price per share, rounded half-even to nine decimals: the only place where a strategy rounds.

    Raises:
        InvalidPriceError: it is rounded to zero, or larger than the books carry.
    """
    return Price(Decimal(format_decimal(amount.quantize(_FINEST, ROUND_HALF_EVEN))), currency)
