"""Lots: what was paid for which shares, and which leave first."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.financial.domain.lot import Holding, Relief, relieve_first_in_first_out
from guilder.published.financial import InsufficientQuantityError
from guilder.shared.currency import USD
from guilder.shared.money import Money
from guilder.shared.quantity import InvalidQuantityError, Quantity
from tests.builders import a_lot, lots_of, price, shares, usd

BEANCOUNT = [("4", "100.00"), ("5", "111.11"), ("6", "122.22")]
"""The lots of GOLDEN A11."""


def relieve(quantity: str, *bought: tuple[str, str]) -> Relief:
    return relieve_first_in_first_out(lots_of(*bought), shares(quantity), USD)


def left_in(relief: Relief) -> list[tuple[str, str]]:
    """The touched lots as (shares left, price per share)."""
    return [(str(lot.quantity), str(lot.price.amount)) for lot in relief.reduced]


def test_the_first_shares_in_are_the_first_out() -> None:
    """GOLDEN A1: 160 at 25, 240 at 20, 10 at 30; 210 sold at 32 cost 5,000 and gain 1,720."""
    relief = relieve("210", ("160", "25"), ("240", "20"), ("10", "30"))

    assert relief.cost_basis == usd("5000")
    assert (price("32") * shares("210")) - relief.cost_basis == usd("1720")
    assert left_in(relief) == [("0", "25"), ("190", "20")]


def test_half_of_the_shares_carry_half_of_their_cost() -> None:
    """GOLDEN A2: 150 of 300 shares that cost 4,800 cost 16.00 a share, 2,400 together."""
    _, cost = a_lot("300", "16").take(shares("150"))

    assert cost == usd("2400")


def test_selling_seven_takes_the_first_lot_and_part_of_the_second() -> None:
    """GOLDEN A11."""
    relief = relieve("7", *BEANCOUNT)

    assert left_in(relief) == [("0", "100.00"), ("2", "111.11")]
    assert relief.cost_basis == usd("733.33")


def test_selling_twelve_takes_two_lots_and_part_of_the_third() -> None:
    """GOLDEN A11."""
    relief = relieve("12", *BEANCOUNT)

    assert left_in(relief) == [("0", "100.00"), ("0", "111.11"), ("3", "122.22")]
    assert relief.cost_basis == usd("1322.21")


def test_selling_all_fifteen_takes_every_lot() -> None:
    """GOLDEN A11."""
    relief = relieve("15", *BEANCOUNT)

    assert left_in(relief) == [("0", "100.00"), ("0", "111.11"), ("0", "122.22")]
    assert relief.cost_basis == usd("1688.87")


def test_sixteen_of_fifteen_shares_are_not_enough() -> None:
    """GOLDEN A11."""
    with pytest.raises(InsufficientQuantityError, match="16 shares asked for, 15 held"):
        relieve("16", *BEANCOUNT)


def test_nothing_can_be_sold_out_of_no_lots() -> None:
    with pytest.raises(InsufficientQuantityError):
        relieve("0.000000001")


def test_lots_that_are_not_touched_are_not_part_of_the_relief() -> None:
    assert len(relieve("4", *BEANCOUNT).reduced) == 1


def test_the_last_share_takes_the_last_cent_with_it() -> None:
    """GOLDEN A10: 10 shares that cost a cent together, sold as 3, 3 and 4, leave a cost of exactly nothing."""
    lot = a_lot("10", "0.001")
    assert lot.cost_basis == usd("0.01")

    costs = []
    for sold in ("3", "3", "4"):
        lot, cost = lot.take(shares(sold))
        costs.append(cost)

    assert lot.cost_basis == usd("0")
    assert not lot.quantity
    assert sum((cost.amount for cost in costs), Decimal(0)) == Decimal("0.01")


def test_a_lot_keeps_the_price_it_was_bought_at_as_it_shrinks() -> None:
    lot, _ = a_lot("10", "101.50").take(shares("4"))

    assert lot.price == price("101.50")
    assert lot.cost_basis == usd("609.00")


def test_no_lots_hold_no_shares() -> None:
    assert Holding(USD).quantity == Quantity.zero()


def test_a_lot_that_the_books_cannot_carry_leaves_the_holding_as_it_was() -> None:
    holding = Holding(USD, [a_lot("9000000000", "1")])

    with pytest.raises(InvalidQuantityError):
        holding.add(a_lot("1", "1"))

    assert (len(holding.lots), str(holding.quantity)) == (1, "9000000000")
    assert holding.cost_basis == usd("9000000000")


QUANTITIES = st.integers(1, 10**13).map(lambda billionths: Quantity(Decimal(billionths).scaleb(-9)))
PRICES = st.integers(1, 10**8).map(lambda steps: Decimal(steps).scaleb(-4))


@given(st.lists(st.tuples(QUANTITIES, PRICES), min_size=1, max_size=5), st.lists(st.integers(1, 9), max_size=12))
def test_however_it_is_sold_the_whole_cost_leaves_with_the_last_share(
    bought: list[tuple[Quantity, Decimal]], tenths: list[int]
) -> None:
    lots = list(lots_of(*((str(quantity), str(at_price)) for quantity, at_price in bought)))
    paid = sum((lot.cost_basis.amount for lot in lots), Decimal(0))
    relieved = Money.zero(USD)

    for tenth in [*tenths, 10]:
        held = Holding(USD, lots).quantity
        sold = Quantity((held.value * tenth / 10).quantize(Decimal("1e-9"))) if tenth < 10 else held
        relief = relieve_first_in_first_out(lots, sold, USD)
        assert usd("0") <= relief.cost_basis == relief.cost_basis.rounded()
        relieved += relief.cost_basis
        lots = [lot for lot in [*relief.reduced, *lots[len(relief.reduced) :]] if lot.quantity]
        assert all(lot.cost_basis >= usd("0") for lot in lots)

    assert lots == []
    assert relieved.amount == paid
