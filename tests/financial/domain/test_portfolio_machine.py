"""Whatever is asked of a portfolio, and in whatever order, its books stay right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from guilder.financial.domain.lot import Lot
from guilder.financial.domain.reservation import Reservation
from guilder.financial.domain.transaction import Transaction
from guilder.published.financial import Hold, Trade
from guilder.published.trading import Side
from guilder.shared.currency import USD
from guilder.shared.errors import InvalidError, RefusedError
from guilder.shared.ids import LotId, OrderId
from guilder.shared.money import Money, Price, total
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from tests.builders import AAPL, IBM, a_portfolio, a_trade, book, deposit, new_id, usd, withdraw

ZERO = usd("0")
SYMBOLS = st.sampled_from([AAPL, IBM])
AMOUNTS = st.integers(1, 200_000).map(lambda cents: Money(Decimal(cents).scaleb(-2), USD))
PRICES = st.one_of(
    st.integers(1, 20_000).map(lambda cents: Decimal(cents).scaleb(-2)),
    st.integers(1, 10_000).map(lambda steps: Decimal(steps).scaleb(-4)),
)
QUANTITIES = st.one_of(
    st.integers(1, 50).map(Decimal),
    st.integers(1, 500).map(lambda tenths: Decimal(tenths).scaleb(-1)),
    st.integers(1, 10**10).map(lambda billionths: Decimal(billionths).scaleb(-9)),
)
PARTS = st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.3"), Decimal("0.9")])
BILLIONTH = Decimal("1e-9")


class PortfolioMachine(RuleBasedStateMachine):
    """Commands of any kind; refusals must leave everything as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.portfolio = a_portfolio("0")
        self.orders: dict[OrderId, Hold] = {}
        self.transactions: list[Transaction] = []
        self.lots: dict[LotId, Lot] = {}
        self.reservations: dict[OrderId, Reservation] = {}

    @initialize(amount=AMOUNTS)
    def start_with_some_cash(self, amount: Money) -> None:
        self.do(lambda: deposit(self.portfolio, amount))

    @rule(amount=AMOUNTS)
    def deposit(self, amount: Money) -> None:
        assert self.do(lambda: deposit(self.portfolio, amount))

    @rule(amount=AMOUNTS)
    def withdraw(self, amount: Money) -> None:
        affordable = amount <= self.portfolio.available
        assert self.do(lambda: withdraw(self.portfolio, amount)) == affordable

    @rule()
    def withdraw_all(self) -> None:
        self.do(lambda: withdraw(self.portfolio, self.portfolio.available))

    @rule(symbol=SYMBOLS, quantity=QUANTITIES, limit=PRICES)
    def order_to_buy(self, symbol: StockSymbol, quantity: Decimal, limit: Decimal) -> None:
        self.reserve(Hold(symbol, Quantity(quantity), (Price(limit, USD) * Quantity(quantity)).rounded()))

    @rule(symbol=SYMBOLS, quantity=QUANTITIES)
    def order_to_buy_with_all_the_cash(self, symbol: StockSymbol, quantity: Decimal) -> None:
        self.reserve(Hold(symbol, Quantity(quantity), self.portfolio.available))

    @rule(symbol=SYMBOLS, quantity=QUANTITIES)
    def order_to_sell(self, symbol: StockSymbol, quantity: Decimal) -> None:
        self.reserve(Hold(symbol, Quantity(quantity), None))

    @precondition(lambda self: self.portfolio.positions)
    @rule(data=st.data(), part=PARTS)
    def order_to_sell_what_is_there(self, data: st.DataObject, part: Decimal) -> None:
        position = data.draw(st.sampled_from(self.portfolio.positions))
        self.reserve(Hold(position.symbol, part_of(position.quantity, part), None))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), part=PARTS, price=PRICES)
    def fill(self, data: st.DataObject, part: Decimal, price: Decimal) -> None:
        order_id, hold = data.draw(st.sampled_from(sorted(self.orders.items(), key=lambda item: item[0])))
        side = Side.SELL if hold.cash is None else Side.BUY
        quantity = part_of(hold.shares, part)
        payable = self.portfolio.payable(order_id)
        cost = (Price(price, USD) * quantity).rounded()

        booked = self.book(a_trade(side, str(quantity), str(price), symbol=hold.symbol, order_id=order_id))

        assert booked == (side is Side.SELL or cost <= payable)
        if booked and quantity == hold.shares:
            del self.orders[order_id]
        elif booked:
            self.orders[order_id] = replace(hold, shares=hold.shares - quantity)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), quantity=QUANTITIES, limit=PRICES)
    def replace_order(self, data: st.DataObject, quantity: Decimal, limit: Decimal) -> None:
        old, hold = data.draw(st.sampled_from(sorted(self.orders.items(), key=lambda item: item[0])))
        cash = None if hold.cash is None else (Price(limit, USD) * Quantity(quantity)).rounded()
        new, needed = OrderId(new_id()), Hold(hold.symbol, Quantity(quantity), cash)
        if self.do(lambda: self.portfolio.replace_reservation(old, new, needed)):
            del self.orders[old]
            self.orders[new] = needed

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        order_id = data.draw(st.sampled_from(sorted(self.orders)))
        assert self.do(lambda: self.portfolio.release(order_id))
        del self.orders[order_id]

    @rule(side=st.sampled_from(Side), symbol=SYMBOLS, quantity=QUANTITIES, price=PRICES)
    def trade_without_an_order(self, side: Side, symbol: StockSymbol, quantity: Decimal, price: Decimal) -> None:
        self.book(a_trade(side, str(quantity), str(price), symbol=symbol))

    # How commands are given, and what is saved after them

    def reserve(self, hold: Hold) -> None:
        order_id = OrderId(new_id())
        if self.do(lambda: self.portfolio.reserve(order_id, hold)):
            self.orders[order_id] = hold

    def book(self, trade: Trade) -> bool:
        return self.do(lambda: book(self.portfolio, trade))

    def do(self, command: Callable[[], object]) -> bool:
        """Whether it was done; when it was refused, nothing may have changed."""
        before = self.figures()
        try:
            command()
        except (RefusedError, InvalidError):
            changes = self.portfolio.release_changes()
            assert self.figures() == before
            assert (changes.transactions, changes.lots, changes.reservations) == ([], {}, {})
            assert self.portfolio.release_events() == []
            return False
        changes = self.portfolio.release_changes()
        self.transactions += changes.transactions
        self.lots |= changes.lots
        self.reservations |= changes.reservations
        self.portfolio.release_events()
        return True

    def figures(self) -> tuple[Any, ...]:
        portfolio = self.portfolio
        return (
            portfolio.settled,
            portfolio.realized_pnl,
            portfolio.positions,
            sorted(portfolio.reservations, key=lambda held: held.order_id),
        )

    def balance(self, account: str, commodity: str) -> Decimal:
        return self.sums[account, commodity]

    @property
    def sums(self) -> dict[tuple[str, str], Decimal]:
        sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for transaction in self.transactions:
            for posting in transaction.postings:
                sums[posting.account.value, posting.commodity] += posting.amount
        return sums

    # What always holds

    @invariant()
    def the_ledger_sums_to_zero_per_commodity(self) -> None:
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for (_, commodity), amount in self.sums.items():
            sums[commodity] += amount
        assert set(sums.values()) <= {Decimal(0)}

    @invariant()
    def cash_never_goes_below_zero(self) -> None:
        assert self.portfolio.settled >= ZERO
        assert self.portfolio.settled == self.portfolio.settled.rounded()

    @invariant()
    def no_more_is_reserved_than_is_settled(self) -> None:
        assert self.portfolio.available >= ZERO
        assert self.portfolio.reserved >= ZERO
        assert self.portfolio.available + self.portfolio.reserved == self.portfolio.settled

    @invariant()
    def no_more_shares_are_offered_than_are_held(self) -> None:
        for symbol in (AAPL, IBM):
            assert self.portfolio.shares_available(symbol) >= Quantity.zero()

    @invariant()
    def settled_cash_is_the_sum_of_the_cash_postings(self) -> None:
        assert self.portfolio.settled.amount == self.balance("cash", "USD")

    @invariant()
    def the_shares_in_the_lots_are_the_sum_of_the_share_postings(self) -> None:
        held = {position.symbol: position.quantity.value for position in self.portfolio.positions}
        for symbol in (AAPL, IBM):
            assert held.get(symbol, Decimal(0)) == self.balance("shares", f"stock:{symbol}")

    @invariant()
    def a_position_counts_the_shares_and_the_cost_of_its_lots(self) -> None:
        for position in self.portfolio.positions:
            assert position.quantity.value == sum((lot.quantity.value for lot in position.lots), Decimal(0))
            assert position.cost_basis == total((lot.cost_basis for lot in position.lots), USD)

    @invariant()
    def realized_pnl_is_the_sum_of_what_each_sale_gained(self) -> None:
        gains = (transaction.realized_pnl or ZERO for transaction in self.transactions)
        assert self.portfolio.realized_pnl == total(gains, USD)

    @invariant()
    def cash_and_costs_are_what_was_paid_in_and_what_was_gained(self) -> None:
        costs = total((position.cost_basis for position in self.portfolio.positions), USD)
        paid_in = Money(-self.balance("external", "USD"), USD)
        assert self.portfolio.settled + costs == paid_in + self.portfolio.realized_pnl

    @invariant()
    def every_open_order_holds_what_is_left_of_it_and_nobody_else_holds_anything(self) -> None:
        held = {reservation.order_id: reservation.shares for reservation in self.portfolio.reservations}
        assert held == {order_id: hold.shares for order_id, hold in self.orders.items()}

    @invariant()
    def what_was_handed_over_for_saving_is_what_there_is(self) -> None:
        lots = [lot for lot in self.lots.values() if lot.quantity]
        assert sorted(lots, key=lot_id) == sorted(
            (lot for position in self.portfolio.positions for lot in position.lots), key=lot_id
        )
        assert all(not lot.cost_basis for lot in self.lots.values() if not lot.quantity)
        open_reservations = [held for held in self.reservations.values() if held.shares]
        assert sorted(open_reservations, key=lambda held: held.order_id) == sorted(
            self.portfolio.reservations, key=lambda held: held.order_id
        )


def lot_id(lot: Lot) -> LotId:
    return lot.id


def part_of(quantity: Quantity, part: Decimal) -> Quantity:
    """A part of some shares, in whole billionths, and at least one."""
    return Quantity(max((quantity.value * part).quantize(BILLIONTH), BILLIONTH))


TestPortfolio = PortfolioMachine.TestCase
TestPortfolio.settings = settings(max_examples=60, stateful_step_count=30)
