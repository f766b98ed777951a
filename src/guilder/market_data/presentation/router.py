"""Prices and clocks over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from guilder.core.container.fastapi import inject
from guilder.core.http import IdempotentRoute
from guilder.core.pages import DEFAULT_LIMIT, PageRequest
from guilder.core.wire import InstantIn, LimitIn
from guilder.market_data.application.market_service import MarketService
from guilder.market_data.application.price_display_service import PriceDisplayService
from guilder.market_data.presentation.schemas import (
    AdvanceRequest,
    BarPage,
    ClockResponse,
    QuoteResponse,
    TradePage,
    parse_symbols,
)
from guilder.published.market_data import Adjustment, Timeframe
from guilder.shared.ids import MAIN_MARKET, MarketId
from guilder.shared.symbol import StockSymbol

router = APIRouter(prefix="/v1", tags=["market data"], route_class=IdempotentRoute)

Market = Annotated[str, Query(max_length=100, description="Which market; `main` unless told.")]
Symbols = Annotated[
    str, Query(max_length=8_000, description="Up to 500 symbols with commas between.", examples=["AAPL,IBM"])
]


@router.get("/quotes")
async def get_quotes(
    symbols: Symbols, market: Market = MAIN_MARKET, prices: PriceDisplayService = inject(PriceDisplayService)
) -> list[QuoteResponse]:
    """What some shares cost now, all at one instant; those that have no price are missing."""
    quotes = await prices.quotes(parse_symbols(symbols), MarketId(market))
    return [QuoteResponse.from_domain(quote) for quote in quotes]


@router.get("/quotes/{symbol}")
async def get_quote(
    symbol: str, market: Market = MAIN_MARKET, prices: PriceDisplayService = inject(PriceDisplayService)
) -> QuoteResponse:
    """What a share costs now; between sessions, what it cost at the last close."""
    return QuoteResponse.from_domain(await prices.quote(StockSymbol.parse(symbol), MarketId(market)))


@router.get("/bars/{symbol}")
async def get_bars(
    symbol: str,
    start: InstantIn | None = None,
    end: InstantIn | None = None,
    timeframe: Timeframe = Timeframe.DAY,
    adjustment: Adjustment = Adjustment.RAW,
    market: Market = MAIN_MARKET,
    limit: Annotated[LimitIn, Query()] = DEFAULT_LIMIT,
    cursor: str | None = None,
    prices: PriceDisplayService = inject(PriceDisplayService),
) -> BarPage:
    """Sessions, or shorter spans, that are over, with start <= `at` < end, oldest first.

    Spans are those of the clock in UTC; the first one of a session may begin before the session does.
    `adjustment` corrects earlier prices for what has happened up to the market's present time: `raw` for nothing,
    `split` for splits, `all` for splits and dividends.
    """
    page = await prices.bars(
        StockSymbol.parse(symbol),
        start=start,
        end=end,
        adjustment=adjustment,
        market=MarketId(market),
        page=PageRequest(limit, cursor),
        timeframe=timeframe,
    )
    return BarPage.from_page(page)


@router.get("/trades/{symbol}")
async def get_trades(
    symbol: str,
    start: InstantIn | None = None,
    end: InstantIn | None = None,
    market: Market = MAIN_MARKET,
    limit: Annotated[LimitIn, Query()] = DEFAULT_LIMIT,
    cursor: str | None = None,
    prices: PriceDisplayService = inject(PriceDisplayService),
) -> TradePage:
    """Trades up to now, with start <= `at` < end, oldest first. Those of a minute add up to its bar."""
    page = await prices.trades(
        StockSymbol.parse(symbol), start=start, end=end, market=MarketId(market), page=PageRequest(limit, cursor)
    )
    return TradePage.from_page(page)


@router.get("/clock")
async def get_clock(market: Market = MAIN_MARKET, markets: MarketService = inject(MarketService)) -> ClockResponse:
    """What time it is in a market, and when it opens and closes next."""
    return ClockResponse.from_reading(await markets.clock(MarketId(market)))


@router.post("/clock/advance")
async def advance_clock(
    body: AdvanceRequest, market: Market = MAIN_MARKET, markets: MarketService = inject(MarketService)
) -> ClockResponse:
    """Let the time of a replay go on, working every order that falls due on the way. For its owner and for admins.

    Cut off, it goes on from where it stood.
    """
    return ClockResponse.from_reading(await markets.advance(body.to_advance(), MarketId(market)))
