"""What the services of this room need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from guilder.market_data.domain.calendar import SessionCalendar
from guilder.market_data.domain.listing import Listing
from guilder.market_data.domain.market import Market, MarketTerms, Standing
from guilder.shared.ids import MarketId
from guilder.shared.symbol import StockSymbol


class MarketRepository(Protocol):
    """The markets, as they are stored."""

    async def get(self, market: MarketId) -> Market:
        """Raises `MarketNotFoundError`."""

    async def all(self) -> Sequence[Market]:
        """Every market, as it is committed, by id."""

    def save(self, market: Market) -> None:
        """Store it with the unit of work that is open."""


class MarketBoard(Protocol):
    """The markets as this process knows them: in memory, so that a price costs no question to the database."""

    async def load(self) -> Sequence[MarketTerms]:
        """Read them all anew; their terms. Nothing is known before the first time."""

    def all_terms(self) -> Sequence[MarketTerms]:
        """Those of every market."""

    def terms(self, market: MarketId) -> MarketTerms:
        """What never changes about a market. Raises `MarketNotFoundError`."""

    def standing(self, market: MarketId) -> Standing:
        """Where a market stands, and how its time goes on. Raises `MarketNotFoundError`."""

    def save(self, market: Market) -> None:
        """Store a market, a new one too, with the unit of work that is open; known here once that is queued."""


class PriceHistory(Protocol):
    """The past that sandbox and replay show: sessions and bars of every symbol, all in memory."""

    @property
    def source(self) -> str:
        """The name by which quotes say where they come from."""

    @property
    def calendar(self) -> SessionCalendar:
        """All sessions."""

    def listing(self, symbol: StockSymbol) -> Listing:
        """A symbol's history. Raises `SymbolNotFoundError`."""

    def find(self, symbol: StockSymbol) -> Listing | None:
        """The same; None when there is no price of this symbol."""
