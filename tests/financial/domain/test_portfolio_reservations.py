"""What open orders set aside: cash for a buy, shares for a sell."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from guilder.financial.domain.reservation import Reservation
from guilder.published.financial import Hold, InsufficientBuyingPowerError, InsufficientQuantityError
from guilder.published.trading import Side
from guilder.shared.currency import EUR
from guilder.shared.ids import OrderId
from guilder.shared.money import CurrencyMismatchError, Money
from guilder.shared.quantity import InvalidQuantityError
from tests.builders import (
    AAPL,
    IBM,
    a_portfolio,
    a_trade,
    book,
    buy,
    cash_hold,
    new_id,
    share_hold,
    shares,
    usd,
)


def an_id() -> OrderId:
    return OrderId(new_id())


def test_available_is_what_is_settled_less_what_is_reserved() -> None:
    portfolio = a_portfolio("10000")

    portfolio.reserve(an_id(), cash_hold("10", "1000"))
    portfolio.reserve(an_id(), cash_hold("10", "2500"))

    assert portfolio.settled == usd("10000")
    assert portfolio.reserved == usd("3500")
    assert portfolio.available == usd("6500")


def test_an_open_buy_of_three_thousand_leaves_seven_of_ten_and_eight_are_refused() -> None:
    """GOLDEN E1.9."""
    portfolio = a_portfolio("10000")
    portfolio.reserve(an_id(), cash_hold("30", "3000"))

    assert portfolio.available == usd("7000")
    with pytest.raises(InsufficientBuyingPowerError, match="7000"):
        portfolio.reserve(an_id(), cash_hold("80", "8000"))


def test_an_open_sell_does_not_replenish_buying_power() -> None:
    """GOLDEN E1.9."""
    portfolio = a_portfolio("1000")
    buy(portfolio, "10", "100")
    portfolio.reserve(an_id(), share_hold("10"))

    assert portfolio.available == usd("0")


def test_exactly_what_is_available_can_be_reserved() -> None:
    portfolio = a_portfolio("100")

    portfolio.reserve(an_id(), cash_hold("1", "100"))

    assert portfolio.available == usd("0")


def test_reserving_again_for_the_same_order_changes_nothing() -> None:
    portfolio, order = a_portfolio("100"), an_id()
    portfolio.reserve(order, cash_hold("1", "60"))
    portfolio.release_events()

    portfolio.reserve(order, cash_hold("1", "60"))
    portfolio.reserve(order, cash_hold("9", "900"))

    assert portfolio.reserved == usd("60")


def test_a_refused_reservation_changes_nothing() -> None:
    portfolio = a_portfolio("100")

    with pytest.raises(InsufficientBuyingPowerError):
        portfolio.reserve(an_id(), cash_hold("1", "100.01"))
    with pytest.raises(InsufficientQuantityError):
        portfolio.reserve(an_id(), share_hold("1"))

    assert portfolio.reservations == []
    assert not portfolio.is_changed


def test_cash_of_another_currency_cannot_be_reserved() -> None:
    with pytest.raises(CurrencyMismatchError):
        a_portfolio("100").reserve(an_id(), Hold(AAPL, shares("1"), Money(Decimal(1), EUR)))


def test_shares_that_are_up_for_sale_cannot_be_offered_twice() -> None:
    portfolio = a_portfolio("1000")
    buy(portfolio, "10", "100")
    portfolio.reserve(an_id(), share_hold("6"))

    assert portfolio.shares_available(AAPL) == shares("4")
    with pytest.raises(InsufficientQuantityError, match="5 AAPL to sell, 4 available"):
        portfolio.reserve(an_id(), share_hold("5"))


def test_shares_of_one_stock_are_not_those_of_another() -> None:
    portfolio = a_portfolio("1000")
    buy(portfolio, "10", "100")

    with pytest.raises(InsufficientQuantityError):
        portfolio.reserve(an_id(), share_hold("1", symbol=IBM))


def test_shares_that_an_open_buy_may_bring_are_not_there_yet() -> None:
    portfolio = a_portfolio("1000")
    portfolio.reserve(an_id(), cash_hold("10", "1000"))

    assert portfolio.shares_available(AAPL) == shares("0")


def test_what_is_released_is_available_again() -> None:
    portfolio, order = a_portfolio("100"), an_id()
    portfolio.reserve(order, cash_hold("1", "60"))

    portfolio.release(order)

    assert portfolio.available == usd("100")
    assert portfolio.reservations == []


def test_shares_that_are_released_can_be_sold_again() -> None:
    portfolio, order = a_portfolio("1000"), an_id()
    buy(portfolio, "10", "100")
    portfolio.reserve(order, share_hold("10"))

    portfolio.release(order)

    assert portfolio.shares_available(AAPL) == shares("10")


def test_releasing_what_holds_nothing_changes_nothing() -> None:
    portfolio, order = a_portfolio("100"), an_id()
    portfolio.reserve(order, cash_hold("1", "60"))
    portfolio.release(order)
    portfolio.release_events()

    portfolio.release(order)
    portfolio.release(an_id())

    assert not portfolio.is_changed


def test_a_replacing_order_holds_what_it_needs_in_place_of_the_old_one() -> None:
    portfolio, old, new = a_portfolio("100"), an_id(), an_id()
    portfolio.reserve(old, cash_hold("1", "60"))

    portfolio.replace_reservation(old, new, cash_hold("1", "90"))

    assert portfolio.reservations == [Reservation(new, AAPL, shares("1"), usd("90"))]
    assert portfolio.available == usd("10")


def test_a_replacement_that_cannot_be_covered_leaves_the_old_reservation() -> None:
    portfolio, old = a_portfolio("100"), an_id()
    portfolio.reserve(old, cash_hold("1", "60"))
    portfolio.release_events()

    with pytest.raises(InsufficientBuyingPowerError):
        portfolio.replace_reservation(old, an_id(), cash_hold("1", "100.01"))

    assert portfolio.reservations == [Reservation(old, AAPL, shares("1"), usd("60"))]
    assert not portfolio.is_changed


def test_replacing_again_changes_nothing() -> None:
    portfolio, old, new = a_portfolio("100"), an_id(), an_id()
    portfolio.reserve(old, cash_hold("1", "60"))
    portfolio.replace_reservation(old, new, cash_hold("1", "90"))
    portfolio.release_events()

    portfolio.replace_reservation(old, new, cash_hold("1", "90"))

    assert not portfolio.is_changed


def test_shares_on_offer_can_be_offered_anew_by_the_replacing_order() -> None:
    portfolio, old, new = a_portfolio("1000"), an_id(), an_id()
    buy(portfolio, "10", "100")
    portfolio.reserve(old, share_hold("6"))

    portfolio.replace_reservation(old, new, share_hold("10"))
    with pytest.raises(InsufficientQuantityError):
        portfolio.replace_reservation(new, an_id(), share_hold("11"))

    assert portfolio.shares_available(AAPL) == shares("0")


def test_a_fill_uses_up_its_part_of_the_reservation() -> None:
    portfolio, order = a_portfolio("1000"), an_id()
    portfolio.reserve(order, cash_hold("10", "1000"))

    book(portfolio, a_trade(Side.BUY, "4", "90", order_id=order))

    assert portfolio.reservations == [Reservation(order, AAPL, shares("6"), usd("600"))]
    assert portfolio.settled == usd("640")
    assert portfolio.available == usd("40")


def test_the_last_fill_uses_up_the_reservation() -> None:
    portfolio, order = a_portfolio("1000"), an_id()
    portfolio.reserve(order, cash_hold("10", "1000"))

    book(portfolio, a_trade(Side.BUY, "4", "90", order_id=order))
    book(portfolio, a_trade(Side.BUY, "6", "100", order_id=order))

    assert portfolio.reservations == []
    assert portfolio.available == portfolio.settled == usd("40")


def test_a_sale_uses_up_its_part_of_the_reservation() -> None:
    portfolio, order = a_portfolio("1000"), an_id()
    buy(portfolio, "10", "100")
    portfolio.reserve(order, share_hold("6"))

    book(portfolio, a_trade(Side.SELL, "2", "100", order_id=order))

    assert portfolio.reservations == [Reservation(order, AAPL, shares("4"), None)]
    assert portfolio.shares_available(AAPL) == shares("4")


def test_an_order_can_be_paid_from_its_reservation_and_the_available_cash() -> None:
    portfolio, order = a_portfolio("100"), an_id()
    portfolio.reserve(order, cash_hold("1", "60"))
    portfolio.reserve(an_id(), cash_hold("1", "30"))

    assert portfolio.payable(order) == usd("70")
    assert portfolio.payable(an_id()) == usd("10")


def test_a_fill_dearer_than_its_reservation_takes_from_the_available_cash() -> None:
    portfolio, order = a_portfolio("100"), an_id()
    portfolio.reserve(order, cash_hold("1", "60"))

    book(portfolio, a_trade(Side.BUY, "1", "100", order_id=order))

    assert portfolio.settled == usd("0")


def test_a_fill_never_takes_what_another_order_holds() -> None:
    portfolio, order = a_portfolio("100"), an_id()
    portfolio.reserve(order, cash_hold("1", "60"))
    portfolio.reserve(an_id(), cash_hold("1", "30"))

    with pytest.raises(InsufficientBuyingPowerError, match="70"):
        book(portfolio, a_trade(Side.BUY, "1", "70.01", order_id=order))


def test_after_a_fill_that_cost_more_than_its_part_no_more_is_reserved_than_is_there() -> None:
    """A market buy of 10 reserved 105; 5 of them cost 20 a share: of 105 only 5 are left to hold."""
    portfolio, order = a_portfolio("105"), an_id()
    portfolio.reserve(order, cash_hold("10", "105"))

    book(portfolio, a_trade(Side.BUY, "5", "20", order_id=order))

    assert portfolio.reserved == usd("5")
    assert portfolio.available == usd("0")


def test_rounding_of_fills_never_eats_a_cent_that_another_order_holds() -> None:
    """2.5 shares at 1.01 reserve 2.52; 1.5 of them cost 1.52 and one more would be 1.01: a cent too much."""
    portfolio, order, other = a_portfolio("12.52"), an_id(), an_id()
    portfolio.reserve(order, cash_hold("2.5", "2.52"))
    portfolio.reserve(other, cash_hold("1", "10"))

    book(portfolio, a_trade(Side.BUY, "1.5", "1.01", order_id=order))

    assert portfolio.available == usd("0")
    assert portfolio.payable(other) == usd("10")


def test_a_position_that_the_books_could_not_count_is_refused_before_it_is_bought() -> None:
    """Shares that are held, and those that open buys may bring, stay countable together."""
    portfolio = a_portfolio("900000000000")
    buy(portfolio, "4000000000", "1")
    portfolio.reserve(an_id(), cash_hold("4000000000", "4000000000"))

    with pytest.raises(InvalidQuantityError):
        portfolio.reserve(an_id(), cash_hold("1000000000.000000001", "1000000000"))
    portfolio.reserve(an_id(), cash_hold("1000000000", "1000000000"))

    assert portfolio.positions[0].quantity == shares("4000000000")


def test_a_reservation_is_handed_over_for_saving_until_nothing_is_left_of_it() -> None:
    portfolio, order = a_portfolio("1000"), an_id()

    portfolio.reserve(order, cash_hold("10", "1000"))
    reserved = portfolio.release_changes().reservations[order]
    book(portfolio, a_trade(Side.BUY, "4", "100", order_id=order))
    partly_used = portfolio.release_changes().reservations[order]
    portfolio.release(order)
    released = portfolio.release_changes().reservations[order]

    assert (reserved.shares, reserved.cash) == (shares("10"), usd("1000"))
    assert (partly_used.shares, partly_used.cash) == (shares("6"), usd("600"))
    assert (released.shares, released.cash) == (shares("0"), usd("0"))


def test_a_trade_uses_up_the_reservation_of_the_order_that_holds_for_it() -> None:
    portfolio, holder = a_portfolio("10000"), an_id()
    portfolio.reserve(holder, cash_hold("10", "1050"))

    book(portfolio, replace(a_trade(Side.BUY, "4", "100"), held_by=holder))

    assert [(it.order_id, it.shares, it.cash) for it in portfolio.reservations] == [
        (holder, shares("6"), usd("630.00"))
    ]


def test_a_sale_offers_the_shares_of_the_order_that_holds_them() -> None:
    portfolio, holder = a_portfolio("10000"), an_id()
    buy(portfolio, "10", "100")
    portfolio.reserve(holder, share_hold("10"))

    book(portfolio, replace(a_trade(Side.SELL, "10", "100"), held_by=holder))

    assert (portfolio.reservations, portfolio.positions) == ([], [])
    with pytest.raises(InsufficientQuantityError):
        book(portfolio, a_trade(Side.SELL, "1", "100"))


# Looking before leaping, and counting later


def test_whether_a_hold_could_be_set_aside_is_seen_without_setting_it_aside() -> None:
    portfolio = a_portfolio("100")
    version = portfolio.is_changed

    portfolio.check(cash_hold("1", "100"))
    with pytest.raises(InsufficientBuyingPowerError):
        portfolio.check(cash_hold("1", "100.01"))
    with pytest.raises(InsufficientQuantityError):
        portfolio.check(share_hold("1"))

    assert (portfolio.available, portfolio.reservations, portfolio.is_changed) == (usd("100.00"), [], version)


def test_what_an_order_holds_counts_for_the_one_that_takes_its_place() -> None:
    portfolio, old = a_portfolio("100"), an_id()
    portfolio.reserve(old, cash_hold("1", "100"))

    portfolio.check(cash_hold("1", "100"), replacing=old)
    with pytest.raises(InsufficientBuyingPowerError):
        portfolio.check(cash_hold("1", "100.01"), replacing=old)

    assert [held.order_id for held in portfolio.reservations] == [old]


def test_the_cash_of_a_buy_can_be_for_another_number_of_shares() -> None:
    portfolio, order = a_portfolio("100"), an_id()
    portfolio.reserve(order, cash_hold("1", "60"))

    assert portfolio.resize_reservation(order, shares("1.5")) == shares("1.5")

    [held] = portfolio.reservations
    assert (held.shares, held.cash, portfolio.available) == (shares("1.5"), usd("60"), usd("40.00"))


def test_a_sell_is_resized_to_no_more_than_what_is_held_and_not_up_for_sale() -> None:
    portfolio, order = a_portfolio(), an_id()
    buy(portfolio, "10", "100")
    portfolio.reserve(an_id(), share_hold("4"))
    portfolio.reserve(order, share_hold("2"))

    assert portfolio.resize_reservation(order, shares("5")) == shares("5")
    assert portfolio.resize_reservation(order, shares("9")) == shares("6")
    assert portfolio.resize_reservation(order, shares("1")) == shares("1")
    assert portfolio.shares_available(AAPL) == shares("5")


def test_a_buy_is_not_resized_to_more_than_the_books_can_carry() -> None:
    portfolio, order = a_portfolio(), an_id()
    portfolio.reserve(order, cash_hold("1", "60"))
    portfolio.reserve(an_id(), cash_hold("5000000000", "60"))

    with pytest.raises(InvalidQuantityError):
        portfolio.resize_reservation(order, shares("5000000000"))

    assert portfolio.reservations[0].shares == shares("1")
