"""Estimates as they travel in JSON."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from guilder.core.wire import InstantOut, PriceIn, QuantityIn, RequestModel, decimal_text, instant_text, money_text
from guilder.published.market_data import Quote
from guilder.published.trading import Side
from guilder.shared.currency import USD
from guilder.shared.ids import PortfolioId
from guilder.shared.money import Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.trading.domain.order_ticket import OrderTicket, OrderType
from guilder.trading.domain.pricing.price_basis import PriceBasis
from guilder.trading.domain.pricing.price_estimate import Figure, PriceEstimate, PriceLabel, PricingStep


class EstimateOrderRequest(RequestModel):
    portfolio_id: UUID
    symbol: Annotated[str, Field(max_length=300, examples=["AAPL"])]
    side: Side
    quantity: QuantityIn
    order_type: OrderType = OrderType.MARKET
    limit_price: PriceIn | None = None
    stop_price: PriceIn | None = None
    strategy: Annotated[str, Field(max_length=40, examples=["vwap"])] | None = None
    """By which strategy; the portfolio's, else the house's, unless told."""

    def to_ticket(self) -> OrderTicket:
        """Raises `InvalidError`s for what makes no sense."""
        return OrderTicket(
            portfolio_id=PortfolioId(self.portfolio_id),
            symbol=StockSymbol.parse(self.symbol),
            side=self.side,
            order_type=self.order_type,
            quantity=Quantity.parse(self.quantity),
            limit_price=None if self.limit_price is None else Price.parse(self.limit_price, USD),
            stop_price=None if self.stop_price is None else Price.parse(self.stop_price, USD),
        )


class QuoteBasis(BaseModel):
    price: str
    bid: str
    ask: str
    at: InstantOut
    source: str
    stale: bool

    @classmethod
    def from_domain(cls, quote: Quote) -> "QuoteBasis":
        return cls(
            price=decimal_text(quote.price.amount),
            bid=decimal_text(quote.bid.amount),
            ask=decimal_text(quote.ask.amount),
            at=quote.at,
            source=quote.source,
            stale=quote.stale,
        )


class StepResponse(BaseModel):
    rule: str
    figures: dict[str, str | int]
    """What the rule was applied to: exact numbers and instants as text, counts as numbers."""
    unit_price: str

    @classmethod
    def from_domain(cls, step: PricingStep) -> "StepResponse":
        return cls(rule=step.rule, figures=_figures(step.figures), unit_price=decimal_text(step.unit_price.amount))


class BasisResponse(BaseModel):
    label: PriceLabel | None
    """`typical_prices` where no trades were to be had, only each minute's (high + low + close) / 3."""
    is_open: bool
    quote: QuoteBasis
    steps: list[StepResponse]
    """The rules in the order in which they were applied; the last one's price is the estimate."""

    @classmethod
    def from_domain(cls, estimate: PriceEstimate) -> "BasisResponse":
        basis: PriceBasis = estimate.basis
        return cls(
            label=estimate.label,
            is_open=basis.is_open,
            quote=QuoteBasis.from_domain(basis.quote),
            steps=[StepResponse.from_domain(step) for step in estimate.steps],
        )


class EstimateResponse(BaseModel):
    portfolio_id: UUID
    symbol: str
    side: Side
    order_type: OrderType
    quantity: str
    limit_price: str | None
    stop_price: str | None
    strategy: str
    unit_price: str
    """Per share, rounded half-even to nine decimals."""
    total: str
    """`unit_price` by `quantity`, rounded half-even to the currency's minor unit; fees are not in it."""
    currency: str
    as_of: InstantOut
    basis: BasisResponse

    @classmethod
    def from_domain(cls, estimate: PriceEstimate) -> "EstimateResponse":
        ticket = estimate.ticket
        return cls(
            portfolio_id=ticket.portfolio_id,
            symbol=ticket.symbol.value,
            side=ticket.side,
            order_type=ticket.order_type,
            quantity=str(ticket.quantity),
            limit_price=None if ticket.limit_price is None else decimal_text(ticket.limit_price.amount),
            stop_price=None if ticket.stop_price is None else decimal_text(ticket.stop_price.amount),
            strategy=estimate.strategy,
            unit_price=decimal_text(estimate.unit_price.amount),
            total=money_text(estimate.total),
            currency=estimate.total.currency.code,
            as_of=estimate.as_of,
            basis=BasisResponse.from_domain(estimate),
        )


def _figures(figures: Mapping[str, Figure]) -> dict[str, str | int]:
    return {name: _figure(value) for name, value in figures.items()}


def _figure(value: Figure) -> str | int:
    match value:
        case Decimal():
            return decimal_text(value)
        case datetime():
            return instant_text(value)
        case _:
            return value
