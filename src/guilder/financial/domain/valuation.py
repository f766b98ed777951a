"""What holdings are worth, and what is not known of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from guilder.financial.domain.position import Position
from guilder.shared.money import Money, Price
from guilder.shared.symbol import StockSymbol

_PERCENT: Final = 100
_PERCENTAGE_STEP: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Valuation:
    """Cash and positions at given prices. Positions without a price are named, never counted as nothing in silence."""

    cash: Money
    market_value: Money
    """Of the positions that have a price."""
    cost_basis: Money
    """Of all positions."""
    priced_cost_basis: Money
    """Of the positions that have a price."""
    unpriced: tuple[StockSymbol, ...]

    @property
    def total_value(self) -> Money:
        return self.cash + self.market_value

    @property
    def unrealized_pnl(self) -> Money:
        """Of the positions that have a price."""
        return self.market_value - self.priced_cost_basis


def value_positions(
    positions: Iterable[Position], market_prices: Mapping[StockSymbol, Price], *, cash: Money
) -> Valuation:
    """Value each position at its price per share, rounded to the cent."""
    market_value = cost_basis = priced_cost_basis = Money.zero(cash.currency)
    unpriced: list[StockSymbol] = []
    for position in positions:
        price = market_prices.get(position.symbol)
        cost_basis += position.cost_basis
        if price is None:
            unpriced.append(position.symbol)
        else:
            market_value += position.market_value(price)
            priced_cost_basis += position.cost_basis
    return Valuation(cash, market_value, cost_basis, priced_cost_basis, tuple(unpriced))


@dataclass(frozen=True, slots=True)
class PortfolioMetrics:
    """How a portfolio stands at one instant of its market.

    `total_value` is cash and priced positions; `total_cost` the cost basis of all positions; `total_pnl` what the
    priced positions would gain over their cost, and `pnl_percentage` that gain in percent of their cost: None when
    they cost nothing, since a gain on nothing has no percentage.
    """

    total_value: Money
    total_cost: Money
    total_pnl: Money
    pnl_percentage: Decimal | None
    realized_pnl: Money
    cash: Money
    as_of: datetime
    unpriced: tuple[StockSymbol, ...]

    @property
    def complete(self) -> bool:
        return not self.unpriced

    @classmethod
    def of(cls, valuation: Valuation, *, realized_pnl: Money, as_of: datetime) -> PortfolioMetrics:
        rate = valuation.unrealized_pnl.ratio_to(valuation.priced_cost_basis)
        return cls(
            total_value=valuation.total_value,
            total_cost=valuation.cost_basis,
            total_pnl=valuation.unrealized_pnl,
            pnl_percentage=None if rate is None else (rate * _PERCENT).quantize(_PERCENTAGE_STEP),
            realized_pnl=realized_pnl,
            cash=valuation.cash,
            as_of=as_of,
            unpriced=valuation.unpriced,
        )
