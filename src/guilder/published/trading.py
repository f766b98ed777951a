"""What the trading room says to the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from guilder.shared.errors import InvalidError
from guilder.shared.events import Event
from guilder.shared.ids import ExecutionId, MarketId, OrderId, PortfolioId, UserId
from guilder.shared.money import Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol


class Side(StrEnum):
    """FIX tag 54."""

    BUY = "buy"
    SELL = "sell"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(Event):
    """An order was accepted; `quantity` of one for an amount of money is what that is at the last price."""

    about: ClassVar[str] = "order_id"

    order_id: OrderId
    portfolio_id: PortfolioId
    owner: UserId
    symbol: StockSymbol
    side: Side
    quantity: Quantity
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilled(Event):
    """Shares of an order changed hands; `leaves_quantity` is zero when it is done."""

    about: ClassVar[str] = "order_id"

    order_id: OrderId
    portfolio_id: PortfolioId
    owner: UserId
    execution_id: ExecutionId
    symbol: StockSymbol
    side: Side
    quantity: Quantity
    price: Price
    leaves_quantity: Quantity
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCanceled(Event):
    """What was left of an order was taken off the market; `reason` says why, when its owner did not ask."""

    about: ClassVar[str] = "order_id"

    order_id: OrderId
    portfolio_id: PortfolioId
    owner: UserId
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRejected(Event):
    """An order that had been accepted could not be worked."""

    about: ClassVar[str] = "order_id"

    order_id: OrderId
    portfolio_id: PortfolioId
    owner: UserId
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExpired(Event):
    """The session ended before the order did."""

    about: ClassVar[str] = "order_id"

    order_id: OrderId
    portfolio_id: PortfolioId
    owner: UserId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReplaced(Event):
    """An order with other terms took this one's place."""

    about: ClassVar[str] = "order_id"

    order_id: OrderId
    portfolio_id: PortfolioId
    owner: UserId
    replaced_by: OrderId
    at: datetime


class UnknownFillProfileError(InvalidError):
    """There is no fill profile of that name."""

    code = "unknown_fill_profile"
    field = "fill_profile"


class FillProfiles(Protocol):
    """The ways in which the simulated venue can fill orders."""

    def check(self, name: str) -> None:
        """Raises `UnknownFillProfileError`."""


class UnknownPricingStrategyError(InvalidError):
    """There is no pricing strategy of that name."""

    code = "unknown_pricing_strategy"
    field = "pricing_strategy"


class PricingStrategyNames(Protocol):
    """The strategies by which tickets can be priced."""

    def check(self, name: str) -> None:
        """Raises `UnknownPricingStrategyError`."""


class MarketDriver(Protocol):
    """The facade that moves a market: orders are worked, session by session, as its time goes on."""

    async def advance(self, market: MarketId, to: datetime) -> datetime:
        """Work everything due up to `to`, each session a durable unit; where the market stands afterwards."""
