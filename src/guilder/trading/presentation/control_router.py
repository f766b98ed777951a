"""Limits and the kill switch over HTTP."""

from decimal import Decimal
from uuid import UUID

from fastapi import APIRouter

from guilder.core.container.fastapi import inject
from guilder.core.http import IdempotentRoute
from guilder.shared.ids import PortfolioId
from guilder.shared.quantity import Quantity
from guilder.trading.application.halt_service import HaltService
from guilder.trading.application.limit_service import LimitService
from guilder.trading.presentation.control_schemas import (
    HaltRequest,
    HaltResponse,
    LimitsResponse,
    SetLimitsRequest,
    TradingResponse,
)

router = APIRouter(prefix="/v1", tags=["trading"], route_class=IdempotentRoute)


@router.get("/trading")
async def get_trading(halts: HaltService = inject(HaltService)) -> TradingResponse:
    """Whether the house accepts orders."""
    return TradingResponse.from_domain(await halts.house_halt())


@router.post("/trading/halt")
async def halt_trading(body: HaltRequest, halts: HaltService = inject(HaltService)) -> HaltResponse:
    """Accept no order in the whole house, until it is resumed. Cancels go through. For admins."""
    return HaltResponse.from_halting(await halts.halt_house(body.reason, cancel_orders=body.cancel_orders))


@router.post("/trading/resume")
async def resume_trading(halts: HaltService = inject(HaltService)) -> TradingResponse:
    """Accept orders again, but for portfolios that are halted by themselves. For admins."""
    await halts.resume_house()
    return TradingResponse.from_domain(None)


@router.get("/portfolios/{portfolio_id}/halt")
async def get_portfolio_halt(portfolio_id: UUID, halts: HaltService = inject(HaltService)) -> TradingResponse:
    """Whether this portfolio is halted by itself; `GET /v1/trading` tells of the house. For its owner and admins."""
    return TradingResponse.from_domain(await halts.portfolio_halt(PortfolioId(portfolio_id)))


@router.post("/portfolios/{portfolio_id}/halt")
async def halt_portfolio(
    portfolio_id: UUID, body: HaltRequest, halts: HaltService = inject(HaltService)
) -> HaltResponse:
    """Accept no order for this portfolio, until it is resumed. Cancels go through. For its owner and admins."""
    halting = await halts.halt_portfolio(PortfolioId(portfolio_id), body.reason, cancel_orders=body.cancel_orders)
    return HaltResponse.from_halting(halting)


@router.post("/portfolios/{portfolio_id}/resume")
async def resume_portfolio(portfolio_id: UUID, halts: HaltService = inject(HaltService)) -> TradingResponse:
    """Accept orders for this portfolio again, unless the house is halted. For its owner and admins."""
    await halts.resume_portfolio(PortfolioId(portfolio_id))
    return TradingResponse.from_domain(None)


@router.get("/portfolios/{portfolio_id}/trading-limits")
async def get_limits(portfolio_id: UUID, limits: LimitService = inject(LimitService)) -> LimitsResponse:
    """How large this portfolio's orders may be, and how many may be open. For its owner and admins."""
    return LimitsResponse.from_domain(await limits.limits(PortfolioId(portfolio_id)))


@router.put("/portfolios/{portfolio_id}/trading-limits")
async def set_limits(
    portfolio_id: UUID, body: SetLimitsRequest, limits: LimitService = inject(LimitService)
) -> LimitsResponse:
    """Set all limits anew; orders that are open already stay. For its owner and admins."""
    quantity, value = body.max_order_quantity, body.max_order_value
    return LimitsResponse.from_domain(
        await limits.set_limits(
            PortfolioId(portfolio_id),
            max_order_quantity=None if quantity is None else Quantity.parse(quantity),
            max_order_value=None if value is None else Decimal(value),
            max_open_orders=body.max_open_orders,
        )
    )
