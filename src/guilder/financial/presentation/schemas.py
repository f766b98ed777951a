"""Portfolios as they travel in JSON."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from guilder.core.wire import AmountIn, InstantOut, RequestModel, decimal_text, money_text, reading
from guilder.financial.application.portfolio_analytics_service import PricedPosition
from guilder.financial.domain.lot import Lot
from guilder.financial.domain.portfolio import Portfolio
from guilder.financial.domain.transaction import Posting, Transaction
from guilder.financial.domain.valuation import PortfolioMetrics
from guilder.shared.currency import Currency
from guilder.shared.ids import MAIN_MARKET, MarketId
from guilder.shared.money import Money
from guilder.shared.quantity import parse_decimal


class OpenPortfolioRequest(RequestModel):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    base_currency: Annotated[str, Field(min_length=3, max_length=3, examples=["USD"])]
    market: Annotated[str, Field(min_length=1, max_length=40)] = MAIN_MARKET
    fill_profile: Annotated[str, Field(max_length=40)] | None = None
    pricing_strategy: Annotated[str, Field(max_length=40)] | None = None

    def to_currency(self) -> Currency:
        with reading("base_currency"):
            return Currency(self.base_currency)

    def to_market(self) -> MarketId:
        return MarketId(self.market)


class CashRequest(RequestModel):
    amount: AmountIn
    currency: Annotated[str, Field(min_length=3, max_length=3, examples=["USD"])]

    def to_money(self) -> Money:
        """Raises `UnknownCurrencyError`, `InvalidAmountError`."""
        return Money.parse(self.amount, Currency(self.currency))


class TransferRequest(RequestModel):
    to: UUID
    amount: AmountIn

    def to_amount(self) -> Decimal:
        """In the currency of both portfolios, which the request does not know."""
        return parse_decimal(self.amount)


class PortfolioResponse(BaseModel):
    id: UUID
    name: str
    base_currency: str
    market: str
    fill_profile: str | None
    pricing_strategy: str | None
    cash: str
    """All cash, what open orders hold included."""
    reserved: str
    available: str
    cost_basis: str
    """What the shares held have cost."""
    realized_pnl: str
    opened_at: InstantOut

    @classmethod
    def from_domain(cls, portfolio: Portfolio) -> "PortfolioResponse":
        return cls(
            id=portfolio.id,
            name=portfolio.name,
            base_currency=portfolio.base_currency.code,
            market=portfolio.market,
            fill_profile=portfolio.fill_profile,
            pricing_strategy=portfolio.pricing_strategy,
            cash=money_text(portfolio.settled),
            reserved=money_text(portfolio.reserved),
            available=money_text(portfolio.available),
            cost_basis=money_text(portfolio.cost_basis),
            realized_pnl=money_text(portfolio.realized_pnl),
            opened_at=portfolio.opened_at,
        )


class PostingResponse(BaseModel):
    account: str
    commodity: str
    amount: str

    @classmethod
    def from_domain(cls, posting: Posting) -> "PostingResponse":
        commodity, amount = posting.commodity, posting.amount
        is_share = commodity.startswith("stock:")
        told = decimal_text(amount) if is_share else money_text(Money(amount, Currency(commodity)))
        return cls(account=posting.account.value, commodity=commodity, amount=told)


class TransactionResponse(BaseModel):
    id: UUID
    kind: str
    booked_at: InstantOut
    order_id: UUID | None
    execution_id: UUID | None
    realized_pnl: str | None
    postings: list[PostingResponse]

    @classmethod
    def from_domain(cls, transaction: Transaction) -> "TransactionResponse":
        pnl = transaction.realized_pnl
        return cls(
            id=transaction.id,
            kind=transaction.kind.value,
            booked_at=transaction.booked_at,
            order_id=transaction.order_id,
            execution_id=transaction.execution_id,
            realized_pnl=None if pnl is None else money_text(pnl),
            postings=[PostingResponse.from_domain(posting) for posting in transaction.postings],
        )


class TransactionPage(BaseModel):
    items: list[TransactionResponse]
    next: str | None


# An answer may have hundreds of lots and positions. They come from the domain, so nothing of them is validated: these
# are plain data classes, which are described and rendered as models are.


@dataclass(slots=True)
class LotResponse:
    quantity: str
    price: str
    cost_basis: str
    acquired_at: InstantOut

    @classmethod
    def from_domain(cls, lot: Lot) -> "LotResponse":
        return cls(
            quantity=str(lot.quantity),
            price=decimal_text(lot.price.amount),
            cost_basis=money_text(lot.cost_basis),
            acquired_at=lot.acquired_at,
        )


@dataclass(slots=True)
class PositionResponse:
    symbol: str
    quantity: str
    average_price: str
    cost_basis: str
    market_price: str | None
    market_value: str | None
    unrealized_pnl: str | None
    lots: list[LotResponse]

    @classmethod
    def from_domain(cls, priced: PricedPosition) -> "PositionResponse":
        position, price, value = priced.position, priced.price, priced.market_value
        return cls(
            symbol=position.symbol.value,
            quantity=str(position.quantity),
            average_price=decimal_text(position.average_price),
            cost_basis=money_text(position.cost_basis),
            market_price=None if price is None else decimal_text(price.amount),
            market_value=None if value is None else money_text(value),
            unrealized_pnl=None if value is None else money_text(value - position.cost_basis),
            lots=[LotResponse.from_domain(lot) for lot in position.lots],
        )


class MetricsResponse(BaseModel):
    total_value: str
    total_cost: str
    total_pnl: str
    pnl_percentage: str | None
    realized_pnl: str
    cash: str
    as_of: InstantOut
    base_currency: str
    complete: bool
    unpriced: list[str]

    @classmethod
    def from_domain(cls, metrics: PortfolioMetrics) -> "MetricsResponse":
        percentage = metrics.pnl_percentage
        return cls(
            total_value=money_text(metrics.total_value),
            total_cost=money_text(metrics.total_cost),
            total_pnl=money_text(metrics.total_pnl),
            pnl_percentage=None if percentage is None else decimal_text(percentage),
            realized_pnl=money_text(metrics.realized_pnl),
            cash=money_text(metrics.cash),
            as_of=metrics.as_of,
            base_currency=metrics.cash.currency.code,
            complete=metrics.complete,
            unpriced=[symbol.value for symbol in metrics.unpriced],
        )
