"""Guilder's core in this process, over prices that a benchmark brings: no HTTP, no relay, no timers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import UUID

from benchmarks.replay_peers.made_up_prices import MadeUpBar
from guilder.bootstrap.container import setup_container
from guilder.bootstrap.garbage import leave_alone_what_stays
from guilder.bootstrap.schema import Schema
from guilder.bootstrap.scopes import scope_for, system_scope
from guilder.core.caller import Caller
from guilder.core.committer import Committer
from guilder.core.container import Scope
from guilder.core.database import Database
from guilder.core.settings import Settings
from guilder.market_data.application.market_opening import MarketOpening
from guilder.market_data.application.ports import PriceHistory
from guilder.market_data.domain.calendar import SessionCalendar
from guilder.market_data.domain.listing import Listing
from guilder.shared.currency import USD
from guilder.shared.ids import UserId
from guilder.shared.symbol import StockSymbol

OPENS, CLOSES = time(14, 30), time(21)
OWNER = UserId(UUID(int=1))
_STEPS_A_CENT = 100


class MadeUpPrices:
    """`PriceHistory` of made-up bars, in memory."""

    source = "made up"

    def __init__(self, days: Sequence[date], walks: Mapping[str, Sequence[MadeUpBar]]) -> None:
        self._calendar = SessionCalendar(
            [day.toordinal() for day in days],
            [_minute(datetime.combine(day, OPENS, UTC)) for day in days],
            [_minute(datetime.combine(day, CLOSES, UTC)) for day in days],
        )
        self._listings = {StockSymbol(name): _listing(name, walked) for name, walked in walks.items()}

    @property
    def calendar(self) -> SessionCalendar:
        return self._calendar

    @property
    def symbols(self) -> Sequence[StockSymbol]:
        return list(self._listings)

    def listing(self, symbol: StockSymbol) -> Listing:
        return self._listings[symbol]

    def find(self, symbol: StockSymbol) -> Listing | None:
        return self._listings.get(symbol)


def _minute(instant: datetime) -> int:
    return int(instant.timestamp()) // 60


def _listing(name: str, walked: Iterable[MadeUpBar]) -> Listing:
    opens, highs, lows, closes, volumes = zip(*walked, strict=True)
    prices = [[cents * _STEPS_A_CENT for cents in column] for column in (opens, highs, lows, closes)]
    return Listing(StockSymbol(name), USD, 0, (prices[0], prices[1], prices[2], prices[3], volumes))


@asynccontextmanager
async def a_core(folder: Path, history: PriceHistory) -> AsyncIterator[Scope]:
    """A replay over `history` that stands at its first open, on a SQLite file in `folder`; a scope of its user."""
    settings = Settings(data_dir=folder, market_mode="replay")
    container = setup_container(settings)
    container.register_value(PriceHistory, history, replace=True)
    Schema(settings.database_url.get_secret_value()).upgrade()
    leave_alone_what_stays()  # as the server does
    committer = container.get(Committer)
    await committer.start()
    try:
        async with system_scope(container) as scope:
            await (await scope.aget(MarketOpening)).open()
        async with scope_for(container, Caller(OWNER)) as scope:
            yield scope
    finally:
        await committer.close()
        await container.get(Database).aclose()
        await container.aclose()
