"""How the trading room is put together."""

from __future__ import annotations

from importlib.metadata import entry_points

from fastapi import APIRouter

from guilder.core.container import Container
from guilder.core.relay import Subscription
from guilder.core.settings import Settings
from guilder.published.trading import FillProfiles, MarketDriver, PricingStrategyNames
from guilder.trading.application.halt_service import HaltService
from guilder.trading.application.house_rules import FillProfileList, PricingStrategyList
from guilder.trading.application.limit_service import LimitService
from guilder.trading.application.market_session_service import MarketSessionService
from guilder.trading.application.order_batch_service import OrderBatchService
from guilder.trading.application.order_checks import OrderChecks
from guilder.trading.application.order_desk import OrderDesk
from guilder.trading.application.order_estimate_service import OrderEstimateService
from guilder.trading.application.order_explanation_service import OrderExplanationService
from guilder.trading.application.order_price_calculator import OrderPriceCalculator
from guilder.trading.application.order_slicer import OrderSlicer
from guilder.trading.application.ports import (
    ControlRepository,
    OrderRepository,
    PricingStrategies,
    SessionVolumes,
    Venue,
    VolumeRepository,
)
from guilder.trading.application.trading_service import TradingService
from guilder.trading.domain.pricing.market_pricing_strategy import MarketPricingStrategy
from guilder.trading.domain.pricing.time_based_pricing_strategy import TimeBasedPricingStrategy
from guilder.trading.domain.pricing.vwap_pricing_strategy import VWAPPricingStrategy
from guilder.trading.infrastructure.finished_session_volumes import FinishedSessionVolumes
from guilder.trading.infrastructure.installed_pricing_strategies import GROUP, InstalledPricingStrategies
from guilder.trading.infrastructure.resident_books import ResidentBooks
from guilder.trading.infrastructure.resident_controls import ResidentControls
from guilder.trading.infrastructure.resident_plans import ResidentPlans
from guilder.trading.infrastructure.simulated_venue import SimulatedVenue
from guilder.trading.infrastructure.sql_control_repository import SqlControlRepository
from guilder.trading.infrastructure.sql_order_repository import SqlOrderRepository
from guilder.trading.infrastructure.sql_volume_repository import SqlVolumeRepository
from guilder.trading.presentation.control_router import router as control_router
from guilder.trading.presentation.estimate_router import router as estimate_router
from guilder.trading.presentation.router import entry_router
from guilder.trading.presentation.router import router as order_router


def register(container: Container) -> None:
    """Ports to adapters, and the services."""
    container.register_singleton(ResidentBooks, ResidentBooks)
    container.register_singleton(ResidentPlans, ResidentPlans)
    container.register_singleton(OrderRepository, SqlOrderRepository)
    container.register_singleton(ResidentControls, ResidentControls)
    container.register_singleton(ControlRepository, SqlControlRepository)
    container.register_singleton(VolumeRepository, SqlVolumeRepository)
    container.register_singleton(OrderDesk, OrderDesk)
    container.register_singleton(OrderChecks, OrderChecks)
    container.register_singleton(Venue, SimulatedVenue)
    container.register_singleton(SessionVolumes, FinishedSessionVolumes)
    container.register_singleton(OrderSlicer, OrderSlicer)
    container.register_singleton(MarketSessionService, MarketSessionService)
    container.register_singleton(MarketDriver, MarketSessionService)
    container.register_singleton(FillProfiles, FillProfileList)
    container.register_singleton(PricingStrategies, _pricing_strategies)
    container.register_singleton(PricingStrategyNames, PricingStrategyList)
    container.register_singleton(OrderPriceCalculator, OrderPriceCalculator)
    container.register_scoped(OrderEstimateService, OrderEstimateService)
    container.register_scoped(TradingService, TradingService)
    container.register_scoped(OrderBatchService, OrderBatchService)
    container.register_scoped(HaltService, HaltService)
    container.register_scoped(LimitService, LimitService)
    container.register_scoped(OrderExplanationService, OrderExplanationService)


def routers() -> list[APIRouter]:
    return [entry_router, order_router, estimate_router, control_router]


def subscriptions() -> list[Subscription]:
    return []


def _pricing_strategies(settings: Settings) -> PricingStrategies:
    own = (
        MarketPricingStrategy(),
        VWAPPricingStrategy(),
        TimeBasedPricingStrategy(off_hours_surcharge_rate=settings.off_hours_surcharge_rate),
    )
    return InstalledPricingStrategies(own, entry_points(group=GROUP))
