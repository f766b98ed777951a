"""Tickets: which terms make an order, and what a buy must set aside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guilder.published.trading import Side
from guilder.shared.currency import EUR
from guilder.shared.errors import FieldProblem, ValidationError
from guilder.shared.money import AmountTooLargeError, CurrencyMismatchError
from guilder.shared.quantity import Quantity
from guilder.trading.domain.order_ticket import OrderTicket, OrderType, TimeInForce
from tests.builders import AAPL, PORTFOLIO, a_ticket, price, shares, usd

PRICES_OF = {
    OrderType.MARKET: (None, None),
    OrderType.LIMIT: ("100", None),
    OrderType.STOP: (None, "100"),
    OrderType.STOP_LIMIT: ("100", "100"),
}


def fields(refusal: ValidationError) -> list[str]:
    return [problem.field for problem in refusal.problems]


@pytest.mark.parametrize("order_type", OrderType)
@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("time_in_force", TimeInForce)
def test_every_type_goes_with_either_side_and_every_time_in_force(
    order_type: OrderType, side: Side, time_in_force: TimeInForce
) -> None:
    limit, stop = PRICES_OF[order_type]
    ticket = a_ticket(side=side, limit=limit, stop=stop, order_type=order_type, time_in_force=time_in_force)

    assert (ticket.order_type, ticket.time_in_force) == (order_type, time_in_force)


def test_a_ticket_that_says_no_more_is_good_for_the_day() -> None:
    assert OrderTicket(PORTFOLIO, AAPL, Side.BUY, OrderType.MARKET, shares("1")).time_in_force is TimeInForce.DAY


@pytest.mark.parametrize(
    ("order_type", "limit", "stop", "wrong"),
    [
        (OrderType.MARKET, "100", None, ["limit_price"]),
        (OrderType.MARKET, None, "100", ["stop_price"]),
        (OrderType.LIMIT, None, None, ["limit_price"]),
        (OrderType.LIMIT, "100", "100", ["stop_price"]),
        (OrderType.STOP, None, None, ["stop_price"]),
        (OrderType.STOP, "100", "100", ["limit_price"]),
        (OrderType.STOP_LIMIT, None, None, ["limit_price", "stop_price"]),
        (OrderType.STOP_LIMIT, "100", None, ["stop_price"]),
        (OrderType.STOP_LIMIT, None, "100", ["limit_price"]),
        (OrderType.LIMIT, None, "100", ["limit_price", "stop_price"]),
    ],
)
def test_an_order_names_the_prices_of_its_type_and_no_others(
    order_type: OrderType, limit: str | None, stop: str | None, wrong: list[str]
) -> None:
    with pytest.raises(ValidationError) as refusal:
        a_ticket(order_type=order_type, limit=limit, stop=stop)

    assert fields(refusal.value) == wrong


@pytest.mark.parametrize("quantity", ["0", "-0", "-1", "-0.000000001"])
def test_a_quantity_is_more_than_zero(quantity: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        a_ticket(quantity)

    told = "must be more than zero, unless notional says how much money it is for"
    assert refusal.value.problems == (FieldProblem("quantity", told),)


def test_a_fraction_of_a_share_can_be_ordered() -> None:
    assert a_ticket("0.000000001").quantity == shares("0.000000001")


@pytest.mark.parametrize("name", ["x", "x" * 128, "my order 7", "ordre-é"])
def test_an_owner_may_name_an_order(name: str) -> None:
    assert a_ticket(client_order_id=name).client_order_id == name


@pytest.mark.parametrize("name", ["", "x" * 129, "a\nb", "a\0", "\u202e"])
def test_the_name_of_an_order_is_short_and_printable(name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        a_ticket(client_order_id=name)

    assert fields(refusal.value) == ["client_order_id"]


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(ValidationError) as refusal:
        a_ticket("0", order_type=OrderType.LIMIT, stop="100", client_order_id="")

    assert fields(refusal.value) == ["limit_price", "stop_price", "quantity", "client_order_id"]


def test_a_buy_with_a_limit_is_never_filled_above_it() -> None:
    ticket = a_ticket(limit="100")

    assert ticket.allows(price("100"))
    assert ticket.allows(price("99.99"))
    assert not ticket.allows(price("100.0001"))


def test_a_sell_with_a_limit_is_never_filled_below_it() -> None:
    ticket = a_ticket(side=Side.SELL, limit="100")

    assert ticket.allows(price("100"))
    assert ticket.allows(price("100.01"))
    assert not ticket.allows(price("99.9999"))


@pytest.mark.parametrize("side", Side)
def test_without_a_limit_every_price_is_allowed(side: Side) -> None:
    assert a_ticket(side=side).allows(price("1000000"))
    assert a_ticket(side=side, stop="5").allows(price("0.0001"))


def test_a_limit_in_one_currency_is_not_compared_with_a_price_in_another() -> None:
    with pytest.raises(CurrencyMismatchError):
        a_ticket(limit="100").allows(price("100", EUR))


def test_a_buy_with_a_limit_sets_its_limit_aside() -> None:
    assert a_ticket("10", limit="101.50").cash_to_reserve(None) == usd("1015.00")
    assert a_ticket("10", limit="101.50", stop="200").cash_to_reserve(price("300")) == usd("1015.00")


def test_a_market_buy_sets_five_percent_more_than_the_last_price_aside() -> None:
    assert a_ticket("10").cash_to_reserve(price("100")) == usd("1050.00")


def test_a_stop_buy_sets_five_percent_more_than_the_higher_of_stop_and_last_aside() -> None:
    assert a_ticket("10", stop="120").cash_to_reserve(price("100")) == usd("1260.00")
    assert a_ticket("10", stop="80").cash_to_reserve(price("100")) == usd("1050.00")


def test_what_is_set_aside_is_rounded_to_the_cent_once() -> None:
    assert a_ticket("1.5", limit="1.01").cash_to_reserve(None) == usd("1.52")
    assert a_ticket("0.1").cash_to_reserve(price("1.01")) == usd("0.11")


def test_an_order_that_the_books_could_not_carry_is_refused() -> None:
    with pytest.raises(AmountTooLargeError):
        a_ticket("9000000000", limit="1000000").cash_to_reserve(None)


# Orders for an amount of money


def test_a_ticket_is_for_a_number_of_shares_or_for_an_amount_of_money() -> None:
    ticket = a_ticket(notional="1000")

    assert (ticket.notional, ticket.quantity) == (usd("1000"), Quantity.zero())
    with pytest.raises(ValidationError) as of_both:
        replace(ticket, quantity=shares("1"))
    with pytest.raises(ValidationError) as of_neither:
        replace(ticket, notional=None)
    assert (fields(of_both.value), fields(of_neither.value)) == (["quantity"], ["quantity"])


@pytest.mark.parametrize("notional", ["0", "-1", "10.001"])
def test_an_amount_of_money_is_more_than_zero_in_whole_cents(notional: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        a_ticket(notional=notional)

    assert fields(refusal.value) == ["notional"]


def test_an_order_for_an_amount_of_money_is_a_market_order_for_the_day() -> None:
    with pytest.raises(ValidationError) as refusal:
        a_ticket(notional="1000", limit="100", time_in_force=TimeInForce.GTC)

    assert fields(refusal.value) == ["order_type", "time_in_force"]


def test_an_amount_of_money_is_expected_to_be_what_it_buys_at_the_last_price() -> None:
    assert a_ticket(notional="1000").expected_quantity(price("300")) == shares("3.333333333")
    assert a_ticket("7").expected_quantity(price("300")) == shares("7")


def test_a_ticket_is_worth_its_notional_or_its_shares_at_the_price_it_names_or_the_last() -> None:
    last = price("50")

    assert a_ticket(notional="1000").value_at(last) == usd("1000")
    assert a_ticket("2").value_at(last) == usd("100")
    assert a_ticket("2", stop="60").value_at(last) == usd("120")
    assert a_ticket("2", stop="60", limit="70").value_at(last) == usd("140")


def test_a_buy_for_an_amount_of_money_sets_that_amount_aside() -> None:
    assert a_ticket(notional="1000").cash_to_reserve(price("300")) == usd("1000")
