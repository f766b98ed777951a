"""The portfolio: cash, positions and what open orders hold of them, always in agreement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from guilder.financial.domain.assets import Assets
from guilder.financial.domain.changes import Changes
from guilder.financial.domain.lot import Lot
from guilder.financial.domain.position import Position
from guilder.financial.domain.reservation import Reservation
from guilder.financial.domain.transaction import Transaction, TransactionKind
from guilder.financial.domain.valuation import Valuation, value_positions
from guilder.published.financial import (
    Hold,
    MoneyDeposited,
    MoneyWithdrawn,
    PortfolioOpened,
    Trade,
    TradeBooked,
    TransferReceived,
    TransferSent,
)
from guilder.published.trading import Side
from guilder.shared.currency import Currency
from guilder.shared.errors import InvalidError
from guilder.shared.events import Aggregate
from guilder.shared.ids import LotId, MarketId, OrderId, PortfolioId, TransactionId, UserId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol

LONGEST_NAME = 100


class InvalidPortfolioNameError(InvalidError):
    """A portfolio's name has 1 to 100 characters, not only blanks."""

    code = "invalid_portfolio_name"
    field = "name"


class InvalidTransferError(InvalidError):
    """Money is transferred between two portfolios of one owner, in one market and one currency."""

    code = "invalid_transfer"
    field = "to"


