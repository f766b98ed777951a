"""Markets over HTTP: opening them, and how their time goes on."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from guilder.core.container.fastapi import inject
from guilder.core.http import IdempotentRoute
from guilder.core.pages import DEFAULT_LIMIT, PageRequest
from guilder.core.wire import LimitIn
from guilder.market_data.application.market_directory import MarketDirectory
from guilder.market_data.application.replay_service import ReplayService
from guilder.market_data.presentation.market_schemas import (
    MarketPage,
    MarketResponse,
    OpenMarketRequest,
    SpeedRequest,
)
from guilder.market_data.presentation.schemas import ClockResponse
from guilder.shared.ids import MarketId

router = APIRouter(prefix="/v1/markets", tags=["markets"], route_class=IdempotentRoute)


@router.post("", status_code=status.HTTP_201_CREATED)
async def open_market(body: OpenMarketRequest, markets: MarketDirectory = inject(MarketDirectory)) -> MarketResponse:
    """Open a market of your own, twenty at a time. A replay stands at its start and waits."""
    return MarketResponse.from_view(await markets.open_market(body.to_market()))


@router.get("")
async def list_markets(
    own: Annotated[bool, Query(description="Only those that you have opened.")] = False,
    limit: Annotated[LimitIn, Query()] = DEFAULT_LIMIT,
    cursor: str | None = None,
    markets: MarketDirectory = inject(MarketDirectory),
) -> MarketPage:
    """The markets in which you may trade, by id: those of all users."""
    return MarketPage.from_page(await markets.list_markets(PageRequest(limit, cursor), only_own=own))


@router.get("/{market}")
async def get_market(market: str, markets: MarketDirectory = inject(MarketDirectory)) -> MarketResponse:
    """One market."""
    return MarketResponse.from_view(await markets.get_market(MarketId(market)))


@router.patch("/{market}")
async def set_speed(market: str, body: SpeedRequest, replays: ReplayService = inject(ReplayService)) -> ClockResponse:
    """Let the time of a replay go faster or slower, from now on. For its owner and for admins."""
    return ClockResponse.from_reading(await replays.set_speed(MarketId(market), body.speed))


@router.post("/{market}/pause")
async def pause(market: str, replays: ReplayService = inject(ReplayService)) -> ClockResponse:
    """Let the time of a replay stand still. For its owner and for admins."""
    return ClockResponse.from_reading(await replays.pause(MarketId(market)))


@router.post("/{market}/resume")
async def resume(market: str, replays: ReplayService = inject(ReplayService)) -> ClockResponse:
    """Let the time of a replay go on by itself. For its owner and for admins."""
    return ClockResponse.from_reading(await replays.resume(MarketId(market)))


@router.delete("/{market}")
async def end_market(market: str, markets: MarketDirectory = inject(MarketDirectory)) -> MarketResponse:
    """End a market: its time stands still for ever, what was traded in it stays. For its owner and for admins."""
    return MarketResponse.from_view(await markets.end_market(MarketId(market)))
