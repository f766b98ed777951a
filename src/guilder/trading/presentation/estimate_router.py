"""Estimates over HTTP."""

from fastapi import APIRouter

from guilder.core.container.fastapi import inject
from guilder.core.http import IdempotentRoute
from guilder.trading.application.order_estimate_service import OrderEstimateService
from guilder.trading.presentation.estimate_schemas import EstimateOrderRequest, EstimateResponse

router = APIRouter(prefix="/v1/orders/estimate", tags=["orders"], route_class=IdempotentRoute)


@router.post("")
async def estimate_order(
    body: EstimateOrderRequest, estimates: OrderEstimateService = inject(OrderEstimateService)
) -> EstimateResponse:
    """What an order would cost or bring now, and how that was computed. Nothing is placed and nothing set aside."""
    return EstimateResponse.from_domain(await estimates.estimate_order(body.to_ticket(), body.strategy))
