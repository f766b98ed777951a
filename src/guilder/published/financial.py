"""What the financial room says to the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from guilder.published.trading import Side
from guilder.shared.currency import Currency
from guilder.shared.errors import NotFoundError, RefusedError
from guilder.shared.events import Event
from guilder.shared.ids import ExecutionId, MarketId, OrderId, PortfolioId, TransactionId, UserId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioOpened(Event):
    """A user opened a portfolio in a market."""

    about: ClassVar[str] = "portfolio_id"

    portfolio_id: PortfolioId
    owner: UserId
    market: MarketId
    base_currency: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyDeposited(Event):
    """Money came in from outside."""

    about: ClassVar[str] = "portfolio_id"

    portfolio_id: PortfolioId
    transaction_id: TransactionId
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyWithdrawn(Event):
    """Money went out; `amount` is positive."""

    about: ClassVar[str] = "portfolio_id"

    portfolio_id: PortfolioId
    transaction_id: TransactionId
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferSent(Event):
    """Money went to another portfolio of the same owner; `amount` is positive."""

    about: ClassVar[str] = "portfolio_id"

    portfolio_id: PortfolioId
    transaction_id: TransactionId
    receiver: PortfolioId
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferReceived(Event):
    """Money came from another portfolio of the same owner; `amount` is positive."""

    about: ClassVar[str] = "portfolio_id"

    portfolio_id: PortfolioId
    transaction_id: TransactionId
    sender: PortfolioId
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeBooked(Event):
    """An execution reached the books; `realized_pnl` is zero for a buy."""

    about: ClassVar[str] = "portfolio_id"

    portfolio_id: PortfolioId
    transaction_id: TransactionId
    order_id: OrderId
    realized_pnl: Money
    at: datetime


class PortfolioNotFoundError(NotFoundError):
    """There is no such portfolio, or it belongs to somebody else."""

    code = "portfolio_not_found"


class InsufficientBuyingPowerError(RefusedError):
    """The available cash does not cover this."""

    code = "insufficient_buying_power"


class InsufficientQuantityError(RefusedError):
    """There are not enough shares that are not already up for sale."""

    code = "insufficient_quantity"


@dataclass(frozen=True, slots=True)
class Account:
    """What an order must know of the portfolio it is for; none of it ever changes."""

    portfolio_id: PortfolioId
    owner: UserId
    market: MarketId
    base_currency: Currency
    fill_profile: str | None
    """The name of the portfolio's fill profile; None leaves it to the house."""
    pricing_strategy: str | None
    """The name of the strategy that prices its tickets; None leaves it to the house."""


@dataclass(frozen=True, slots=True)
class Hold:
    """What an open order sets aside: a buy the cash for its shares, a sell the shares themselves."""

    symbol: StockSymbol
    shares: Quantity
    """How many shares are still to be bought or sold."""
    cash: Money | None
    """For a buy: what those shares may cost; None for a sell."""


@dataclass(frozen=True, slots=True)
class Trade:
    """An execution, in the words of the books. `price` is per share; `at` is the market's instant.

    `fee` is paid beside the price, in whole minor units; None when there is none. `held_by` is the order whose
    reservation is used up; None when it is the order itself.
    """

    execution_id: ExecutionId
    order_id: OrderId
    portfolio_id: PortfolioId
    symbol: StockSymbol
    side: Side
    quantity: Quantity
    price: Price
    at: datetime
    fee: Money | None = None
    held_by: OrderId | None = None

    @property
    def holder(self) -> OrderId:
        return self.held_by or self.order_id


class Accounts(Protocol):
    """The facade that trading calls inside its own unit of work: an order and its money never disagree.

    Reservations are idempotent by order id.
    """

    async def account(self, portfolio_id: PortfolioId) -> Account:
        """Asked before the unit. Raises `PortfolioNotFoundError`."""

    async def check(self, portfolio_id: PortfolioId, hold: Hold, replacing: OrderId | None = None) -> None:
        """See whether it could be set aside, in place of what `replacing` holds; nothing is. Raises as `reserve`."""

    async def orders_holding(self, portfolio_id: PortfolioId) -> int:
        """How many orders hold something of it: those that are open."""

    async def reserve(self, portfolio_id: PortfolioId, order_id: OrderId, hold: Hold) -> None:
        """Set cash or shares aside for an order.

        Raises:
            InsufficientBuyingPowerError: the available cash is less than the hold.
            InsufficientQuantityError: fewer shares than that are held and not up for sale.
            InvalidQuantityError: the position would be larger than the books carry.
        """

    async def replace(self, portfolio_id: PortfolioId, old: OrderId, new: OrderId, hold: Hold) -> None:
        """Move what `old` holds over to `new`, which needs `hold`; both or neither. Raises as `reserve`."""

    async def resize(self, portfolio_id: PortfolioId, order_id: OrderId, shares: Quantity) -> Quantity:
        """Let what an order holds be for that many shares; a sell for no more than are held and not up for sale.

        How many they are. Raises `InvalidQuantityError` where the position would be larger than the books carry.
        """

    async def release(self, portfolio_id: PortfolioId, order_id: OrderId) -> None:
        """Free whatever an order still holds; nothing when it holds nothing."""

    async def payable(self, portfolio_id: PortfolioId, order_id: OrderId) -> Money:
        """What the order's reservation and the available cash together can pay."""

    async def book(self, trade: Trade) -> Money:
        """Take an execution into the books and use up its reservation; the realized profit or loss.

        Raises:
            InsufficientBuyingPowerError: cash would go below zero.
            InsufficientQuantityError: there are fewer shares than sold.
            AmountTooLargeError: a sell brings more than the books can carry; nothing is booked.
        """
