"""How the trading room is put together."""

from __future__ import annotations

from fastapi import APIRouter

from guilder.core.container import Container
from guilder.core.relay import Subscription
from guilder.published.trading import FillProfiles, MarketDriver
from guilder.trading.application.house_rules import FillProfileList
from guilder.trading.application.market_session_service import MarketSessionService
from guilder.trading.application.order_desk import OrderDesk
from guilder.trading.application.order_explanation_service import OrderExplanationService
from guilder.trading.application.ports import OrderRepository, Venue, VolumeRepository
from guilder.trading.application.trading_service import TradingService
from guilder.trading.infrastructure.resident_books import ResidentBooks
from guilder.trading.infrastructure.simulated_venue import SimulatedVenue
from guilder.trading.infrastructure.sql_order_repository import SqlOrderRepository
from guilder.trading.infrastructure.sql_volume_repository import SqlVolumeRepository
from guilder.trading.presentation.router import router


def register(container: Container) -> None:
    """Ports to adapters, and the services."""
    container.register_singleton(ResidentBooks, ResidentBooks)
    container.register_singleton(OrderRepository, SqlOrderRepository)
    container.register_singleton(VolumeRepository, SqlVolumeRepository)
    container.register_singleton(OrderDesk, OrderDesk)
    container.register_singleton(Venue, SimulatedVenue)
    container.register_singleton(MarketSessionService, MarketSessionService)
    container.register_singleton(MarketDriver, MarketSessionService)
    container.register_singleton(FillProfiles, FillProfileList)
    container.register_scoped(TradingService, TradingService)
    container.register_scoped(OrderExplanationService, OrderExplanationService)


def routers() -> list[APIRouter]:
    return [router]


def subscriptions() -> list[Subscription]:
    return []
