"""The portfolio: cash, positions and what open orders hold of them, always in agreement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from guilder.financial.domain.lot import Holding, Lot
from guilder.financial.domain.position import Position
from guilder.financial.domain.reservation import Reservation, Reservations
from guilder.financial.domain.transaction import (
    LedgerAccount,
    Transaction,
    TransactionKind,
    cash_posting,
    trade_postings,
)
from guilder.financial.domain.valuation import Valuation, value_positions
from guilder.published.financial import (
    Hold,
    InsufficientBuyingPowerError,
    InsufficientQuantityError,
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
from guilder.shared.money import CurrencyMismatchError, InvalidAmountError, Money, Price, total
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


@dataclass(slots=True)
class Changes:
    """What happened to a portfolio since it was last saved, besides its own figures."""

    transactions: list[Transaction] = field(default_factory=list)
    lots: dict[LotId, Lot] = field(default_factory=dict)
    reservations: dict[OrderId, Reservation] = field(default_factory=dict)


class Portfolio(Aggregate):
    """One user's books in one market, in one base currency.

    It keeps three promises: cash never goes below zero, no share is sold that is not there, and every movement is
    a balanced transaction.
    """

    __slots__ = (
        "_changes",
        "_holdings",
        "_nothing",
        "_realized_pnl",
        "_reservations",
        "_settled",
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
        self._settled = settled or self._nothing
        self._realized_pnl = realized_pnl or self._nothing
        self._holdings: dict[StockSymbol, Holding] = {}
        for lot in lots:
            self._add(lot)
        self._reservations = Reservations(base_currency, reservations)
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
            id,
            owner,
            name,
            base_currency,
            market,
            at,
            fill_profile=fill_profile,
            pricing_strategy=pricing_strategy,
        )
        portfolio.record(
            PortfolioOpened(portfolio_id=id, owner=owner, market=market, base_currency=base_currency.code, at=at)
        )
        return portfolio

    # What it holds

    @property
    def settled(self) -> Money:
        """All cash, including what open orders hold."""
        return self._settled

    @property
    def reserved(self) -> Money:
        """The cash that open orders hold."""
        return self._reservations.cash

    @property
    def available(self) -> Money:
        """settled - reserved: what a new order or a withdrawal may use."""
        return self._settled - self.reserved

    @property
    def realized_pnl(self) -> Money:
        """What all sales so far have gained over the cost of the shares sold."""
        return self._realized_pnl

    @property
    def cost_basis(self) -> Money:
        """What the shares that are held have cost.

        settled + cost_basis - realized_pnl is what was paid in less what was paid out, whatever was traded.
        """
        return total((holding.cost_basis for holding in self._holdings.values()), self.base_currency)

    @property
    def positions(self) -> list[Position]:
        """What is held, by symbol."""
        held = sorted(self._holdings.items(), key=lambda item: item[0].value)
        return [Position.of(symbol, holding) for symbol, holding in held]

    @property
    def reservations(self) -> list[Reservation]:
        return list(self._reservations)

    def shares_available(self, symbol: StockSymbol) -> Quantity:
        """Shares held that no open order offers."""
        return self._shares_held(symbol) - self._reservations.shares_on_offer(symbol)

    # Cash in and out

    def deposit(self, amount: Money, *, id: TransactionId, at: datetime) -> Transaction:
        """Take money in. Raises `InvalidAmountError`, `CurrencyMismatchError`."""
        self._check_amount(amount)
        settled = (self._settled + amount).rounded()
        self._settled = settled
        self.record(MoneyDeposited(portfolio_id=self.id, transaction_id=id, amount=amount, at=at))
        return self._enter_cash(id, TransactionKind.DEPOSIT, at, amount)

    def withdraw(self, amount: Money, *, id: TransactionId, at: datetime) -> Transaction:
        """Pay money out.

        Raises:
            InvalidAmountError, CurrencyMismatchError: it is no amount that this portfolio could hold.
            InsufficientBuyingPowerError: less than that is available.
        """
        self._check_payment(amount)
        self._settled -= amount
        self.record(MoneyWithdrawn(portfolio_id=self.id, transaction_id=id, amount=amount, at=at))
        return self._enter_cash(id, TransactionKind.WITHDRAWAL, at, -amount)

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
        received = (to.settled + amount).rounded()

        self._settled -= amount
        to._settled = received
        self.record(TransferSent(portfolio_id=self.id, transaction_id=id, receiver=to.id, amount=amount, at=at))
        to.record(
            TransferReceived(portfolio_id=to.id, transaction_id=received_as, sender=self.id, amount=amount, at=at)
        )
        to._enter_cash(received_as, TransactionKind.TRANSFER, at, amount)
        return self._enter_cash(id, TransactionKind.TRANSFER, at, -amount)

    # What orders hold

    def reserve(self, order_id: OrderId, hold: Hold) -> None:
        """Set aside what an order needs; once, however often it is asked.

        Raises:
            InsufficientBuyingPowerError: less cash than that is available.
            InsufficientQuantityError: fewer shares than that are available.
            InvalidQuantityError: the position could become larger than the books can carry.
        """
        if order_id in self._reservations:
            return
        self.check(hold)
        self._hold(Reservation.of(order_id, hold))

    def check(self, hold: Hold, *, replacing: OrderId | None = None) -> None:
        """See whether it could be set aside, in place of what `replacing` holds; nothing is. Raises as `reserve`."""
        given_back = None if replacing is None else self._reservations.remove(replacing)
        try:
            self._check_hold(hold)
        finally:
            if given_back is not None:
                self._reservations.put(given_back)

    def replace_reservation(self, old: OrderId, new: OrderId, hold: Hold) -> None:
        """Let `new` hold what it needs in place of what `old` held; refused as a whole. Raises as `reserve`."""
        if new in self._reservations:
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
        held = self._reservations.of(order_id)
        assert held is not None
        if held.cash is None:
            shares = min(shares, held.shares + self.shares_available(held.symbol))
        else:
            self._check_countable(Hold(held.symbol, shares - held.shares, held.cash))
        self._hold(replace(held, shares=shares))
        return shares

    def release(self, order_id: OrderId) -> None:
        """Free what is left of an order's reservation."""
        held = self._reservations.remove(order_id)
        if held is None:
            return
        nothing = None if held.cash is None else self._nothing
        self._changes.reservations[order_id] = Reservation(order_id, held.symbol, Quantity.zero(), nothing)
        self.record()

    def payable(self, order_id: OrderId) -> Money:
        """What an order's reservation and the available cash can pay together."""
        return self._payable(self._reservations.of(order_id))

    # Trades

    def book(self, trade: Trade, *, id: TransactionId, lot_id: LotId) -> Transaction:
        """Take a trade into the books: shares against cash, and the reservation used up by as much.

        Raises:
            CurrencyMismatchError: the price is not in the base currency.
            InsufficientBuyingPowerError: a buy and its fee cost more than its reservation and the available cash.
            InsufficientQuantityError: a sell of more shares than its reservation and those available.
            AmountTooLargeError: a sell would bring more cash or gain than the books can carry.
        """
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
    ) -> None:
        """Put shares that were bought into the position, as a lot of their own."""
        lot = Lot(lot_id, symbol, quantity, price, cost_basis, at)
        self._add(lot)
        self._changes.lots[lot.id] = lot

    def _buy(self, trade: Trade, id: TransactionId, lot_id: LotId) -> Transaction:
        self._check_currency(trade.price.currency)
        value = (trade.price * trade.quantity).rounded()
        cost = value if trade.fee is None else value + trade.fee
        held = self._reservations.of(trade.holder)
        if cost > self._payable(held):
            raise InsufficientBuyingPowerError(f"{cost} to pay, {self._payable(held)} there")

        self._settled -= cost
        if held is not None:
            self._use_up(held, trade)
        self.add_position(trade.symbol, trade.quantity, trade.price, cost_basis=cost, lot_id=lot_id, at=trade.at)
        return self._enter_trade(trade, id, value=-value, shares=trade.quantity, realized_pnl=self._nothing)

    def _sell(self, trade: Trade, id: TransactionId) -> Transaction:
        self._check_currency(trade.price.currency)
        held = self._reservations.of(trade.holder)
        available = self.shares_available(trade.symbol)
        sellable = available if held is None else available + held.shares
        if trade.quantity > sellable:
            raise InsufficientQuantityError(f"{trade.quantity} {trade.symbol} to sell, {sellable} there")
        holding = self._holdings.get(trade.symbol) or Holding(self.base_currency)
        relief = holding.relieve(trade.quantity)

        value = (trade.price * trade.quantity).rounded()
        proceeds = value if trade.fee is None else value - trade.fee
        realized_pnl = proceeds - relief.cost_basis
        settled = (self._settled + proceeds).carried()
        all_realized_pnl = (self._realized_pnl + realized_pnl).carried()

        self._settled = settled
        self._realized_pnl = all_realized_pnl
        if held is not None:
            self._use_up(held, trade)
        holding.reduce(relief, trade.quantity)
        for lot in relief.reduced:
            self._changes.lots[lot.id] = lot
        if not holding.quantity:
            self._holdings.pop(trade.symbol, None)
        return self._enter_trade(trade, id, value=value, shares=-trade.quantity, realized_pnl=realized_pnl)

    # What it is worth

    def calculate_total_value(self, market_prices: Mapping[StockSymbol, Price]) -> Valuation:
        """Cash and positions at these prices per share; it names what it could not price."""
        return value_positions(self.positions, market_prices, cash=self._settled)

    # For the repository

    def release_changes(self) -> Changes:
        """Hand over what must be saved besides the portfolio's own figures, once."""
        changes, self._changes = self._changes, Changes()
        return changes

    def _add(self, lot: Lot) -> None:
        holding = self._holdings.get(lot.symbol)
        if holding is None:
            holding = self._holdings[lot.symbol] = Holding(self.base_currency)
        holding.add(lot)

    def _payable(self, held: Reservation | None) -> Money:
        """What a reservation, if there is one, and the available cash can pay together."""
        return self.available if held is None or held.cash is None else self.available + held.cash

    def _use_up(self, held: Reservation, trade: Trade) -> None:
        """Shrink the reservation by a trade that was just paid; it never holds more cash than is there."""
        left = held.after(trade.quantity)
        if left.cash is not None:
            left = replace(left, cash=min(left.cash, self._payable(held)))
        self._hold(left)
        if not left.shares:
            self._reservations.remove(trade.holder)

    def _hold(self, reservation: Reservation) -> None:
        self._reservations.put(reservation)
        self._changes.reservations[reservation.order_id] = reservation
        self.record()

    def _enter_trade(
        self, trade: Trade, id: TransactionId, *, value: Money, shares: Quantity, realized_pnl: Money
    ) -> Transaction:
        """`value` and `shares` as they come in; what goes out is negative."""
        self.record(
            TradeBooked(
                portfolio_id=self.id,
                transaction_id=id,
                order_id=trade.order_id,
                realized_pnl=realized_pnl,
                at=trade.at,
            )
        )
        transaction = Transaction(
            id,
            self.id,
            TransactionKind.TRADE,
            trade.at,
            trade_postings(value, trade.fee, trade.symbol, shares),
            order_id=trade.order_id,
            execution_id=trade.execution_id,
            realized_pnl=realized_pnl,
        )
        self._changes.transactions.append(transaction)
        return transaction

    def _enter_cash(self, id: TransactionId, kind: TransactionKind, at: datetime, amount: Money) -> Transaction:
        """Cash from outside this portfolio; to the outside when negative."""
        postings = (cash_posting(LedgerAccount.CASH, amount), cash_posting(LedgerAccount.EXTERNAL, -amount))
        transaction = Transaction(id, self.id, kind, at, postings)
        self._changes.transactions.append(transaction)
        return transaction

    def _check_hold(self, hold: Hold) -> None:
        if hold.cash is not None:
            self._check_currency(hold.cash.currency)
            if hold.cash > self.available:
                raise InsufficientBuyingPowerError(f"{hold.cash} needed, {self.available} available")
            self._check_countable(hold)
        elif hold.shares > self.shares_available(hold.symbol):
            available = self.shares_available(hold.symbol)
            raise InsufficientQuantityError(f"{hold.shares} {hold.symbol} to sell, {available} available")

    def _check_countable(self, hold: Hold) -> None:
        """Raises `InvalidQuantityError` when shares held and on order are together more than the books can carry."""
        held = self._shares_held(hold.symbol)
        _ = held + hold.shares + self._reservations.shares_on_order(hold.symbol)  # a quantity checks itself

    def _shares_held(self, symbol: StockSymbol) -> Quantity:
        holding = self._holdings.get(symbol)
        return Quantity.zero() if holding is None else holding.quantity

    def _check_transfer(self, amount: Money, to: Portfolio) -> None:
        if to.id == self.id:
            raise InvalidTransferError("A portfolio cannot pay itself")
        if (to.owner, to.market, to.base_currency) != (self.owner, self.market, self.base_currency):
            raise InvalidTransferError
        self._check_payment(amount)

    def _check_payment(self, amount: Money) -> None:
        self._check_amount(amount)
        if amount > self.available:
            raise InsufficientBuyingPowerError(f"{amount} asked for, {self.available} available")

    def _check_amount(self, amount: Money) -> None:
        self._check_currency(amount.currency)
        if amount.amount <= 0 or amount != amount.rounded():
            raise InvalidAmountError(f"{amount} is not an amount above zero in whole minor units")

    def _check_currency(self, currency: Currency) -> None:
        if currency != self.base_currency:
            told = f"{currency} in a portfolio that is kept in {self.base_currency}"
            raise CurrencyMismatchError(told, field="currency")
