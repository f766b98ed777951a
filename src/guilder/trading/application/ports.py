"""What the services of the trading room need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from guilder.published.market_data import Session
from guilder.published.trading import Side
from guilder.shared.ids import MarketId, OrderId, PortfolioId, UserId
from guilder.shared.symbol import StockSymbol
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_book import OrderBook
from guilder.trading.domain.pricing.pricing_strategy import PricingStrategy
from guilder.trading.domain.slicing.volume_profile import VolumeProfile
from guilder.trading.domain.trading_control import Controls, TradingControl
from guilder.trading.domain.volume_taken import VolumeTaken


class OrderFilter(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class OrderSearch:
    """Which of a user's orders are wanted; at most `limit`, newest first, those before `before`.

    `after` and `until` bound the instant of the market at which they were placed, both excluded. With `parent_id` only
    the orders of its slices.
    """

    owner: UserId
    portfolio_id: PortfolioId | None = None
    status: OrderFilter = OrderFilter.ALL
    symbol: StockSymbol | None = None
    side: Side | None = None
    after: datetime | None = None
    until: datetime | None = None
    client_order_id: str | None = None
    before: OrderId | None = None
    limit: int = 100
    parent_id: OrderId | None = None


class OrderRepository(Protocol):
    """Every order ever placed."""

    async def get(self, order_id: OrderId) -> Order:
        """Raises `OrderNotFoundError`."""

    async def find_by_client_order_id(self, portfolio_id: PortfolioId, client_order_id: str) -> OrderId | None:
        """The order that was placed under its owner's own name for it."""

    async def book_of(self, market: MarketId) -> OrderBook:
        """The orders that rest in a market, as of the last unit that was left; of an order in slices only these."""

    def changed_here(self, market: MarketId) -> Sequence[Order]:
        """What the unit that is open has saved of that market's book, which does not know of it yet."""

    async def next_slice(self, market: MarketId) -> tuple[datetime, OrderId] | None:
        """When a slice falls due next in a market, and of which order; what the unit that is open has saved counts."""

    def quiet_until(self, market: MarketId) -> datetime | None:
        """Up to where this process has seen that nothing happens to the orders that rest in a market."""

    def note_quiet(self, market: MarketId, until: datetime) -> None:
        """Nothing happened to them up to then. It is only remembered, and costs nothing when it is forgotten."""

    async def resting_ids(self, portfolio_id: PortfolioId | None) -> Sequence[OrderId]:
        """The orders that were saved as open, of one portfolio or of all, oldest first."""

    async def search(self, wanted: OrderSearch) -> Sequence[Order]:
        """Orders as they are saved."""

    def save(self, order: Order) -> None:
        """A lost race is a `ConflictError` at the unit's end."""


class VolumeRepository(Protocol):
    """What portfolios had of the volume of symbols."""

    async def get(self, portfolio_id: PortfolioId, symbol: StockSymbol) -> VolumeTaken:
        """Nothing yet, where nobody saved anything."""

    def save(self, taken: VolumeTaken) -> None:
        """A lost race is a `ConflictError` at the unit's end."""


class SessionVolumes(Protocol):
    """How the volume of sessions was spread over their time."""

    async def last_profile(self, symbol: StockSymbol, market: MarketId) -> VolumeProfile:
        """That of the last session that is over: nobody knows yet how it will be in the one that runs.

        Raises `NoVolumeProfileError`.
        """


class ControlRepository(Protocol):
    """The limits and halts of the house and of portfolios."""

    async def get(self, scope: UUID) -> TradingControl:
        """Without limit and halt, where nobody has set any."""

    async def in_force(self, scope: UUID) -> Controls:
        """As of the last unit that was left; only memory is read. Asked inside a unit."""

    def save(self, control: TradingControl) -> None:
        """A lost race is a `ConflictError` at the unit's end."""


class Venue(Protocol):
    """Where orders are worked. All of it happens inside the caller's unit."""

    def check(self, market: MarketId, symbol: StockSymbol, at: datetime) -> None:
        """See whether an order for a symbol that is known could be worked, now or in a session to come.

        Raises:
            NoSessionError: there is none any more.
            SymbolNotTradableError: the market is open, but the symbol has no price in its session.
        """

    async def submit(self, order: Order, at: datetime) -> None:
        """Trade what can be traded at once; the rest stays on the order, open, or is ended by its terms.

        Raises:
            SymbolNotTradableError: the market is open, but the symbol has no price in its session.
        """

    async def work(self, market: MarketId, session: Session, since: datetime, until: datetime) -> Sequence[Order]:
        """Work every resting order in [since, until], in the order of what happens; the orders that changed.

        `since` is up to where all is worked; `session` the one that is open then, or the next; `until` no later than
        its close.
        """


class PricingStrategies(Protocol):
    """The strategies by which tickets are priced: the house's own, and those that other packages bring."""

    def get(self, name: str) -> PricingStrategy:
        """Raises `UnknownPricingStrategyError`, which lists those that there are, and `BrokenPricingStrategyError`."""

    def check(self) -> None:
        """See that each of them can be used. Raises `BrokenPricingStrategyError`."""
