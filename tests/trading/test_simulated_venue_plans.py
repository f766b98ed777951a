"""Whatever is placed, and however time goes on: plans of tickets, cancels and changes over sessions of any shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from guilder.financial.domain.portfolio import Portfolio
from guilder.published.market_data import MarketMode, PricePath, Session
from guilder.published.trading import Side
from guilder.shared.errors import InvalidError, RefusedError
from guilder.shared.money import Price
from guilder.trading.domain.fill_profiles import FILL_PROFILES
from guilder.trading.domain.order_ticket import OrderTicket, TimeInForce
from guilder.trading.domain.term_changes import TermChanges
from tests.builders import (
    AAPL,
    AN_HOUR,
    IBM,
    a_path,
    a_portfolio,
    a_session,
    a_ticket,
    a_trade,
    around_the_clock,
    book,
    price,
    shares,
    usd,
)
from tests.trading.fakes import FakeMarkets, TradingFloor

BEFORE = timedelta(hours=2)
"""How long before its first session a plan begins."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel the order of that number, if there is one."""

    number: int


@dataclass(frozen=True, slots=True)
class Change:
    """Replace the order of that number, if there is one."""

    number: int
    changes: TermChanges


Step = OrderTicket | Cancel | Change | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody with some cash does over some sessions, each step at its instant."""

    sessions: Sequence[Session]
    paths: Sequence[PricePath]
    steps: Sequence[tuple[datetime, Step]]
    fill_profile: str
    cash: str

    @property
    def begins_at(self) -> datetime:
        return self.sessions[0].opens_at - BEFORE

    @property
    def ends_at(self) -> datetime:
        return self.sessions[-1].closes_at


def optional_price(text: str | None) -> Price | None:
    return None if text is None else price(text)


SIDES = st.sampled_from([Side.BUY, Side.BUY, Side.SELL])
LEVELS = st.none() | st.none() | st.sampled_from(["80", "95", "100", "104", "109", "112", "140", "152"])
TICKETS = st.builds(
    a_ticket,
    st.sampled_from(["8", "4.5", "1", "0.000000007"]),
    side=SIDES,
    limit=LEVELS,
    stop=LEVELS,
    time_in_force=st.sampled_from([*TimeInForce, TimeInForce.GTC]),
    symbol=st.sampled_from([AAPL, IBM]),
)
GREEDY_TICKETS = st.builds(a_ticket, st.just("8"), symbol=st.sampled_from([AAPL, IBM]))
"""Most of the cash at the market: where the next open is much higher, they cannot be paid whole."""
AMOUNTS = st.builds(
    lambda side, symbol, notional: a_ticket(side=side, symbol=symbol, notional=notional),
    SIDES,
    st.sampled_from([AAPL, IBM]),
    st.sampled_from(["800", "100.01", "0.01"]),
)
NUMBERS = st.integers(0, 8)
QUANTITIES = st.sampled_from([None, shares("3"), shares("9")])
TERMS = st.tuples(QUANTITIES, LEVELS.map(optional_price)).filter(any)
CHANGES = st.builds(Change, NUMBERS, TERMS.map(lambda terms: TermChanges(*terms)))
STEPS = st.one_of(GREEDY_TICKETS, TICKETS, TICKETS, AMOUNTS, st.builds(Cancel, NUMBERS), CHANGES)


BARS = st.sampled_from(
    [
        ("100", "110", "98", "108"),
        ("150", "160", "140", "155"),
        ("90", "112", "80", "81"),
        ("112", "112", "95", "100"),
        ("125", "150", "80", "120"),
        ("104", "104", "104", "104"),
    ]
)
"""Open, high, low and close; from one session to the next there may be wide gaps."""


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Every symbol has a price in the first session; later ones may lack it."""
    session_on = draw(st.sampled_from([a_session, around_the_clock]))
    sessions = [session_on(day) for day in range(draw(st.integers(1, 3)))]
    volumes = st.sampled_from([0, 2_400, 12_000, 800_000])
    paths = [
        a_path(*bar, volume=draw(volumes), session=session, symbol=symbol)
        for symbol in (AAPL, IBM)
        for session in sessions
        if (bar := draw(BARS if session is sessions[0] else st.none() | BARS)) is not None
    ]
    hours = int((sessions[-1].closes_at - sessions[0].opens_at) / AN_HOUR)
    within = st.integers(-1, hours).map(lambda after: sessions[0].opens_at + after * AN_HOUR)
    corners = st.sampled_from([at for session in sessions for at in (session.opens_at, session.closes_at)])
    steps = draw(st.lists(st.tuples(corners | within, STEPS), min_size=4, max_size=12))
    profile, cash = draw(st.sampled_from(sorted(FILL_PROFILES))), draw(st.sampled_from(["900", "1300"]))
    return Plan(sessions, paths, sorted(steps, key=lambda step: step[0]), profile, cash)


