"""The proof of one portfolio's books over HTTP: what several rooms know of it, laid side by side."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from guilder.bootstrap.proof_document import ProofResponse
from guilder.bootstrap.verify import verify_portfolio
from guilder.core.container.fastapi import inject
from guilder.core.database import Database
from guilder.core.http import ExactRoute
from guilder.financial.application.portfolio_service import PortfolioService
from guilder.shared.ids import PortfolioId

router = APIRouter(prefix="/v1/portfolios", tags=["portfolios"], route_class=ExactRoute)


@router.get("/{portfolio_id}/proof")
async def prove_portfolio(
    portfolio_id: UUID,
    portfolios: PortfolioService = inject(PortfolioService),
    database: Database = inject(Database),
) -> ProofResponse:
    """Prove that the portfolio's books are right, from its rows: each promise with the figures of both sides."""
    portfolio = await portfolios.get_portfolio(PortfolioId(portfolio_id))
    return ProofResponse.from_findings(await verify_portfolio(database, portfolio.id))
