"""How the financial room is put together."""

from __future__ import annotations

from fastapi import APIRouter

from guilder.core.container import Container
from guilder.core.relay import Subscription
from guilder.financial.application.account_service import AccountService
from guilder.financial.application.portfolio_analytics_service import PortfolioAnalyticsService
from guilder.financial.application.portfolio_choices import PortfolioChoices
from guilder.financial.application.portfolio_service import PortfolioService
from guilder.financial.application.ports import Ledger, PortfolioRepository
from guilder.financial.infrastructure.sql_ledger import SqlLedger
from guilder.financial.infrastructure.sql_portfolio_repository import SqlPortfolioRepository
from guilder.financial.presentation.router import look_router, router
from guilder.published.financial import Accounts


def register(container: Container) -> None:
    """Ports to adapters, and the services."""
    container.register_singleton(PortfolioRepository, SqlPortfolioRepository)
    container.register_singleton(Ledger, SqlLedger)
    container.register_singleton(Accounts, AccountService)
    container.register_singleton(PortfolioChoices, PortfolioChoices)
    container.register_scoped(PortfolioService, PortfolioService)
    container.register_singleton(PortfolioAnalyticsService, PortfolioAnalyticsService)


def routers() -> list[APIRouter]:
    return [router, look_router]


def subscriptions() -> list[Subscription]:
    return []
