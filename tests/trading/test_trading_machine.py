"""Ten thousand random tickets, cancels, replaces and advances; every invariant is checked after each."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any, Final

import pytest

from guilder.financial.domain.transaction import imbalance
from guilder.published.trading import Side
from guilder.shared.errors import GuilderError, InvalidError, RefusedError
from guilder.shared.ids import MAIN_MARKET, OrderId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.trading.application.order_desk import hold_of
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_status import OrderStatus
from guilder.trading.domain.order_ticket import OrderTicket, OrderType, TimeInForce
from guilder.trading.domain.term_changes import TermChanges
from tests.builders import AAPL, IBM, PORTFOLIO, a_portfolio, deposit, symbol, usd, withdraw
from tests.trading.fakes import TradingFloor
from tests.trading.long_market import BookedOrders, LongMarket

STEPS: Final = 10_000
SYMBOLS: Final = (AAPL, IBM, symbol("MSFT"))
ZERO: Final = Decimal(0)

FOLLOWING: Final = {
    OrderStatus.NEW: frozenset(OrderStatus),
    OrderStatus.PARTIALLY_FILLED: frozenset(OrderStatus) - {OrderStatus.NEW, OrderStatus.REJECTED},
}
"""What may become of an order; of one that is over, nothing."""


class Machine:
    """A trading floor, driven by chance, and what must hold of it."""

    def __init__(self, profile: str, seed: int) -> None:
        self.chance = Random(seed)
        self.markets = LongMarket(self.chance, SYMBOLS, days=STEPS // 2)
        self.orders = BookedOrders()
        self.portfolio = a_portfolio("100000")
        self.floor = TradingFloor(self.portfolio, self.markets, fill_profile=profile, orders=self.orders)
        self.done: Counter[str] = Counter()
        self.lately: deque[str] = deque(maxlen=5)
        self.before: dict[OrderId, tuple[OrderStatus, tuple[Any, ...]]] = {}
        self.held: dict[OrderId, Money] = {}
        self.posted = defaultdict[tuple[str, str], Decimal](Decimal, {("cash", "USD"): Decimal(100_000)})
        self.filled: Counter[str] = Counter()

    @property
    def now(self) -> datetime:
        return self.markets.now(MAIN_MARKET)

    def resting(self) -> list[OrderId]:
        return sorted(self.orders.book)

    # Steps

    async def step(self) -> None:
        doing = self.chance.choices(
            [self.place, self.cancel, self.replace, self.advance, self.move_cash], weights=[45, 6, 12, 35, 2]
        )[0]
        figures = self.figures()
        try:
            await doing()
        except (RefusedError, InvalidError) as refusal:
            self.lately.append(f"{doing.__name__} was refused: {refusal.code}")
            self.done[f"{doing.__name__} refused"] += 1
            assert self.figures() == figures, "a refusal leaves nothing behind"
        else:
            self.done[doing.__name__] += 1
        self.check()

    async def place(self) -> None:
        ticket = self.a_ticket()
        self.lately.append(f"place {ticket}")
        last_price = self.markets.last_price(ticket.symbol)
        order = await self.floor.place(ticket)
        if order.is_open and not order.filled_quantity:
            self.check_hold(order, last_price)

    async def cancel(self) -> None:
        order = await self.some_order()
        self.lately.append(f"cancel {order.id}")
        await self.floor.cancel(order)

    async def replace(self) -> None:
        old = await self.some_order()
        near = self.markets.last_price(old.ticket.symbol)
        changes = TermChanges(
            quantity=self.maybe(self.a_quantity()),
            limit_price=self.maybe(self.a_price(near)) if old.ticket.limit_price else None,
            stop_price=self.maybe(self.a_price(near)) if old.ticket.stop_price else None,
            time_in_force=self.maybe(self.chance.choice([TimeInForce.DAY, TimeInForce.GTC])),
        )
        self.lately.append(f"replace {old.id} by {changes}")
        new = await self.floor.replace(old, changes)
        if new.is_open and not new.filled_quantity:
            self.check_hold(new, near)

    async def advance(self) -> None:
        session = self.markets.session_at_or_after(MAIN_MARKET, self.now)
        assert session is not None
        to = self.chance.choice(
            [
                self.now + timedelta(minutes=self.chance.randrange(1, 240)),
                self.now + timedelta(seconds=self.chance.randrange(1, 60)),
                session.opens_at if session.opens_at > self.now else session.closes_at,
                session.closes_at,
                session.closes_at + timedelta(hours=self.chance.randrange(40)),
            ]
        )
        self.lately.append(f"advance to {to}")
        await self.floor.go_to(to)

    async def move_cash(self) -> None:
        amount = usd(f"{self.chance.randrange(1, 500_000) / 100:.2f}")
        into = self.portfolio.settled.amount < 200_000 and self.chance.random() < 0.7
        self.lately.append(f"{'deposit' if into else 'withdraw'} {amount}")
        (deposit if into else withdraw)(self.portfolio, amount)

    async def some_order(self) -> Order:
        """One that rests, if any does, else one that is over."""
        resting = self.resting()
        if resting:
            return await self.orders.get(self.chance.choice(resting))
        known = self.orders.saved
        if not known:
            raise RefusedError
        return known[-1]

    def a_ticket(self) -> OrderTicket:
        name = self.chance.choice(SYMBOLS)
        near, order_type = self.markets.last_price(name), self.chance.choice(list(OrderType))
        held = {position.symbol: position.quantity for position in self.portfolio.positions}
        side = self.chance.choice([Side.BUY, Side.SELL] if name in held else [Side.BUY])
        quantity = held[name] if side is Side.SELL and self.chance.random() < 0.3 else self.a_quantity()
        return OrderTicket(
            PORTFOLIO,
            name,
            side,
            order_type,
            quantity,
            self.a_price(near) if order_type.has_limit else None,
            self.a_price(near) if order_type.has_stop else None,
            self.chance.choice(list(TimeInForce)),
        )

    def a_quantity(self) -> Quantity:
        return Quantity.parse(self.chance.choice(["0.125", "1", "7", "40.5", "300", "1200"]))

    def a_price(self, near: Price) -> Price:
        moved = near.amount * self.chance.randrange(930, 1070) / 1000
        return Price(moved.quantize(Decimal("0.01"), ROUND_DOWN), near.currency)

    def maybe(self, value: Any) -> Any:
        return value if self.chance.random() < 0.5 else None

    # What must hold

    def figures(self) -> tuple[Any, ...]:
        portfolio = self.portfolio
        held = sorted((it.order_id, it.shares, it.cash) for it in portfolio.reservations)
        return portfolio.settled, held, portfolio.positions, len(self.orders.saved), self.resting()

    def check_hold(self, order: Order, last_price: Price) -> None:
        """What was just accepted holds what it needs."""
        reserved = {it.order_id: it for it in self.portfolio.reservations}[order.id]
        needed = hold_of(order.ticket, order.leaves_quantity, order.fill_profile, last_price)
        assert (reserved.shares, reserved.cash) == (needed.shares, needed.cash)
        if reserved.cash is not None:
            self.held[order.id] = reserved.cash

    def check(self) -> None:
        touched, self.orders.touched = self.orders.touched, {}
        for order in touched.values():
            self.check_order(order)
        self.check_books()
        self.check_reservations()

    def check_order(self, order: Order) -> None:
        ticket, executions = order.ticket, tuple(order.executions)
        status, earlier = self.before.get(order.id, (OrderStatus.NEW, ()))
        assert order.status is status or order.status in FOLLOWING.get(status, ()), f"{status} became {order.status}"
        assert executions[: len(earlier)] == earlier, "an execution never changes"
        for execution in executions[len(earlier) :]:
            self.check_execution(order, execution)
        self.before[order.id] = (order.status, executions)

        filled = sum((execution.quantity.value for execution in executions), ZERO)
        assert order.filled_quantity.value == filled <= ticket.quantity.value
        open_rest = ticket.quantity.value - filled if order.is_open else ZERO
        assert order.leaves_quantity.value == open_rest
        assert (order.status is OrderStatus.FILLED) == (filled == ticket.quantity.value)
        assert (order.status is OrderStatus.NEW) == (order.is_open and not filled)
        assert order.created_at <= order.updated_at <= self.now
        assert order.triggered_at is None or order.triggered_at <= self.now
        if ticket.time_in_force is TimeInForce.FOK:
            assert filled in {ZERO, ticket.quantity.value}

    def check_execution(self, order: Order, execution: Any) -> None:
        ticket = order.ticket
        session = self.markets.session_at_or_after(MAIN_MARKET, execution.at - timedelta(microseconds=1))
        assert session is not None
        assert session.opens_at <= execution.at <= session.closes_at
        assert order.created_at <= execution.at <= self.now
        assert ticket.allows(execution.price)
        assert execution.quantity > Quantity.zero()
        sign = 1 if ticket.side is Side.BUY else -1
        self.filled[str(ticket.symbol)] += sign * execution.quantity.value

    def check_books(self) -> None:
        portfolio = self.portfolio
        for transaction in portfolio.release_changes().transactions:
            assert not any(imbalance(transaction.postings).values())
            assert transaction.booked_at <= self.now
            for posting in transaction.postings:
                self.posted[posting.account.value, posting.commodity] += posting.amount
        portfolio.release_events()
        shares = {str(position.symbol): position.quantity.value for position in portfolio.positions}
        posted = {
            commodity.removeprefix("stock:"): amount
            for (account, commodity), amount in self.posted.items()
            if account == "shares" and amount
        }
        assert shares == {name: amount for name, amount in self.filled.items() if amount}
        assert shares == posted
        assert portfolio.settled.amount == self.posted["cash", "USD"]
        assert portfolio.settled.amount >= 0

    def check_reservations(self) -> None:
        portfolio, book = self.portfolio, self.orders.book
        held = {it.order_id: it for it in portfolio.reservations}
        assert held.keys() == set(book) == {order_id for order_id, _ in self.open_orders()}
        for order_id, order in self.open_orders():
            reserved = held[order_id]
            assert reserved.shares == order.leaves_quantity
            assert (reserved.cash is None) == (order.ticket.side is Side.SELL)
            if reserved.cash is not None and order_id in self.held:
                assert 0 <= reserved.cash.amount <= self.held[order_id].amount
            assert not self.is_overdue(order)
        assert portfolio.reserved.amount == sum((it.cash.amount for it in held.values() if it.cash), ZERO)
        assert portfolio.available.amount >= 0
        for name in SYMBOLS:
            assert portfolio.shares_available(name) >= Quantity.zero()

    def open_orders(self) -> list[tuple[OrderId, Order]]:
        """By what was seen of them, not by the book."""
        over = [order_id for order_id, (status, _) in self.before.items() if status not in FOLLOWING]
        for order_id in over:
            del self.before[order_id]
            self.held.pop(order_id, None)
        return [(order_id, self.orders.known(order_id)) for order_id in self.before]

    def is_overdue(self, order: Order) -> bool:
        """Whether its session is over, or with an immediate order has begun."""
        session = self.markets.session_at_or_after(MAIN_MARKET, order.created_at)
        assert session is not None
        if order.ticket.time_in_force.is_immediate:
            return self.now >= session.opens_at
        return order.ticket.time_in_force is TimeInForce.DAY and self.now >= session.closes_at


@pytest.mark.parametrize(
    ("profile", "seed", "steps"), [("ideal", 1, STEPS), ("realistic", 2, STEPS), ("thin", 3, STEPS // 2)]
)
async def test_every_invariant_holds_after_each_of_so_many_steps(profile: str, seed: int, steps: int) -> None:
    machine = Machine(profile, seed)

    for number in range(steps):
        try:
            await machine.step()
        except (AssertionError, GuilderError) as broken:
            lately = "\n".join(machine.lately)
            raise AssertionError(f"step {number} of {profile}, seed {seed}, at {machine.now}:\n{lately}") from broken

    statuses = Counter(order.status for order in machine.orders.saved)
    assert statuses.keys() >= set(OrderStatus) - {OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED}, statuses
    assert min(machine.done[name] for name in ("place", "cancel", "replace", "advance", "move_cash")) > 50, machine.done
    assert profile == "ideal" or any(len(order.executions) > 1 for order in machine.orders.saved)
