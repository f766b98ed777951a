"""Which orders a range of prices wakes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.published.trading import Side
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_book import OrderBook, RestingOrder
from guilder.trading.domain.order_ticket import TimeInForce
from tests.builders import AAPL, BEFORE_THE_OPEN, IBM, OPENS_AT, a_ticket, an_execution, an_order, order_for, price

BUY, SELL = Side.BUY, Side.SELL
GTC = TimeInForce.GTC


def a_book(*orders: Order) -> OrderBook:
    return OrderBook(map(RestingOrder.of, orders))


def is_woken(order: Order, low: str, high: str) -> bool:
    return a_book(order).woken(AAPL, lambda: (price(low), price(high))) == [order.id]


@pytest.mark.parametrize(
    ("order", "low", "high", "woken"),
    [
        (an_order(limit="100"), "100", "110", True),
        (an_order(limit="100"), "100.01", "110", False),
        (an_order(side=SELL, limit="110"), "100", "110", True),
        (an_order(side=SELL, limit="110"), "100", "109.99", False),
        (an_order(stop="110"), "100", "110", True),
        (an_order(stop="110"), "100", "109.99", False),
        (an_order(side=SELL, stop="100"), "100", "110", True),
        (an_order(side=SELL, stop="100"), "100.01", "110", False),
        (an_order(stop="110", limit="90"), "100", "110", True),
        (an_order(stop="110", limit="90"), "80", "100", False),
        (an_order(), "100", "100", True),
        (an_order(limit="1", time_in_force=TimeInForce.IOC), "100", "100", True),
    ],
)
def test_an_order_is_woken_by_the_prices_that_could_touch_it(order: Order, low: str, high: str, woken: bool) -> None:
    assert is_woken(order, low, high) is woken


def test_a_stop_that_was_triggered_waits_for_its_limit() -> None:
    order = an_order(stop="110", limit="90")
    order.trigger(at=BEFORE_THE_OPEN)

    assert is_woken(order, "90", "100")
    assert not is_woken(order, "91", "120")


def test_an_order_is_woken_by_its_own_symbol_only() -> None:
    book = a_book(an_order(), an_order(symbol=IBM))

    assert len(book.woken(IBM, lambda: (price("1"), price("2")))) == 1
    assert set(book.symbols) == {AAPL, IBM}


def test_what_is_over_is_gone_and_a_symbol_without_orders_too() -> None:
    orders = [an_order(limit="100"), an_order(limit="101"), an_order()]
    book = a_book(*orders)

    for order in orders:
        book.remove(order.id)
        book.remove(order.id)

    assert (len(book), book.symbols, book.for_the_session) == (0, [], [])


def test_an_order_is_followed_as_it_changes() -> None:
    order = an_order(stop="110")
    book = a_book(order)
    order.trigger(at=BEFORE_THE_OPEN)

    book.put(RestingOrder.of(order))

    assert book.woken(AAPL, lambda: (price("50"), price("60"))) == [order.id]
    assert len(book) == 1


def test_which_orders_end_with_their_session() -> None:
    day, gtc, ioc = (order_for(a_ticket(limit="9", time_in_force=it)) for it in (TimeInForce.DAY, GTC, TimeInForce.IOC))

    assert a_book(day, gtc, ioc).for_the_session == [day.id, ioc.id]


def test_which_orders_are_over_when_there_is_no_price() -> None:
    day = an_order(limit="9")
    at_market = an_order(time_in_force=GTC)
    patient = an_order(limit="9", time_in_force=GTC)
    partly = an_order("10")
    partly.fill(an_execution("1", "9", at=OPENS_AT))

    assert a_book(day, at_market, patient, partly).in_need_of_a_price(AAPL) == [day.id, at_market.id]
    assert a_book().in_need_of_a_price(AAPL) == []


LEVELS = st.integers(90, 110).map(str)
ORDERS = st.builds(an_order, side=st.sampled_from(Side), limit=st.none() | LEVELS, stop=st.none() | LEVELS)


@given(st.lists(ORDERS, max_size=12), st.integers(85, 115), st.integers(0, 10), st.data())
def test_the_index_finds_what_a_look_at_every_order_finds(
    orders: list[Order], low: int, span: int, data: st.DataObject
) -> None:
    book = a_book(*orders)
    gone = data.draw(st.sets(st.sampled_from(orders))) if orders else set()
    for order in gone:
        book.remove(order.id)
    high = low + span

    found = book.woken(AAPL, lambda: (price(str(low)), price(str(high))))

    assert sorted(found) == [order.id for order in orders if order not in gone and could_be_touched(order, low, high)]


def could_be_touched(order: Order, low: int, high: int) -> bool:
    ticket = order.ticket
    if ticket.stop_price is not None:
        level = ticket.stop_price.amount
        return level <= Decimal(high) if ticket.side is BUY else level >= Decimal(low)
    if ticket.limit_price is None:
        return True
    level = ticket.limit_price.amount
    return level >= Decimal(low) if ticket.side is BUY else level <= Decimal(high)
