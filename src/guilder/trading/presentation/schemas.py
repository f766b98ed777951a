"""Orders as they travel in JSON."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, Field, WithJsonSchema

from guilder.core.wire import AmountIn, InstantOut, PriceIn, QuantityIn, RequestModel, decimal_text, money_text, reading
from guilder.published.trading import Side
from guilder.shared.currency import USD, Currency
from guilder.shared.errors import FieldProblem, ValidationError
from guilder.shared.ids import PortfolioId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.trading.domain.execution import Execution
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_status import OrderStatus
from guilder.trading.domain.order_ticket import OrderTicket, OrderType, TimeInForce
from guilder.trading.domain.slicing.slicing_terms import FIVE_MINUTES, Algorithm, SlicingTerms
from guilder.trading.domain.term_changes import TermChanges

_SECOND: Final = timedelta(seconds=1)

Span = Annotated[
    timedelta,
    WithJsonSchema(
        {
            "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "format": "duration"}],
            "examples": [1800, "PT30M"],
        }
    ),
]
"""So many seconds, or a span of time as ISO 8601 writes it."""


class PlaceOrderRequest(RequestModel):
    portfolio_id: UUID
    symbol: Annotated[str, Field(max_length=300, examples=["AAPL"])]
    side: Side
    order_type: OrderType
    quantity: QuantityIn | None = None
    notional: AmountIn | None = None
    """How much money it is for, in place of `quantity`: market orders for the day only."""
    limit_price: PriceIn | None = None
    stop_price: PriceIn | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    client_order_id: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    algorithm: Algorithm | None = None
    """Work it in slices, each an order of its own; `horizon` and `interval` are for these."""
    horizon: Span | None = None
    """From the first slice to the last; to the session's close unless told."""
    interval: Span | None = None
    """From one slice to the next; five minutes unless told."""

    def to_ticket(self) -> OrderTicket:
        """Raises `InvalidError`s for what makes no sense."""
        return OrderTicket(
            portfolio_id=PortfolioId(self.portfolio_id),
            symbol=StockSymbol.parse(self.symbol),
            side=self.side,
            order_type=self.order_type,
            quantity=Quantity.zero() if self.quantity is None else Quantity.parse(self.quantity),
            limit_price=_price(self.limit_price, USD),
            stop_price=_price(self.stop_price, USD),
            time_in_force=self.time_in_force,
            client_order_id=self.client_order_id,
            slicing=self._to_slicing(),
            notional=_notional(self.notional),
        )

    def _to_slicing(self) -> SlicingTerms | None:
        """Raises `ValidationError` for spans that nothing is cut into."""
        if self.algorithm is not None:
            return SlicingTerms(self.algorithm, self.horizon, FIVE_MINUTES if self.interval is None else self.interval)
        named = [name for name in ("horizon", "interval") if getattr(self, name) is not None]
        if named:
            raise ValidationError(*(FieldProblem(name, "is for an order with an algorithm") for name in named))
        return None


class ReplaceOrderRequest(RequestModel):
    quantity: QuantityIn | None = None
    limit_price: PriceIn | None = None
    stop_price: PriceIn | None = None
    time_in_force: TimeInForce | None = None
    notional: AmountIn | None = None
    """How much money it is for; only until its shares are counted."""

    def to_changes(self) -> TermChanges:
        """Raises `NothingToChangeError`, and `InvalidError`s for what makes no sense."""
        return TermChanges(
            quantity=None if self.quantity is None else Quantity.parse(self.quantity),
            limit_price=_price(self.limit_price, USD),
            stop_price=_price(self.stop_price, USD),
            time_in_force=self.time_in_force,
            notional=_notional(self.notional),
        )


# What is answered comes from the domain, so nothing of it is validated: plain data classes, which are described and
# rendered as models are.


@dataclass(slots=True)
class ExecutionResponse:
    id: UUID
    quantity: str
    price: str
    at: InstantOut
    reason: str
    fee: str | None
    """What it cost beside its price; null where its fill profile charges nothing."""

    @classmethod
    def from_domain(cls, execution: Execution) -> "ExecutionResponse":
        return cls(
            id=execution.id,
            quantity=str(execution.quantity),
            price=decimal_text(execution.price.amount),
            at=execution.at,
            reason=execution.reason,
            fee=None if execution.fee is None else money_text(execution.fee),
        )


@dataclass(slots=True)
class SlicesResponse:
    """How an order is worked in slices, and how far that has come."""

    algorithm: Algorithm
    horizon: int | None
    """Seconds; null: to the session's close."""
    interval: int
    """Seconds."""
    placed: int
    working: int
    """Of those that were placed, how many are open."""
    total: int

    @classmethod
    def from_domain(cls, order: Order) -> "SlicesResponse | None":
        terms, plan = order.ticket.slicing, order.plan
        if terms is None or plan is None:
            return None
        return cls(
            algorithm=terms.algorithm,
            horizon=None if terms.horizon is None else terms.horizon // _SECOND,
            interval=terms.interval // _SECOND,
            placed=plan.placed,
            working=len(plan.working),
            total=len(plan.slices),
        )


@dataclass(slots=True)
class OrderResponse:
    id: UUID
    client_order_id: str | None
    portfolio_id: UUID
    market: str
    symbol: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    notional: str | None
    quantity: str | None
    """Null while an order for an amount of money waits to be sized."""
    filled_quantity: str
    leaves_quantity: str | None
    average_price: str | None
    limit_price: str | None
    stop_price: str | None
    status: OrderStatus
    reject_reason: str | None
    """Why the house rejected it, or canceled what was left of it; null when its owner did."""
    fill_profile: str
    replaces: UUID | None
    replaced_by: UUID | None
    parent_id: UUID | None
    """The order of which this is a slice."""
    slices: SlicesResponse | None
    """Null for an order that is worked whole."""
    created_at: InstantOut
    updated_at: InstantOut
    executions: list[ExecutionResponse]

    @classmethod
    def from_domain(cls, order: Order) -> "OrderResponse":
        ticket = order.ticket
        return cls(
            id=order.id,
            client_order_id=ticket.client_order_id,
            portfolio_id=ticket.portfolio_id,
            market=order.market,
            symbol=ticket.symbol.value,
            side=ticket.side,
            order_type=ticket.order_type,
            time_in_force=ticket.time_in_force,
            notional=None if ticket.notional is None else money_text(ticket.notional),
            quantity=str(order.quantity) if order.is_sized else None,
            filled_quantity=str(order.filled_quantity),
            leaves_quantity=None if order.is_open and not order.is_sized else str(order.leaves_quantity),
            average_price=_text(order.average_price),
            limit_price=_text(ticket.limit_price),
            stop_price=_text(ticket.stop_price),
            status=order.status,
            reject_reason=order.reason,
            fill_profile=order.fill_profile,
            replaces=order.replaces,
            replaced_by=order.replaced_by,
            parent_id=order.parent_id,
            slices=SlicesResponse.from_domain(order),
            created_at=order.created_at,
            updated_at=order.updated_at,
            executions=[ExecutionResponse.from_domain(execution) for execution in order.executions],
        )


class OrderPage(BaseModel):
    items: list[OrderResponse]
    next: str | None


def _notional(text: str | None) -> Money | None:
    if text is None:
        return None
    with reading("notional"):
        return Money.parse(text, USD)


def _price(text: str | None, currency: Currency) -> Price | None:
    return None if text is None else Price.parse(text, currency)


def _text(price: Price | None) -> str | None:
    return None if price is None else decimal_text(price.amount)
