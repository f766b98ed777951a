"""What a share has cost in this session, weighted by volume."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.pricing.price_basis import Detail, PriceBasis
from guilder.trading.domain.pricing.price_estimate import (
    Figure,
    PriceEstimate,
    PriceLabel,
    PricingStep,
    as_unit_price,
)
from guilder.trading.domain.pricing.pricing_strategy import NothingTradedError

BY_TRADES: Final = "the session's trades: sum of price x shares / sum of shares"
BY_MINUTES: Final = "the session's minutes: sum of (high + low + close) / 3 x volume / sum of volume"

Weighted = tuple[Decimal, int]
"""A price per share, and how many shares it counts for."""


class VWAPPricingStrategy:
    """The volume-weighted average price of the session so far, computed from its trades.

    Where the source tells of no trades, each minute stands with its typical price, (high + low + close) / 3, and the
    estimate is labelled. An average that a provider made is never taken: it is often no more than that (golden row D4).
    """

    name = "vwap"
    looks_at = Detail.TRADES

    def calculate_price(self, ticket: OrderTicket, basis: PriceBasis) -> PriceEstimate:
        """Raises `NothingTradedError`."""
        if basis.trades:
            traded = [(trade.price.amount, trade.size) for trade in basis.trades]
            return PriceEstimate(self.name, ticket, basis, (_average(BY_TRADES, "trades", traded, basis),))
        typical = [((bar.high + bar.low + bar.close) / 3, bar.volume) for bar in basis.bars]
        step = _average(BY_MINUTES, "minutes", typical, basis)
        return PriceEstimate(self.name, ticket, basis, (step,), PriceLabel.TYPICAL_PRICES)


def _average(rule: str, counted: str, traded: Sequence[Weighted], basis: PriceBasis) -> PricingStep:
    value = sum((price * shares for price, shares in traded), Decimal(0))
    volume = sum(shares for _, shares in traded)
    if not volume:
        raise NothingTradedError
    figures: dict[str, Figure] = {
        "value": value,
        "volume": volume,
        counted: len(traded),
        "since": basis.session.opens_at,
        "until": basis.told_until,
    }
    return PricingStep(rule, figures, as_unit_price(value / volume, basis.quote.price.currency))
