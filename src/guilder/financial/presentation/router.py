"""Portfolios over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from guilder.core.container.fastapi import inject
from guilder.core.http import DirectRead, IdempotentRoute
from guilder.core.pages import DEFAULT_LIMIT, PageRequest
from guilder.core.wire import LimitIn
from guilder.financial.application.portfolio_analytics_service import PortfolioAnalyticsService
from guilder.financial.application.portfolio_service import PortfolioService
from guilder.financial.presentation.schemas import (
    CashRequest,
    MetricsResponse,
    OpenPortfolioRequest,
    PortfolioResponse,
    PositionResponse,
    TransactionPage,
    TransactionResponse,
    TransferRequest,
)
from guilder.shared.ids import PortfolioId

router = APIRouter(prefix="/v1/portfolios", tags=["portfolios"], route_class=IdempotentRoute)
look_router = APIRouter(prefix="/v1/portfolios", tags=["portfolios"], route_class=DirectRead)


@router.post("", status_code=status.HTTP_201_CREATED)
async def open_portfolio(
    body: OpenPortfolioRequest, portfolios: PortfolioService = inject(PortfolioService)
) -> PortfolioResponse:
    """Open an empty portfolio in a market."""
    portfolio = await portfolios.open_portfolio(
        body.name, body.to_currency(), body.to_market(), body.fill_profile, body.pricing_strategy
    )
    return PortfolioResponse.from_domain(portfolio)


@router.get("")
async def list_portfolios(portfolios: PortfolioService = inject(PortfolioService)) -> list[PortfolioResponse]:
    """Your portfolios, on one consistent snapshot."""
    return [PortfolioResponse.from_domain(portfolio) for portfolio in await portfolios.list_portfolios()]


@router.get("/{portfolio_id}")
async def get_portfolio(
    portfolio_id: UUID, portfolios: PortfolioService = inject(PortfolioService)
) -> PortfolioResponse:
    """One portfolio and its cash."""
    return PortfolioResponse.from_domain(await portfolios.get_portfolio(PortfolioId(portfolio_id)))


@router.post("/{portfolio_id}/deposits", status_code=status.HTTP_201_CREATED)
async def deposit(
    portfolio_id: UUID, body: CashRequest, portfolios: PortfolioService = inject(PortfolioService)
) -> TransactionResponse:
    """Put play money in."""
    return TransactionResponse.from_domain(await portfolios.deposit(PortfolioId(portfolio_id), body.to_money()))


@router.post("/{portfolio_id}/withdrawals", status_code=status.HTTP_201_CREATED)
async def withdraw(
    portfolio_id: UUID, body: CashRequest, portfolios: PortfolioService = inject(PortfolioService)
) -> TransactionResponse:
    """Take money out, as far as no open order holds it."""
    return TransactionResponse.from_domain(await portfolios.withdraw(PortfolioId(portfolio_id), body.to_money()))


@router.post("/{portfolio_id}/transfers", status_code=status.HTTP_201_CREATED)
async def transfer(
    portfolio_id: UUID, body: TransferRequest, portfolios: PortfolioService = inject(PortfolioService)
) -> TransactionResponse:
    """Pay money into another of your portfolios, in the same market and currency: both change, or none."""
    receiver = PortfolioId(body.to)
    return TransactionResponse.from_domain(
        await portfolios.transfer(PortfolioId(portfolio_id), receiver, body.to_amount())
    )


@look_router.get("/{portfolio_id}/positions")
async def list_positions(
    portfolio_id: UUID,
    portfolios: PortfolioService = inject(PortfolioService),
    analytics: PortfolioAnalyticsService = inject(PortfolioAnalyticsService),
) -> list[PositionResponse]:
    """What the portfolio holds, lot by lot, and what it is worth now."""
    portfolio = await portfolios.get_portfolio(PortfolioId(portfolio_id))
    return [PositionResponse.from_domain(priced) for priced in await analytics.price_positions(portfolio)]


@router.get("/{portfolio_id}/metrics")
async def get_metrics(
    portfolio_id: UUID,
    portfolios: PortfolioService = inject(PortfolioService),
    analytics: PortfolioAnalyticsService = inject(PortfolioAnalyticsService),
) -> MetricsResponse:
    """Value, cost and gain; `unpriced` names what has no price now, and is left out of the value."""
    portfolio = await portfolios.get_portfolio(PortfolioId(portfolio_id))
    return MetricsResponse.from_domain(await analytics.calculate_portfolio_metrics(portfolio))


@router.get("/{portfolio_id}/transactions")
async def list_transactions(
    portfolio_id: UUID,
    limit: Annotated[LimitIn, Query()] = DEFAULT_LIMIT,
    cursor: str | None = None,
    portfolios: PortfolioService = inject(PortfolioService),
) -> TransactionPage:
    """The journal, oldest first: the postings of each transaction sum to zero per commodity."""
    page = await portfolios.list_transactions(PortfolioId(portfolio_id), PageRequest(limit, cursor))
    shown = page.map(TransactionResponse.from_domain)
    return TransactionPage(items=list(shown.items), next=shown.next)
