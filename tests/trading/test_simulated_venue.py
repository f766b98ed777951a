"""The venue of the house: resting orders, sessions, and the money that fills them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from guilder.financial.domain.portfolio import Portfolio
from guilder.published.financial import InsufficientBuyingPowerError
from guilder.published.market_data import MarketMode
from guilder.published.trading import Side
from guilder.shared.ids import MAIN_MARKET
from guilder.shared.quantity import Quantity
from guilder.trading.application.errors import SymbolNotTradableError
from guilder.trading.application.order_desk import INSUFFICIENT_BUYING_POWER, NO_PRICE, NOT_IMMEDIATE
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_status import OrderStatus
from guilder.trading.domain.order_ticket import TimeInForce
from guilder.trading.domain.sizing import affordable_quantity
from guilder.trading.domain.term_changes import TermChanges
from tests.builders import (
    A_DAY,
    AAPL,
    AN_HOUR,
    BEFORE_THE_OPEN,
    CLOSES_AT,
    IBM,
    OPENS_AT,
    a_path,
    a_portfolio,
    a_session,
    a_ticket,
    a_trade,
    around_the_clock,
    book,
    buy,
    deposit,
    price,
    shares,
    usd,
)
from tests.trading.fakes import FakeMarkets, TradingFloor

BUY, SELL = Side.BUY, Side.SELL
DAY, GTC, IOC, FOK = TimeInForce
FOUR_AN_HOUR = 2_600_000
"""The volume of a session of which the `thin` profile gives four shares an hour."""
A_THIRD = (CLOSES_AT - OPENS_AT) / 3
MICROSECOND = timedelta(microseconds=1)
Bar = tuple[str, str, str, str] | None
RISING: Bar = ("100", "110", "98", "108")
"""Opens at 100, falls to 98, rises to 110, closes at 108."""
FALLING: Bar = ("100", "102", "90", "92")


def a_floor(
    *bars: Bar,
    cash: str = "10000",
    volume: int = 1_000_000,
    fill_profile: str = "ideal",
    ibm: Sequence[Bar] = (),
    portfolio: Portfolio | None = None,
) -> TradingFloor:
    """A floor before its first session; each bar of AAPL is a session, None one without a price."""
    sessions = [a_session(day) for day in range(len(bars))]
    paths = [
        a_path(*bar, volume=volume, session=a_session(day), symbol=symbol)
        for symbol, of_symbol in ((AAPL, bars), (IBM, ibm))
        for day, bar in enumerate(of_symbol)
        if bar is not None
    ]
    return TradingFloor(portfolio or a_portfolio(cash), FakeMarkets(sessions, paths), fill_profile=fill_profile)


def with_shares(quantity: str, cash: str = "0") -> Portfolio:
    """A portfolio that bought AAPL at 50."""
    portfolio = a_portfolio(str(Decimal(cash) + Decimal(quantity) * 50))
    buy(portfolio, quantity, "50")
    return portfolio


def fills(order: Order) -> list[tuple[str, str]]:
    return [(str(it.quantity), str(it.price.amount.normalize().quantize(Decimal("0.01")))) for it in order.executions]


def assert_nothing_is_held(floor: TradingFloor) -> None:
    assert floor.portfolio.reservations == []
    assert floor.portfolio.available == floor.portfolio.settled


# When orders are filled


async def test_a_market_order_inside_a_session_is_filled_at_once_at_the_price_of_the_instant() -> None:
    floor = a_floor(RISING)
    await floor.go_to(OPENS_AT + A_THIRD)

    order = await floor.place(a_ticket("10"))

    assert order.status is OrderStatus.FILLED
    assert fills(order) == [("10", "98.00")]
    assert order.executions[0].at == OPENS_AT + A_THIRD
    assert floor.portfolio.settled == usd("9020")
    assert_nothing_is_held(floor)


async def test_a_market_order_between_sessions_waits_for_the_next_open() -> None:
    floor = a_floor(RISING, FALLING)
    await floor.go_to(CLOSES_AT)

    order = await floor.place(a_ticket("10"))
    assert order.is_open
    await floor.go_to(OPENS_AT + A_DAY)

    assert order.status is OrderStatus.FILLED
    assert fills(order) == [("10", "100.00")]
    assert order.executions[0].at == OPENS_AT + A_DAY


async def test_a_resting_order_is_filled_when_the_market_reaches_it() -> None:
    floor = a_floor(RISING)
    order = await floor.place(a_ticket("10", limit="99"))

    await floor.go_to(OPENS_AT + A_THIRD / 2 - MICROSECOND)
    assert order.status is OrderStatus.NEW
    await floor.go_to(OPENS_AT + A_THIRD / 2)

    assert fills(order) == [("10", "99.00")]
    assert order.executions[0].at == OPENS_AT + A_THIRD / 2


async def test_a_better_price_than_the_limit_gives_the_difference_back() -> None:
    floor = a_floor(RISING)
    await floor.place(a_ticket("10", limit="105"))
    assert floor.portfolio.available == usd("8950")

    await floor.go_to(OPENS_AT)

    assert floor.portfolio.available == usd("9000")


async def test_an_order_is_never_filled_at_a_price_from_before_it() -> None:
    """GOLDEN E1.6: the session was at 98 before the order came."""
    floor = a_floor(RISING)
    await floor.go_to(OPENS_AT + A_THIRD + AN_HOUR)

    order = await floor.place(a_ticket("10", limit="98"))
    await floor.go_to(CLOSES_AT)

    assert order.executions == ()


async def test_a_stop_limit_remembers_that_it_was_triggered() -> None:
    floor = a_floor(FALLING, ("95", "101", "94", "100"))
    order = await floor.place(a_ticket("10", stop="101", limit="99", time_in_force=GTC))

    await floor.go_to(OPENS_AT + A_THIRD)
    assert (order.status, order.triggered_at is not None) == (OrderStatus.NEW, True)
    await floor.go_to(CLOSES_AT)

    assert fills(order) == [("10", "99.00")]


async def test_only_orders_that_changed_are_told() -> None:
    floor = a_floor(RISING)
    filled = await floor.place(a_ticket("10", limit="99"))
    await floor.place(a_ticket("10", limit="50"))

    changed = await floor.venue.work(MAIN_MARKET, a_session(), BEFORE_THE_OPEN, OPENS_AT + A_THIRD)

    assert changed == [filled]


async def test_a_market_in_which_nothing_rests_has_nothing_to_work() -> None:
    floor = a_floor(RISING)

    assert await floor.venue.work(MAIN_MARKET, a_session(), BEFORE_THE_OPEN, CLOSES_AT) == []


async def test_a_market_whose_data_end_works_no_more() -> None:
    floor = a_floor(RISING)
    order = await floor.place(a_ticket("10", limit="50", time_in_force=GTC))

    await floor.go_to(CLOSES_AT + 30 * A_DAY)

    assert order.status is OrderStatus.NEW


# What they cost


async def test_fees_are_paid_beside_the_price_and_are_part_of_what_the_shares_cost() -> None:
    floor = a_floor(RISING, volume=78_000_000, fill_profile="realistic")

    order = await floor.place(a_ticket("10"))
    await floor.go_to(OPENS_AT)

    assert order.executions[0].fee == usd("1.00")
    cost = order.executions[0].value.rounded() + usd("1.00")
    assert floor.portfolio.settled == usd("10000") - cost
    assert floor.portfolio.positions[0].cost_basis == cost


async def test_a_sale_brings_its_price_less_the_fees_and_the_gain_is_what_is_left() -> None:
    floor = a_floor(RISING, volume=78_000_000, fill_profile="realistic", portfolio=with_shares("10"))

    order = await floor.place(a_ticket("10", side=SELL))
    await floor.go_to(OPENS_AT)

    execution = order.executions[0]
    assert execution.explanation is not None
    assert execution.explanation.fees is not None
    assert execution.fee == execution.explanation.fees.total == usd("1.00") + usd("0.03") + usd("0.01")
    assert floor.portfolio.settled == execution.value.rounded() - usd("1.04")
    assert floor.portfolio.realized_pnl == floor.portfolio.settled - usd("500")


async def test_a_buy_sets_the_commission_aside_as_well() -> None:
    floor = a_floor(RISING, volume=78_000_000, fill_profile="realistic")

    await floor.place(a_ticket("10", limit="99"))

    assert floor.portfolio.available == usd("9009")


async def test_an_order_is_cut_to_what_the_cash_pays_with_the_fees() -> None:
    floor = a_floor(("100", "110", "98", "108"), ("150", "160", "150", "155"), volume=10**12, fill_profile="realistic")
    await floor.go_to(CLOSES_AT)
    order = await floor.place(a_ticket("80"))

    await floor.go_to(OPENS_AT + A_DAY)

    assert (order.status, order.reason) == (OrderStatus.CANCELED, INSUFFICIENT_BUYING_POWER)
    assert usd("0") <= floor.portfolio.settled < usd("0.02")
    assert order.executions[0].fee == usd("1.00")
    assert order.executions[0].explanation is not None
    assert order.executions[0].explanation.payable == usd("10000")


# How long orders are good


async def test_a_day_order_expires_at_the_close_and_frees_what_it_held() -> None:
    """GOLDEN E1.14."""
    floor = a_floor(RISING)
    order = await floor.place(a_ticket("10", limit="90"))

    await floor.go_to(CLOSES_AT - MICROSECOND)
    assert order.status is OrderStatus.NEW
    await floor.go_to(CLOSES_AT)

    assert (order.status, order.updated_at) == (OrderStatus.EXPIRED, CLOSES_AT)
    assert_nothing_is_held(floor)


async def test_a_day_order_placed_after_the_close_is_for_the_next_session() -> None:
    floor = a_floor(RISING, RISING)
    await floor.go_to(CLOSES_AT)
    order = await floor.place(a_ticket("10", limit="90"))

    await floor.go_to(CLOSES_AT + AN_HOUR)
    assert order.status is OrderStatus.NEW
    await floor.go_to(CLOSES_AT + A_DAY)

    assert (order.status, order.updated_at) == (OrderStatus.EXPIRED, CLOSES_AT + A_DAY)


async def test_where_sessions_follow_each_other_an_order_placed_at_the_very_close_is_for_the_next() -> None:
    """As in the sandbox, whose days have no gaps; its time goes on before anything is worked."""
    today, tomorrow = around_the_clock(0), around_the_clock(1)
    paths = [a_path("100", "110", "98", "108", session=today), a_path("99", "105", "90", "101", session=tomorrow)]
    markets = FakeMarkets([today, tomorrow], paths, mode=MarketMode.SANDBOX, at=today.opens_at + AN_HOUR)
    floor = TradingFloor(a_portfolio(), markets)
    await floor.go_to(today.closes_at)

    order = await floor.place(a_ticket("10", limit="98"))
    await floor.go_to(tomorrow.opens_at + AN_HOUR)
    assert order.status is OrderStatus.NEW
    await floor.go_to(tomorrow.closes_at - MICROSECOND)

    assert fills(order) == [("10", "98.00")]


async def test_a_day_order_that_was_filled_in_part_expires_with_its_fills() -> None:
    floor = a_floor(RISING, volume=FOUR_AN_HOUR, fill_profile="thin")
    order = await floor.place(a_ticket("50"))

    await floor.go_to(CLOSES_AT)

    assert order.status is OrderStatus.EXPIRED
    assert order.filled_quantity == shares("32")
    assert_nothing_is_held(floor)


async def test_a_good_till_canceled_order_stays_until_it_is_filled() -> None:
    floor = a_floor(RISING, RISING, FALLING)
    order = await floor.place(a_ticket("10", limit="95", time_in_force=GTC))

    await floor.go_to(CLOSES_AT + A_DAY)
    assert order.status is OrderStatus.NEW
    await floor.go_to(CLOSES_AT + 2 * A_DAY)

    assert fills(order) == [("10", "95.00")]


async def test_an_order_is_filled_in_parts_span_by_span_at_its_average_price() -> None:
    """100 at the open, and 98 at a third of the session: 99.54 after half an hour, 98.62 after an hour and a half."""
    floor = a_floor(RISING, volume=FOUR_AN_HOUR, fill_profile="thin")
    order = await floor.place(a_ticket("10"))

    await floor.go_to(OPENS_AT + AN_HOUR / 2)
    assert (order.status, order.leaves_quantity) == (OrderStatus.PARTIALLY_FILLED, shares("2"))
    await floor.go_to(CLOSES_AT)

    assert order.status is OrderStatus.FILLED
    assert fills(order) == [("4", "100.00"), ("4", "99.54"), ("2", "98.62")]
    assert [it.at for it in order.executions] == [OPENS_AT, OPENS_AT + AN_HOUR / 2, OPENS_AT + AN_HOUR * 1.5]
    assert order.average_price == price("99.54")


async def test_the_orders_of_a_portfolio_share_what_there_is_to_be_had_and_the_better_price_comes_first() -> None:
    floor = a_floor(RISING, volume=FOUR_AN_HOUR, fill_profile="thin")
    cheap = await floor.place(a_ticket("3", limit="100"))
    dear = await floor.place(a_ticket("3", limit="101"))

    await floor.go_to(OPENS_AT)

    assert (dear.filled_quantity, cheap.filled_quantity) == (shares("3"), shares("1"))


async def test_of_two_orders_at_one_price_the_older_comes_first() -> None:
    floor = a_floor(RISING, volume=FOUR_AN_HOUR, fill_profile="thin")
    older = await floor.place(a_ticket("3"))
    younger = await floor.place(a_ticket("3"))

    await floor.go_to(OPENS_AT)

    assert (older.filled_quantity, younger.filled_quantity) == (shares("3"), shares("1"))


async def test_an_order_that_comes_later_in_a_span_finds_what_the_others_left() -> None:
    floor = a_floor(RISING, volume=FOUR_AN_HOUR, fill_profile="thin")
    await floor.go_to(OPENS_AT)

    first = await floor.place(a_ticket("3"))
    await floor.go_to(OPENS_AT + AN_HOUR / 4)
    second = await floor.place(a_ticket("3"))

    assert (first.filled_quantity, second.filled_quantity) == (shares("3"), shares("1"))


async def test_what_an_immediate_order_cannot_have_at_once_is_canceled() -> None:
    """GOLDEN E1.14."""
    floor = a_floor(RISING, volume=FOUR_AN_HOUR, fill_profile="thin")
    await floor.go_to(OPENS_AT)

    order = await floor.place(a_ticket("10", time_in_force=IOC))

    assert (order.status, order.reason) == (OrderStatus.CANCELED, NOT_IMMEDIATE)
    assert fills(order) == [("4", "100.00")]
    assert_nothing_is_held(floor)


@pytest.mark.parametrize("time_in_force", [IOC, FOK])
async def test_an_immediate_order_whose_limit_is_not_met_is_canceled_at_once(time_in_force: TimeInForce) -> None:
    floor = a_floor(RISING)
    await floor.go_to(OPENS_AT)

    order = await floor.place(a_ticket("10", limit="99", time_in_force=time_in_force))

    assert (order.status, order.reason, order.updated_at) == (OrderStatus.CANCELED, NOT_IMMEDIATE, OPENS_AT)
    assert_nothing_is_held(floor)


async def test_fill_or_kill_is_all_or_nothing() -> None:
    """GOLDEN E1.14."""
    floor = a_floor(RISING, volume=FOUR_AN_HOUR, fill_profile="thin")
    await floor.go_to(OPENS_AT)

    too_large = await floor.place(a_ticket("4.1", time_in_force=FOK))
    fitting = await floor.place(a_ticket("4", time_in_force=FOK))

    assert (too_large.status, too_large.executions) == (OrderStatus.CANCELED, ())
    assert fitting.status is OrderStatus.FILLED
    assert_nothing_is_held(floor)


@pytest.mark.parametrize(("limit", "status"), [("100", OrderStatus.FILLED), ("99", OrderStatus.CANCELED)])
@pytest.mark.parametrize("time_in_force", [IOC, FOK])
async def test_an_immediate_order_between_sessions_has_its_instant_at_the_next_open(
    time_in_force: TimeInForce, limit: str, status: OrderStatus
) -> None:
    floor = a_floor(RISING)
    order = await floor.place(a_ticket("10", limit=limit, time_in_force=time_in_force))
    assert order.status is OrderStatus.NEW

    await floor.go_to(CLOSES_AT)

    assert (order.status, order.updated_at) == (status, OPENS_AT)
    assert_nothing_is_held(floor)


async def test_a_canceled_order_is_not_filled_any_more_and_frees_what_it_held() -> None:
    floor = a_floor(RISING)
    order = await floor.place(a_ticket("10", limit="99"))

    await floor.cancel(order)
    await floor.go_to(CLOSES_AT)

    assert (order.status, order.reason, order.executions) == (OrderStatus.CANCELED, None, ())
    assert_nothing_is_held(floor)


async def test_only_the_replacing_order_is_filled() -> None:
    floor = a_floor(RISING)
    old = await floor.place(a_ticket("10", limit="99"))

    new = await floor.replace(old, TermChanges(quantity=shares("5"), limit_price=price("98.50")))
    assert floor.portfolio.reserved == usd("492.50")
    await floor.go_to(CLOSES_AT)

    assert (old.status, old.replaced_by, old.executions) == (OrderStatus.REPLACED, new.id, ())
    assert fills(new) == [("5", "98.50")]
    assert_nothing_is_held(floor)


# Sessions without a price


@pytest.mark.parametrize("time_in_force", [DAY, IOC, FOK])
async def test_a_queued_order_whose_symbol_has_no_price_in_its_session_is_rejected(time_in_force: TimeInForce) -> None:
    floor = a_floor(None, RISING)
    order = await floor.place(a_ticket("10", limit="150", time_in_force=time_in_force))

    await floor.go_to(OPENS_AT)

    assert (order.status, order.reason, order.updated_at) == (OrderStatus.REJECTED, NO_PRICE, OPENS_AT)
    assert_nothing_is_held(floor)


async def test_a_market_order_whose_symbol_has_no_price_in_its_session_is_rejected_however_long_it_is_good() -> None:
    floor = a_floor(None, RISING)
    order = await floor.place(a_ticket("10", time_in_force=GTC))

    await floor.go_to(OPENS_AT)

    assert order.status is OrderStatus.REJECTED
    assert_nothing_is_held(floor)


async def test_a_good_till_canceled_limit_order_waits_for_a_session_with_a_price() -> None:
    floor = a_floor(None, RISING)
    order = await floor.place(a_ticket("10", limit="99", time_in_force=GTC))

    await floor.go_to(CLOSES_AT)
    assert order.is_open
    await floor.go_to(CLOSES_AT + A_DAY)

    assert order.status is OrderStatus.FILLED


async def test_an_order_that_was_filled_in_part_is_never_rejected() -> None:
    floor = a_floor(RISING, None, RISING, volume=FOUR_AN_HOUR, fill_profile="thin")
    order = await floor.place(a_ticket("50", time_in_force=GTC))

    await floor.go_to(CLOSES_AT + A_DAY)
    assert (order.status, order.leaves_quantity) == (OrderStatus.PARTIALLY_FILLED, shares("18"))
    await floor.go_to(CLOSES_AT + 2 * A_DAY)

    assert order.status is OrderStatus.FILLED


async def test_no_order_is_taken_while_the_market_is_open_without_a_price_for_its_symbol() -> None:
    floor = a_floor(None, RISING)
    await floor.go_to(OPENS_AT)

    with pytest.raises(SymbolNotTradableError):
        await floor.place(a_ticket("10", limit="99"))

    assert floor.orders.saved == []
    assert_nothing_is_held(floor)


# Cash


async def test_a_market_buy_reserves_five_percent_more_than_the_last_price() -> None:
    floor = a_floor(RISING, cash="1049.99")

    with pytest.raises(InsufficientBuyingPowerError):
        await floor.place(a_ticket("10"))

    assert floor.orders.saved == []


async def test_a_fill_dearer_than_reservation_and_cash_is_cut_and_the_rest_canceled() -> None:
    """The last close is 108, and the next open 150: 1,200 dollars pay for 8 of 10 shares."""
    floor = a_floor(RISING, ("150", "160", "140", "155"), cash="1200")
    await floor.go_to(CLOSES_AT)
    order = await floor.place(a_ticket("10"))

    await floor.go_to(OPENS_AT + A_DAY)

    assert (order.status, order.reason) == (OrderStatus.CANCELED, INSUFFICIENT_BUYING_POWER)
    assert fills(order) == [("8", "150.00")]
    assert order.executions[0].reason.endswith("cut to what the cash pays")
    assert floor.portfolio.settled == usd("0")
    assert_nothing_is_held(floor)


async def test_cash_that_other_orders_hold_does_not_pay_for_a_dearer_fill() -> None:
    floor = a_floor(RISING, ("150", "160", "140", "155"), cash="2000")
    await floor.go_to(CLOSES_AT)
    order = await floor.place(a_ticket("10"))
    await floor.place(a_ticket("10", limit="80", time_in_force=GTC))

    await floor.go_to(OPENS_AT + A_DAY)

    assert fills(order) == [("8", "150.00")]
    assert floor.portfolio.reserved == usd("800")
    assert floor.portfolio.available == usd("0")


async def test_a_dearer_fill_is_paid_from_cash_that_nobody_holds() -> None:
    floor = a_floor(RISING, ("150", "160", "140", "155"), cash="1500")
    await floor.go_to(CLOSES_AT)
    order = await floor.place(a_ticket("10"))

    await floor.go_to(OPENS_AT + A_DAY)

    assert order.status is OrderStatus.FILLED
    assert floor.portfolio.settled == usd("0")


async def test_fill_or_kill_that_cannot_be_paid_whole_is_killed() -> None:
    floor = a_floor(RISING, ("150", "160", "140", "155"), cash="1200")
    await floor.go_to(CLOSES_AT)
    order = await floor.place(a_ticket("10", time_in_force=FOK))

    await floor.go_to(OPENS_AT + A_DAY)

    assert (order.status, order.executions) == (OrderStatus.CANCELED, ())
    assert floor.portfolio.available == usd("1200")


async def test_what_is_left_of_a_cut_order_is_bought_down_to_a_billionth_of_a_share() -> None:
    floor = a_floor(RISING, ("170", "180", "160", "175"), cash="1200")
    await floor.go_to(CLOSES_AT)
    order = await floor.place(a_ticket("10"))

    await floor.go_to(OPENS_AT + A_DAY)

    assert order.filled_quantity == shares("7.058823529")
    assert floor.portfolio.settled == usd("0")


def test_an_amount_pays_for_as_many_billionths_of_a_share_as_it_covers() -> None:
    assert affordable_quantity(usd("100"), price("3")) == shares("33.333333333")
    assert affordable_quantity(usd("0"), price("3")) == Quantity.zero()
    assert affordable_quantity(usd("-1"), price("3")) == Quantity.zero()


async def test_a_sale_that_the_books_cannot_carry_is_canceled_and_the_market_goes_on() -> None:
    portfolio = with_shares("10", cash="1000")
    floor = a_floor(RISING, portfolio=portfolio)
    too_much = await floor.place(a_ticket("5", side=SELL, limit="105"))
    bought = await floor.place(a_ticket("1", limit="99"))
    deposit(portfolio, usd("899999999999000"))

    await floor.go_to(CLOSES_AT)

    assert (too_much.status, too_much.reason, too_much.executions) == (OrderStatus.CANCELED, "amount_too_large", ())
    assert bought.status is OrderStatus.FILLED
    assert portfolio.shares_available(AAPL) == shares("11")
    assert_nothing_is_held(floor)


# The order of what happens


async def test_what_happens_first_is_worked_first_whoever_was_placed_first() -> None:
    """The price falls through 99 before it reaches 98, so the lot at 99 is the older one."""
    floor = a_floor(RISING)
    await floor.place(a_ticket("1", limit="98"))
    await floor.go_to(BEFORE_THE_OPEN + AN_HOUR / 2)
    await floor.place(a_ticket("2", limit="99"))

    await floor.go_to(CLOSES_AT)

    assert [lot.price for lot in floor.portfolio.positions[0].lots] == [price("99"), price("98")]


async def test_what_happens_at_the_same_instant_is_worked_in_the_order_in_which_it_was_placed() -> None:
    floor = a_floor(RISING)
    for quantity in ("3", "1", "2"):
        await floor.place(a_ticket(quantity))

    await floor.go_to(CLOSES_AT)

    assert [str(lot.quantity) for lot in floor.portfolio.positions[0].lots] == ["3", "1", "2"]


async def test_proceeds_can_be_spent_at_once() -> None:
    floor = a_floor(RISING, portfolio=with_shares("10"))
    await floor.place(a_ticket("10", side=SELL))
    await floor.go_to(OPENS_AT)

    order = await floor.place(a_ticket("10", limit="100"))

    assert order.status is OrderStatus.FILLED
    assert floor.portfolio.settled == usd("0")


async def test_a_sale_at_the_same_instant_pays_only_for_buys_that_are_younger() -> None:
    """Both are worked at the open of the second session, where 10 AAPL that were ordered at 108 cost 150 each."""
    gap: Bar = ("150", "160", "140", "155")

    async def bought_when(sell_first: bool) -> Order:
        portfolio = a_portfolio("1700")
        book(portfolio, a_trade(BUY, "5", "100", symbol=IBM))
        floor = a_floor(RISING, gap, portfolio=portfolio, ibm=(RISING, gap))
        await floor.go_to(CLOSES_AT)
        sale, purchase = a_ticket("5", side=SELL, symbol=IBM), a_ticket("10")
        orders = [await floor.place(ticket) for ticket in ([sale, purchase] if sell_first else [purchase, sale])]
        await floor.go_to(CLOSES_AT + A_DAY)
        return orders[1 if sell_first else 0]

    assert (await bought_when(sell_first=True)).status is OrderStatus.FILLED
    assert (await bought_when(sell_first=False)).reason == INSUFFICIENT_BUYING_POWER


async def test_shares_that_are_sold_bring_their_price_and_free_the_offer() -> None:
    floor = a_floor(RISING, portfolio=with_shares("10"))
    order = await floor.place(a_ticket("10", side=SELL, stop="99"))

    await floor.go_to(CLOSES_AT)

    assert fills(order) == [("10", "99.00")]
    assert floor.portfolio.settled == usd("990")
    assert floor.portfolio.realized_pnl == usd("490")
    assert_nothing_is_held(floor)
