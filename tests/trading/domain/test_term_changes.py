"""What becomes of an order's terms when its owner changes them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guilder.published.trading import Side
from guilder.shared.errors import ValidationError
from guilder.trading.domain.order_ticket import OrderType, TimeInForce
from guilder.trading.domain.sizing import Sizing
from guilder.trading.domain.term_changes import NothingToChangeError, TermChanges
from tests.builders import AAPL, OPENS_AT, PORTFOLIO, a_ticket, an_execution, an_order, order_for, price, shares, usd


def test_terms_that_are_not_named_stay() -> None:
    order = an_order("10", side=Side.SELL, limit="100", stop="90", time_in_force=TimeInForce.DAY)

    ticket = TermChanges(time_in_force=TimeInForce.GTC).applied_to(order)

    assert ticket == replace(order.ticket, time_in_force=TimeInForce.GTC)


def test_a_change_names_what_it_changes() -> None:
    with pytest.raises(NothingToChangeError, match="quantity, limit_price, stop_price, time_in_force or notional"):
        TermChanges()


def test_terms_that_are_named_change() -> None:
    order = an_order("10", limit="100", stop="90")

    ticket = TermChanges(shares("7"), price("101"), price("91"), TimeInForce.GTC).applied_to(order)

    assert ticket == a_ticket("7", limit="101", stop="91", time_in_force=TimeInForce.GTC)


def test_portfolio_symbol_side_and_type_never_change() -> None:
    ticket = TermChanges(limit_price=price("5")).applied_to(an_order(side=Side.SELL, limit="100"))

    assert (ticket.portfolio_id, ticket.symbol, ticket.side, ticket.order_type) == (
        PORTFOLIO,
        AAPL,
        Side.SELL,
        OrderType.LIMIT,
    )


def test_a_new_quantity_counts_what_was_filled_already() -> None:
    order = an_order("10", limit="100")
    order.fill(an_execution("4", "100"))

    assert TermChanges(quantity=shares("7")).applied_to(order).quantity == shares("3")


def test_without_a_new_quantity_the_replacing_order_is_for_what_is_left() -> None:
    order = an_order("10", limit="100")
    order.fill(an_execution("4", "100"))

    assert TermChanges(limit_price=price("99")).applied_to(order).quantity == shares("6")


@pytest.mark.parametrize("quantity", ["4", "3", "0.000000001", "0", "-1"])
def test_something_must_be_left_to_fill(quantity: str) -> None:
    order = an_order("10", limit="100")
    order.fill(an_execution("4", "100"))

    with pytest.raises(ValidationError, match="quantity: must be more than the 4 that are filled"):
        TermChanges(quantity=shares(quantity)).applied_to(order)


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_a_new_quantity_of_nothing_is_refused_and_not_taken_for_none(quantity: str) -> None:
    with pytest.raises(ValidationError, match="quantity"):
        TermChanges(quantity=shares(quantity)).applied_to(an_order("10", limit="100"))


def test_the_new_terms_must_not_contradict_each_other() -> None:
    with pytest.raises(ValidationError) as refusal:
        TermChanges(limit_price=price("100"), stop_price=price("100.001")).applied_to(an_order("10"))

    assert [problem.field for problem in refusal.value.problems] == ["limit_price", "stop_price"]


def test_the_owners_name_for_an_order_stays_with_the_old_one() -> None:
    order = order_for(a_ticket(limit="100", client_order_id="mine"))

    assert TermChanges(limit_price=price("99")).applied_to(order).client_order_id is None


# Orders for an amount of money


def test_an_amount_of_money_can_be_changed_until_it_is_sized() -> None:
    order = order_for(a_ticket(notional="1000"))

    assert TermChanges(notional=usd("500")).applied_to(order) == a_ticket(notional="500")
    with pytest.raises(ValidationError, match="quantity: it is not known yet how many shares"):
        TermChanges(quantity=shares("5")).applied_to(order)


def test_once_it_is_sized_what_is_left_of_it_is_a_number_of_shares() -> None:
    order = order_for(a_ticket(notional="1000"))
    order.size(shares("10"), Sizing(price("100"), OPENS_AT))
    order.fill(an_execution("4", "100"))

    assert TermChanges(time_in_force=TimeInForce.DAY).applied_to(order) == a_ticket("6")
    assert TermChanges(quantity=shares("5")).applied_to(order) == a_ticket("1")
    with pytest.raises(ValidationError, match="notional: the order is for 10 shares"):
        TermChanges(notional=usd("500")).applied_to(order)


def test_an_order_for_a_number_of_shares_does_not_become_one_for_an_amount_of_money() -> None:
    with pytest.raises(ValidationError, match="notional: the order is for 10 shares"):
        TermChanges(notional=usd("500")).applied_to(an_order("10"))
