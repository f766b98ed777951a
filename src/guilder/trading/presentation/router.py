"""Orders over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from guilder.core.container.fastapi import inject
from guilder.core.http import DirectRoute, IdempotentRoute
from guilder.core.pages import DEFAULT_LIMIT, PageRequest
from guilder.core.wire import InstantIn, LimitIn
from guilder.published.trading import Side
from guilder.shared.ids import OrderId, PortfolioId
from guilder.shared.symbol import StockSymbol
from guilder.trading.application.order_batch_service import OrderBatchService
from guilder.trading.application.order_explanation_service import OrderExplanationService
from guilder.trading.application.ports import OrderFilter
from guilder.trading.application.trading_service import OrderQuery, TradingService
from guilder.trading.domain.order_ticket import LONGEST_CLIENT_ORDER_ID
from guilder.trading.presentation.batch_schemas import PlacedOrdersResponse, PlaceOrdersRequest
from guilder.trading.presentation.explanation_schemas import OrderExplanationResponse
from guilder.trading.presentation.schemas import (
    OrderPage,
    OrderResponse,
    PlaceOrderRequest,
    ReplaceOrderRequest,
)

router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=IdempotentRoute)
entry_router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=DirectRoute)
"""Where orders come in: these are asked most."""


@entry_router.post("", status_code=status.HTTP_201_CREATED)
async def place_order(body: PlaceOrderRequest, trading: TradingService = inject(TradingService)) -> OrderResponse:
    """Buy or sell a stock."""
    return OrderResponse.from_domain(await trading.place_order(body.to_ticket()))


@entry_router.post("/batch", response_model_exclude_unset=True)
async def place_orders(
    body: PlaceOrdersRequest, batches: OrderBatchService = inject(OrderBatchService)
) -> PlacedOrdersResponse:
    """Place up to 500 orders, one after the other. Each is answered for itself: one that is refused harms no other."""
    return PlacedOrdersResponse.of(await batches.place_orders(body.to_tickets()))


@router.get("")
async def list_orders(
    portfolio_id: UUID | None = None,
    status: OrderFilter = OrderFilter.ALL,
    symbol: Annotated[str | None, Query(max_length=300)] = None,
    parent_id: UUID | None = None,
    side: Side | None = None,
    after: Annotated[InstantIn | None, Query(description="Placed after this instant of its market.")] = None,
    until: Annotated[InstantIn | None, Query(description="Placed before this instant of its market.")] = None,
    client_order_id: Annotated[str | None, Query(max_length=LONGEST_CLIENT_ORDER_ID)] = None,
    limit: Annotated[LimitIn, Query()] = DEFAULT_LIMIT,
    cursor: str | None = None,
    trading: TradingService = inject(TradingService),
) -> OrderPage:
    """Your orders, newest first; with `parent_id` the slices of one."""
    query = OrderQuery(
        portfolio_id=None if portfolio_id is None else PortfolioId(portfolio_id),
        status=status,
        symbol=None if symbol is None else StockSymbol.parse(symbol),
        parent_id=None if parent_id is None else OrderId(parent_id),
        side=side,
        after=after,
        until=until,
        client_order_id=client_order_id,
    )
    page = (await trading.list_orders(query, PageRequest(limit, cursor))).map(OrderResponse.from_domain)
    return OrderPage(items=list(page.items), next=page.next)


@router.get("/by-client-order-id")
async def find_order(
    portfolio_id: UUID,
    client_order_id: Annotated[str, Query(max_length=LONGEST_CLIENT_ORDER_ID)],
    trading: TradingService = inject(TradingService),
) -> OrderResponse:
    """The order to which you gave this name; each name is that of one order of a portfolio."""
    return OrderResponse.from_domain(await trading.find_order(PortfolioId(portfolio_id), client_order_id))


@router.get("/{order_id}")
async def get_order(order_id: UUID, trading: TradingService = inject(TradingService)) -> OrderResponse:
    """One order and its executions."""
    return OrderResponse.from_domain(await trading.get_order(OrderId(order_id)))


@router.get("/{order_id}/explain")
async def explain_order(
    order_id: UUID, explanations: OrderExplanationService = inject(OrderExplanationService)
) -> OrderExplanationResponse:
    """Why each execution got its price, its size and its fees: in words, and with every figure that went into it."""
    return OrderExplanationResponse.from_domain(await explanations.explain_order(OrderId(order_id)))


@router.delete("/{order_id}")
async def cancel_order(order_id: UUID, trading: TradingService = inject(TradingService)) -> OrderResponse:
    """Take what is left of an order off the market; 409 `order_not_open` when it is too late."""
    return OrderResponse.from_domain(await trading.cancel_order(OrderId(order_id)))


@router.patch("/{order_id}")
async def replace_order(
    order_id: UUID, body: ReplaceOrderRequest, trading: TradingService = inject(TradingService)
) -> OrderResponse:
    """Let an order with other terms take the place of what is left of this one; the answer is the new order."""
    return OrderResponse.from_domain(await trading.replace_order(OrderId(order_id), body.to_changes()))
