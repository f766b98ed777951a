"""The assets of a portfolio: cash and positions, and what open orders hold of both."""

from __future__ import annotations

from collections.abc import Iterable

from guilder.financial.domain.lot import Lot, Relief
from guilder.financial.domain.position import Positions
from guilder.financial.domain.reservation import Reservation, Reservations
from guilder.published.financial import Hold, InsufficientBuyingPowerError, InsufficientQuantityError, Trade
from guilder.shared.currency import Currency
from guilder.shared.ids import OrderId
from guilder.shared.money import CurrencyMismatchError, InvalidAmountError, Money
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol


class Assets:
    """Cash and shares, and what open orders hold of them.

    Two promises are kept here: cash never goes below zero, and no share is sold that is not there. Who is refused
    finds everything as it was.
    """

    __slots__ = ("positions", "realized_pnl", "reservations", "settled")

    def __init__(
        self, settled: Money, realized_pnl: Money, lots: Iterable[Lot], reservations: Iterable[Reservation]
    ) -> None:
        self.settled = settled
        self.realized_pnl = realized_pnl
        self.positions = Positions(settled.currency, lots)
        self.reservations = Reservations(settled.currency, reservations)

    @property
    def available(self) -> Money:
        return self.payable(None)

    def shares_available(self, symbol: StockSymbol) -> Quantity:
        return self.positions.shares(symbol) - self.reservations.shares_on_offer(symbol)

    def payable(self, held: Reservation | None) -> Money:
        """What a reservation, if there is one, and the available cash can pay together."""
        available = self.settled - self.reservations.cash
        return available if held is None or held.cash is None else available + held.cash

    # What changes them

    def receive(self, amount: Money) -> None:
        """Take cash in. Raises `AmountTooLargeError`."""
        self.settled = (self.settled + amount).rounded()

    def pay(self, amount: Money) -> None:
        """Let cash go. Raises as `check_payable`."""
        self.check_payable(amount)
        self.settled -= amount

    def buy(self, lot: Lot, held: Reservation | None) -> None:
        """Let cash go for shares.

        Raises:
            InsufficientBuyingPowerError: the lot cost more than its reservation and the available cash.
            InvalidQuantityError: more shares than the books can carry.
        """
        self.check_payable(lot.cost_basis, held)
        self.positions.add(lot)
        self.settled -= lot.cost_basis

    def sell(self, trade: Trade, proceeds: Money, held: Reservation | None) -> tuple[Relief, Money]:
        """Let shares go for what they brought: which lots they were taken from, and what was gained.

        Raises:
            InsufficientQuantityError: more shares than its reservation and those available.
            InsufficientBuyingPowerError: it costs more than it brings, by more than the available cash.
            AmountTooLargeError: more cash or gain than the books can carry.
        """
        holding = self.positions.of(trade.symbol)
        sellable = holding.quantity - self.reservations.shares_on_offer(trade.symbol)
        if held is not None:
            sellable += held.shares
        if trade.quantity > sellable:
            raise InsufficientQuantityError(f"{trade.quantity} {trade.symbol} to sell, {sellable} there")
        if proceeds.amount < 0:  # its fee is more than its value
            self.check_payable(-proceeds)
        relief = holding.relieve(trade.quantity)
        gain = proceeds - relief.cost_basis
        settled = (self.settled + proceeds).carried()
        realized_pnl = (self.realized_pnl + gain).carried()

        self.settled = settled
        self.realized_pnl = realized_pnl
        holding.reduce(relief, trade.quantity)
        if not holding.quantity.value:
            self.positions.drop(trade.symbol)
        return relief, gain

    def use_up(self, held: Reservation, quantity: Quantity) -> Reservation:
        """Shrink the reservation of a trade that was just paid; it never holds more cash than is there."""
        if quantity >= held.shares:
            self.reservations.remove(held.order_id)
            return held.emptied()
        left = held.after(quantity)
        payable = self.payable(held)
        if left.cash is not None and left.cash > payable:
            left = left._replace(cash=payable)
        self.reservations.put(left)
        return left

    # What could be

    def check_amount(self, amount: Money) -> None:
        """Raises `InvalidAmountError`, `CurrencyMismatchError`: these assets cannot grow or shrink by that."""
        self.check_currency(amount.currency)
        if amount.amount <= 0 or amount != amount.rounded():
            raise InvalidAmountError(f"{amount} is not an amount above zero in whole minor units")

    def check_currency(self, currency: Currency) -> None:
        """Raises `CurrencyMismatchError`: the cash is in another one."""
        kept_in = self.settled.currency
        if currency is not kept_in and currency != kept_in:
            told = f"{currency} in a portfolio that is kept in {kept_in}"
            raise CurrencyMismatchError(told, field="currency")

    def check_payable(self, amount: Money, held: Reservation | None = None) -> None:
        """Raises `InsufficientBuyingPowerError`: more than the available cash, and the reservation, if there is one."""
        payable = self.payable(held)
        if amount > payable:
            raise InsufficientBuyingPowerError(f"{amount} needed, {payable} available")

    def check(self, hold: Hold, *, replacing: OrderId | None = None) -> None:
        """See whether it could be set aside, in place of what `replacing` holds; nothing is.

        Raises:
            CurrencyMismatchError: it is cash in another currency.
            InsufficientBuyingPowerError: less cash than that is available.
            InsufficientQuantityError: fewer shares than that are available.
            InvalidQuantityError: the position could become larger than the books can carry.
        """
        given_back = None if replacing is None else self.reservations.remove(replacing)
        try:
            self._check_hold(hold)
        finally:
            if given_back is not None:
                self.reservations.put(given_back)

    def resized(self, held: Reservation, shares: Quantity) -> Reservation:
        """A reservation as it would be for that many shares; a sell for no more than are held and not up for sale.

        The cash of a buy stays as it is. Raises `InvalidQuantityError` as `check`.
        """
        if held.cash is None:
            shares = min(shares, held.shares + self.shares_available(held.symbol))
        else:
            self._check_countable(held.symbol, shares - held.shares)
        return held._replace(shares=shares)

    def _check_hold(self, hold: Hold) -> None:
        if hold.cash is not None:
            self.check_currency(hold.cash.currency)
            self.check_payable(hold.cash)
            self._check_countable(hold.symbol, hold.shares)
        elif hold.shares > self.shares_available(hold.symbol):
            available = self.shares_available(hold.symbol)
            raise InsufficientQuantityError(f"{hold.shares} {hold.symbol} to sell, {available} available")

    def _check_countable(self, symbol: StockSymbol, shares: Quantity) -> None:
        """Raises `InvalidQuantityError` when shares held and on order are together more than the books can carry."""
        _ = self.positions.shares(symbol) + shares + self.reservations.shares_on_order(symbol)  # a sum checks itself
