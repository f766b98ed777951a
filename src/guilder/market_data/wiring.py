"""How the market data room is put together."""

from __future__ import annotations

from fastapi import APIRouter

from guilder.core.container import Container
from guilder.core.relay import Subscription
from guilder.core.settings import Settings
from guilder.market_data.application.clock_reader import ClockReader
from guilder.market_data.application.market_data_service import MarketDataService
from guilder.market_data.application.market_directory import MarketDirectory
from guilder.market_data.application.market_helm import MarketHelm
from guilder.market_data.application.market_opening import MarketOpening, MarketPlan
from guilder.market_data.application.market_service import MarketService
from guilder.market_data.application.market_stream_service import MarketStreamService
from guilder.market_data.application.market_tapes import MarketTapes
from guilder.market_data.application.market_watch import MarketWatch
from guilder.market_data.application.ports import MarketBoard, MarketRepository, PriceHistory
from guilder.market_data.application.price_display_service import PriceDisplayService
from guilder.market_data.application.replay_pace import ReplayPace
from guilder.market_data.application.replay_runner import ReplayRunner
from guilder.market_data.application.replay_service import ReplayService
from guilder.market_data.infrastructure.market_hand import MarketHand
from guilder.market_data.infrastructure.resident_markets import ResidentMarkets
from guilder.market_data.infrastructure.sample_prices import SamplePrices
from guilder.market_data.infrastructure.sql_market_repository import SqlMarketRepository
from guilder.market_data.presentation.market_router import router as market_router
from guilder.market_data.presentation.router import router as price_router
from guilder.market_data.presentation.stream import router as stream_router
from guilder.published.market_data import MarketClock, MarketDataProvider, MarketDoor, MarketMode, Markets, MarketTape


def register(container: Container) -> None:
    """Ports to adapters, and the services. One object knows where the markets stand, under all its names."""
    container.register_singleton(MarketPlan, _plan)
    container.register_singleton(MarketRepository, SqlMarketRepository)
    container.register_singleton(PriceHistory, SamplePrices)
    container.register_singleton(ResidentMarkets, ResidentMarkets)
    container.register_singleton(MarketBoard, _board)
    container.register_singleton(MarketClock, _clock)
    container.register_singleton(MarketDoor, _door)
    container.register_singleton(MarketTapes, MarketTapes)
    container.register_singleton(Markets, MarketHand)
    container.register_singleton(MarketDataService, MarketDataService)
    container.register_singleton(MarketDataProvider, _provider)
    container.register_singleton(MarketTape, _tape)
    container.register_singleton(MarketOpening, MarketOpening)
    container.register_singleton(ClockReader, ClockReader)
    container.register_singleton(MarketHelm, MarketHelm)
    container.register_singleton(ReplayPace, ReplayPace)
    container.register_singleton(MarketWatch, MarketWatch)
    container.register_scoped(ReplayRunner, ReplayRunner)
    container.register_scoped(PriceDisplayService, PriceDisplayService)
    container.register_scoped(MarketDirectory, MarketDirectory)
    container.register_scoped(ReplayService, ReplayService)
    container.register_scoped(MarketStreamService, MarketStreamService)
    container.register_scoped(MarketService, MarketService)


def routers() -> list[APIRouter]:
    return [price_router, market_router, stream_router]


def subscriptions() -> list[Subscription]:
    return []


def _plan(settings: Settings) -> MarketPlan:
    return MarketPlan(MarketMode(settings.market_mode), settings.replay_start)


def _board(markets: ResidentMarkets) -> MarketBoard:
    return markets


def _clock(markets: ResidentMarkets) -> MarketClock:
    return markets


def _door(markets: ResidentMarkets) -> MarketDoor:
    return markets


def _provider(service: MarketDataService) -> MarketDataProvider:
    return service


def _tape(service: MarketDataService) -> MarketTape:
    return service