class Portfolio(Aggregate):
    """One user's books in one market, in one base currency.

    Its `Assets` promise that cash never goes below zero and that no share is sold that is not there; it adds that
    every movement is a balanced transaction, and every change a fact that is told.
    """

    __slots__ = (
        "_assets",
        "_changes",
        "_nothing",
        "base_currency",
        "fill_profile",
        "id",
        "market",
        "name",
        "opened_at",
        "owner",
        "pricing_strategy",
    )

    def __init__(
        self,
        id: PortfolioId,
        owner: UserId,
        name: str,
        base_currency: Currency,
        market: MarketId,
        opened_at: datetime,
        *,
        fill_profile: str | None = None,
        pricing_strategy: str | None = None,
        settled: Money | None = None,
        realized_pnl: Money | None = None,
        lots: Iterable[Lot] = (),
        reservations: Iterable[Reservation] = (),
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self.id = id
        self.owner = owner
        self.name = name
        self.base_currency = base_currency
        self.market = market
        self.opened_at = opened_at
        self.fill_profile = fill_profile
        self.pricing_strategy = pricing_strategy
        self._nothing = Money.zero(base_currency)
        self._assets = Assets(settled or self._nothing, realized_pnl or self._nothing, lots, reservations)
        self._changes = Changes()

    @classmethod
    def open(
        cls,
        id: PortfolioId,
        *,
        owner: UserId,
        name: str,
        base_currency: Currency,
        market: MarketId,
        at: datetime,
        fill_profile: str | None = None,
        pricing_strategy: str | None = None,
    ) -> Portfolio:
        """A new, empty portfolio. Raises `InvalidPortfolioNameError`."""
        name = name.strip()
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            raise InvalidPortfolioNameError
        portfolio = cls(
            id, owner, name, base_currency, market, at, fill_profile=fill_profile, pricing_strategy=pricing_strategy
        )
        portfolio.record(
            PortfolioOpened(portfolio_id=id, owner=owner, market=market, base_currency=base_currency.code, at=at)
        )
        return portfolio

    # What it holds

    @property
    def settled(self) -> Money:
        """All cash, including what open orders hold."""
        return self._assets.settled

    @property
    def reserved(self) -> Money:
        """The cash that open orders hold."""
        return self._assets.reservations.cash

    @property
    def available(self) -> Money:
        """settled - reserved: what a new order or a withdrawal may use."""
        return self._assets.available

    @property
    def realized_pnl(self) -> Money:
        """What all sales so far have gained over the cost of the shares sold."""
        return self._assets.realized_pnl

    @property
    def cost_basis(self) -> Money:
        """What the shares that are held have cost.

        settled + cost_basis - realized_pnl is what was paid in less what was paid out, whatever was traded.
        """
        return self._assets.positions.cost_basis

    @property
    def positions(self) -> list[Position]:
        """What is held, by symbol."""
        return list(self._assets.positions)

    @property
    def reservations(self) -> list[Reservation]:
        return list(self._assets.reservations)

    def shares_available(self, symbol: StockSymbol) -> Quantity:
        """Shares held that no open order offers."""
        return self._assets.shares_available(symbol)

    # Cash in and out

    def deposit(self, amount: Money, *, id: TransactionId, at: datetime) -> Transaction:
        """Take money in. Raises `InvalidAmountError`, `CurrencyMismatchError`."""
        self._assets.check_amount(amount)
        self._assets.receive(amount)
        self.record(MoneyDeposited(portfolio_id=self.id, transaction_id=id, amount=amount, at=at))
        return self._enter(Transaction.of_cash(id, self.id, TransactionKind.DEPOSIT, at, amount))

    def withdraw(self, amount: Money, *, id: TransactionId, at: datetime) -> Transaction:
        """Pay money out.

        Raises:
            InvalidAmountError, CurrencyMismatchError: it is no amount that this portfolio could hold.
            InsufficientBuyingPowerError: less than that is available.
        """
        self._assets.check_amount(amount)
        self._assets.pay(amount)
        self.record(MoneyWithdrawn(portfolio_id=self.id, transaction_id=id, amount=amount, at=at))
        return self._enter(Transaction.of_cash(id, self.id, TransactionKind.WITHDRAWAL, at, -amount))

    def transfer(
        self, amount: Money, to: Portfolio, *, id: TransactionId, received_as: TransactionId, at: datetime
    ) -> Transaction:
        """Pay money into another portfolio of the same owner; both books tell of it. The transaction of this one.

        Raises:
            InvalidAmountError, InsufficientBuyingPowerError: as `withdraw`.
            InvalidTransferError: `to` is this very portfolio, or of another owner, market or currency.
            AmountTooLargeError: `to` would hold more cash than the books can carry.
        """
        self._check_transfer(amount, to)

        to._assets.receive(amount)
        self._assets.pay(amount)
        self.record(TransferSent(portfolio_id=self.id, transaction_id=id, receiver=to.id, amount=amount, at=at))
        to.record(
            TransferReceived(portfolio_id=to.id, transaction_id=received_as, sender=self.id, amount=amount, at=at)
        )
        to._enter(Transaction.of_cash(received_as, to.id, TransactionKind.TRANSFER, at, amount))
        return self._enter(Transaction.of_cash(id, self.id, TransactionKind.TRANSFER, at, -amount))

    # What orders hold

    def reserve(self, order_id: OrderId, hold: Hold) -> None:
        """Set aside what an order needs; once, however often it is asked.

        Raises:
            InsufficientBuyingPowerError: less cash than that is available.
            InsufficientQuantityError: fewer shares than that are available.
            InvalidQuantityError: the position could become larger than the books can carry.
        """
        if order_id in self._assets.reservations:
            return
        self.check(hold)
        self._hold(Reservation.of(order_id, hold))

    def check(self, hold: Hold, *, replacing: OrderId | None = None) -> None:
        """See whether it could be set aside, in place of what `replacing` holds; nothing is. Raises as `reserve`."""
        self._assets.check(hold, replacing=replacing)

    def replace_reservation(self, old: OrderId, new: OrderId, hold: Hold) -> None:
        """Let `new` hold what it needs in place of what `old` held; refused as a whole. Raises as `reserve`."""
        if new in self._assets.reservations:
            return
        self.check(hold, replacing=old)
        self.release(old)
        self._hold(Reservation.of(new, hold))

    def resize_reservation(self, order_id: OrderId, shares: Quantity) -> Quantity:
        """Let what an order holds be for that many shares; a sell for no more than are held and not up for sale.

        The cash of a buy stays as it is. How many shares they are.

        Raises:
            InvalidQuantityError: the position could become larger than the books can carry.
        """
        held = self._assets.reservations.of(order_id)
        assert held is not None
        resized = self._assets.resized(held, shares)
        self._hold(resized)
        return resized.shares

    def release(self, order_id: OrderId) -> None:
        """Free what is left of an order's reservation."""
        held = self._assets.reservations.remove(order_id)
        if held is not None:
            self._note(held.emptied())

    def payable(self, order_id: OrderId) -> Money:
        """What an order's reservation and the available cash can pay together."""
        return self._assets.payable(self._assets.reservations.of(order_id))

    # Trades

    def book(self, trade: Trade, *, id: TransactionId, lot_id: LotId) -> Transaction:
        """Take a trade into the books: shares against cash, and the reservation used up by as much.

        Raises:
            CurrencyMismatchError: the price is not in the base currency.
            InsufficientBuyingPowerError: a buy and its fee cost more than its reservation and the available cash.
            InvalidQuantityError: a buy of more shares than the books can carry.
            InsufficientQuantityError: a sell of more shares than its reservation and those available.
            AmountTooLargeError: a sell would bring more cash or gain than the books can carry.
        """
        self._assets.check_currency(trade.price.currency)
        return self._buy(trade, id, lot_id) if trade.side is Side.BUY else self._sell(trade, id)

    def add_position(
        self,
        symbol: StockSymbol,
        quantity: Quantity,
        price: Price,
        *,
        cost_basis: Money,
        lot_id: LotId,
        at: datetime,
        held: Reservation | None = None,
    ) -> None:
        """Pay for shares, and put them into the position as a lot of their own. Raises as `book`."""
        lot = Lot(lot_id, symbol, quantity, price, cost_basis, at)
        self._assets.buy(lot, held)
        self._changes.lots[lot.id] = lot

    def _buy(self, trade: Trade, id: TransactionId, lot_id: LotId) -> Transaction:
        value = trade.price.value_of(trade.quantity)
        cost = value if trade.fee is None else value + trade.fee
        held = self._assets.reservations.of(trade.holder)
        self.add_position(
            trade.symbol, trade.quantity, trade.price, cost_basis=cost, lot_id=lot_id, at=trade.at, held=held
        )
        if held is not None:
            self._note(self._assets.use_up(held, trade.quantity))
        return self._enter_trade(trade, id, -value, trade.quantity, self._nothing)

    def _sell(self, trade: Trade, id: TransactionId) -> Transaction:
        value = trade.price.value_of(trade.quantity)
        proceeds = value if trade.fee is None else value - trade.fee
        held = self._assets.reservations.of(trade.holder)
        relief, gain = self._assets.sell(trade, proceeds, held)
        if held is not None:
            self._note(self._assets.use_up(held, trade.quantity))
        for lot in relief.reduced:
            self._changes.lots[lot.id] = lot
        return self._enter_trade(trade, id, value, -trade.quantity, gain)

    # What it is worth

    def calculate_total_value(self, market_prices: Mapping[StockSymbol, Price]) -> Valuation:
        """Cash and positions at these prices per share; it names what it could not price."""
        return value_positions(self.positions, market_prices, cash=self._assets.settled)

    # For the repository

    def release_changes(self) -> Changes:
        """Hand over what must be saved besides the portfolio's own figures, once."""
        changes, self._changes = self._changes, Changes()
        return changes

    def _hold(self, reservation: Reservation) -> None:
        self._assets.reservations.put(reservation)
        self._note(reservation)

    def _note(self, reservation: Reservation) -> None:
        self._changes.reservations[reservation.order_id] = reservation
        self.record()

    def _enter_trade(
        self, trade: Trade, id: TransactionId, value: Money, shares: Quantity, realized_pnl: Money
    ) -> Transaction:
        """`value` and `shares` as they come in; what goes out is negative."""
        told = TradeBooked(
            portfolio_id=self.id, transaction_id=id, order_id=trade.order_id, realized_pnl=realized_pnl, at=trade.at
        )
        self.record(told)
        return self._enter(Transaction.of_trade(id, self.id, trade, value, shares, realized_pnl))

    def _enter(self, transaction: Transaction) -> Transaction:
        self._changes.transactions.append(transaction)
        return transaction

    def _check_transfer(self, amount: Money, to: Portfolio) -> None:
        if to.id == self.id:
            raise InvalidTransferError("A portfolio cannot pay itself")
        if (to.owner, to.market, to.base_currency) != (self.owner, self.market, self.base_currency):
            raise InvalidTransferError
        self._assets.check_amount(amount)
        self._assets.check_payable(amount)
