"""What a share has cost lately, every minute counting alike, and what it costs more while the market is closed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

from guilder.published.trading import Side
from guilder.shared.errors import InvalidError
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.pricing.price_basis import Detail, PriceBasis
from guilder.trading.domain.pricing.price_estimate import Figure, PriceEstimate, PricingStep, as_unit_price
from guilder.trading.domain.pricing.pricing_rate import checked_rate
from guilder.trading.domain.pricing.pricing_strategy import NothingTradedError

HALF_AN_HOUR: Final = timedelta(minutes=30)


class InvalidPricingWindowError(InvalidError):
    """A window of time is longer than nothing."""

    code = "invalid_pricing_window"


class TimeBasedPricingStrategy:
    """The time-weighted average price (TWAP) of the last `window` of the session; off hours, with a surcharge.

    Each minute that is over within the window counts once, with the price at its end. Before the first minute is over
    the present price stands for all. While the market is closed a buyer pays more by `off_hours_surcharge_rate`, and a
    seller gets less by it.

    Raises:
        InvalidPricingRateError: the rate is below 0, or 1 or more.
        InvalidPricingWindowError: as it says.
    """

    looks_at = Detail.MINUTES

    def __init__(
        self,
        window: timedelta = HALF_AN_HOUR,
        off_hours_surcharge_rate: Decimal = Decimal(0),
        *,
        name: str = "twap",
    ) -> None:
        if window <= timedelta(0):
            raise InvalidPricingWindowError
        self.name = name
        self._window = window
        self._surcharge_rate = checked_rate(off_hours_surcharge_rate)

    def calculate_price(self, ticket: OrderTicket, basis: PriceBasis) -> PriceEstimate:
        """Raises `NothingTradedError`."""
        estimate = PriceEstimate(self.name, ticket, basis, (self._average(basis),))
        if basis.is_open or not self._surcharge_rate:
            return estimate
        return estimate.then(self._surcharge(ticket, estimate))

    def _average(self, basis: PriceBasis) -> PricingStep:
        since = max(basis.told_until - self._window, basis.session.opens_at)
        closes = [bar.close for bar in basis.bars if bar.at >= since]
        if not closes:
            return _present_price(basis)
        figures: dict[str, Figure] = {
            "sum": sum(closes, Decimal(0)),
            "minutes": len(closes),
            "since": since,
            "until": basis.told_until,
        }
        unit_price = as_unit_price(sum(closes, Decimal(0)) / len(closes), basis.quote.price.currency)
        return PricingStep("sum of the prices at the end of each minute / minutes", figures, unit_price)

    def _surcharge(self, ticket: OrderTicket, estimate: PriceEstimate) -> PricingStep:
        is_buy = ticket.side is Side.BUY
        factor = 1 + self._surcharge_rate if is_buy else 1 - self._surcharge_rate
        before = estimate.unit_price
        rule = "the market is closed: price x (1 + rate)" if is_buy else "the market is closed: price x (1 - rate)"
        figures = {"price": before.amount, "rate": self._surcharge_rate}
        return PricingStep(rule, figures, as_unit_price(before.amount * factor, before.currency))


def _present_price(basis: PriceBasis) -> PricingStep:
    if basis.quote.stale:
        raise NothingTradedError
    figures: dict[str, Figure] = {"price": basis.quote.price.amount, "quoted_at": basis.quote.at}
    return PricingStep("the present price: no minute of the window is over yet", figures, basis.quote.price)