def with_shares(cash: str) -> Portfolio:
    """A portfolio with that much cash and five shares of everything."""
    portfolio = a_portfolio(str(Decimal(cash) + 1000))
    for symbol in (AAPL, IBM):
        book(portfolio, a_trade(Side.BUY, "5", "100", symbol=symbol))
    return portfolio


async def carry_out(
    plan: Plan, cuts: Sequence[datetime] = (), mode: MarketMode = MarketMode.REPLAY
) -> tuple[TradingFloor, list[Any]]:
    """Do what the plan says, and stop at each cut as well: the floor afterwards, and what it answered."""
    markets = FakeMarkets(plan.sessions, plan.paths, mode=mode, at=plan.begins_at)
    floor = TradingFloor(with_shares(plan.cash), markets, fill_profile=plan.fill_profile)
    stops: list[tuple[datetime, Step]] = [(cut, None) for cut in [*cuts, plan.ends_at]]
    answers = []
    for at, step in sorted([*plan.steps, *stops], key=lambda stop: stop[0]):
        await floor.go_to(at)
        assert_the_books_are_right(floor)
        if step is not None:
            answers.append(await answer(floor, step))
            assert_the_books_are_right(floor)
    return floor, answers


async def answer(floor: TradingFloor, step: Step) -> str:
    """Do one thing; `done`, or the code of the refusal."""
    orders = floor.orders.saved
    try:
        match step:
            case OrderTicket():
                await floor.place(step)
            case Cancel(number) if number < len(orders):
                await floor.cancel(orders[number])
            case Change(number, changes) if number < len(orders):
                orders[number].check_open()
                await floor.replace(orders[number], changes)
    except (RefusedError, InvalidError) as refusal:
        return refusal.code
    return "done"


def outcome(floor: TradingFloor) -> list[Any]:
    """All that anybody could see of the orders and of the cash, but for ids."""
    orders = [
        (
            order.status,
            order.reason,
            order.triggered_at,
            order.updated_at,
            [(it.quantity, it.price, it.at, it.reason) for it in order.executions],
        )
        for order in floor.orders.saved
    ]
    lots = [(lot.quantity, lot.price, lot.acquired_at) for it in floor.portfolio.positions for lot in it.lots]
    return [*orders, *lots, floor.portfolio.settled, floor.portfolio.available, floor.portfolio.realized_pnl]


def assert_the_books_are_right(floor: TradingFloor) -> None:
    portfolio, orders = floor.portfolio, floor.orders.saved
    assert portfolio.settled >= usd("0")
    assert portfolio.available >= usd("0")
    bought = {AAPL: Decimal(5), IBM: Decimal(5)}
    for order in orders:
        filled = sum((execution.quantity.value for execution in order.executions), Decimal(0))
        assert order.filled_quantity.value == filled <= order.quantity.value
        assert not order.is_open or order.leaves_quantity == order.quantity - order.filled_quantity
        bought[order.ticket.symbol] += filled if order.ticket.side is Side.BUY else -filled
    held = {position.symbol: position.quantity.value for position in portfolio.positions}
    assert held == {symbol: quantity for symbol, quantity in bought.items() if quantity}
    assert {reservation.order_id: reservation.shares for reservation in portfolio.reservations} == {
        order.id: order.leaves_quantity for order in orders if order.is_open
    }


@settings(max_examples=300)
@given(plans())
async def test_no_order_is_overfilled_and_cash_never_goes_below_zero_whatever_is_placed(plan: Plan) -> None:
    floor, _ = await carry_out(plan)

    for order in floor.orders.saved:
        event(f"{order.ticket.time_in_force} {order.status} {order.reason or ''}")


@settings(max_examples=200)
@given(plans())
async def test_only_good_till_canceled_orders_outlive_their_session(plan: Plan) -> None:
    floor, _ = await carry_out(plan)

    for order in floor.orders.saved:
        is_for_a_session_that_is_over = order.created_at < plan.ends_at
        assert not order.is_open or order.ticket.time_in_force is TimeInForce.GTC or not is_for_a_session_that_is_over


@settings(max_examples=200)
@given(plans(), st.lists(st.integers(-90, 72 * 60), max_size=10))
async def test_nothing_depends_on_how_an_advance_is_cut_into_steps(plan: Plan, minutes: list[int]) -> None:
    cuts = [plan.sessions[0].opens_at + timedelta(minutes=after) for after in minutes]
    whole, answers = await carry_out(plan)
    cut, answers_when_cut = await carry_out(plan, [at for at in cuts if at < plan.ends_at])

    assert answers_when_cut == answers
    assert outcome(cut) == outcome(whole)


@settings(max_examples=200)
@given(plans())
async def test_a_sandbox_that_catches_up_gives_what_a_replay_gives(plan: Plan) -> None:
    replay, answers = await carry_out(plan)
    sandbox, answers_in_sandbox = await carry_out(plan, mode=MarketMode.SANDBOX)

    assert answers_in_sandbox == answers
    assert outcome(sandbox) == outcome(replay)
