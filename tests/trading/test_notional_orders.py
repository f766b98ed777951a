"""Orders for an amount of money on the simulated venue: what they set aside, and when their shares are counted."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from guilder.published.trading import Side
from guilder.trading.application.order_desk import INSUFFICIENT_BUYING_POWER, NOTIONAL_TOO_SMALL
from guilder.trading.domain.fill_profiles import FILL_PROFILES
from guilder.trading.domain.order_status import OrderStatus
from guilder.trading.domain.sizing import Sizing
from guilder.trading.domain.term_changes import TermChanges
from tests.builders import (
    A_DAY,
    AAPL,
    AN_HOUR,
    BEFORE_THE_OPEN,
    CLOSES_AT,
    OPENS_AT,
    a_path,
    a_portfolio,
    a_session,
    a_ticket,
    buy,
    price,
    shares,
    usd,
)
from tests.trading.fakes import FakeMarkets, TradingFloor

SELL = Side.SELL
FOUR_AN_HOUR = 2_600_000
"""The volume of a session of which the `thin` profile gives four shares an hour."""


def a_floor(
    *opens: str, cash: str = "10000", fill_profile: str = "ideal", at: datetime = OPENS_AT, volume: int = 1_000_000
) -> TradingFloor:
    """Sessions that stand still, each at its price."""
    sessions = [a_session(day) for day in range(len(opens))]
    paths = [a_path(it, it, it, it, session=sessions[day], volume=volume) for day, it in enumerate(opens)]
    portfolio = a_portfolio(cash)
    return TradingFloor(portfolio, FakeMarkets(sessions, paths, at=at), fill_profile=fill_profile)


async def test_inside_a_session_an_amount_of_money_is_sized_and_filled_at_once() -> None:
    floor = a_floor("300")

    order = await floor.place(a_ticket(notional="1000"))

    assert (order.status, order.filled_quantity) == (OrderStatus.FILLED, shares("3.333333333"))
    assert order.sizing == Sizing(price("300"), OPENS_AT)
    assert (floor.portfolio.settled, floor.portfolio.reservations) == (usd("9000.00"), [])


async def test_between_sessions_it_sets_its_amount_aside_and_is_sized_at_the_next_open() -> None:
    floor = a_floor("100", "80", at=CLOSES_AT)

    order = await floor.place(a_ticket(notional="1000"))
    assert (order.is_sized, order.quantity) == (False, shares("10"))
    [held] = floor.portfolio.reservations
    assert (held.cash, held.shares) == (usd("1000"), shares("10"))

    await floor.go_to(OPENS_AT + A_DAY)

    assert (order.status, order.quantity, order.filled_quantity) == (OrderStatus.FILLED, shares("12.5"), shares("12.5"))
    assert order.sizing == Sizing(price("80"), OPENS_AT + A_DAY)
    assert (floor.portfolio.settled, floor.portfolio.reservations) == (usd("9000.00"), [])


async def test_all_the_cash_can_be_ordered_whatever_the_next_open_is() -> None:
    floor = a_floor("100", "117.31", cash="1000", at=CLOSES_AT)

    order = await floor.place(a_ticket(notional="1000"))
    await floor.go_to(OPENS_AT + A_DAY)

    assert (order.status, order.quantity) == (OrderStatus.FILLED, shares("8.524422470"))
    assert floor.portfolio.settled == usd("0.00")


async def test_a_sell_holds_the_shares_it_is_at_the_last_price_and_is_cut_to_what_is_held_when_sized() -> None:
    floor = a_floor("100", "50", at=CLOSES_AT)
    buy(floor.portfolio, "15", "100")

    order = await floor.place(a_ticket(notional="1000", side=SELL))
    [held] = floor.portfolio.reservations
    assert (held.cash, held.shares) == (None, shares("10"))

    await floor.go_to(OPENS_AT + A_DAY)

    assert (order.status, order.quantity) == (OrderStatus.FILLED, shares("15"))
    assert floor.portfolio.positions == []


async def test_a_sell_leaves_alone_what_another_order_offers() -> None:
    floor = a_floor("100", "50", at=CLOSES_AT)
    buy(floor.portfolio, "15", "100")
    order = await floor.place(a_ticket(notional="1000", side=SELL))
    other = await floor.place(a_ticket("4", side=SELL, limit="200"))

    await floor.go_to(OPENS_AT + A_DAY)

    assert (order.quantity, order.status) == (shares("11"), OrderStatus.FILLED)
    assert other.leaves_quantity == shares("4")


async def test_a_sell_at_a_better_price_frees_the_shares_it_does_not_need() -> None:
    floor = a_floor("100", "200", at=CLOSES_AT)
    buy(floor.portfolio, "10", "100")

    order = await floor.place(a_ticket(notional="1000", side=SELL))
    await floor.go_to(OPENS_AT + A_DAY)

    assert (order.status, order.quantity) == (OrderStatus.FILLED, shares("5"))
    assert floor.portfolio.shares_available(AAPL) == shares("5")


async def test_once_sized_it_is_filled_in_parts_like_any_other_and_what_it_holds_follows() -> None:
    floor = a_floor("100", fill_profile="thin", volume=FOUR_AN_HOUR, at=BEFORE_THE_OPEN)

    order = await floor.place(a_ticket(notional="1000"))
    await floor.go_to(OPENS_AT)

    assert (order.status, order.quantity, order.filled_quantity) == (
        OrderStatus.PARTIALLY_FILLED,
        shares("10"),
        shares("4"),
    )
    [held] = floor.portfolio.reservations
    assert (held.shares, held.cash) == (order.leaves_quantity, usd("600.00"))

    await floor.go_to(OPENS_AT + 2 * AN_HOUR)
    assert (order.status, floor.portfolio.settled) == (OrderStatus.FILLED, usd("9000.00"))


@pytest.mark.parametrize("profile", FILL_PROFILES)
async def test_in_every_profile_cash_never_goes_below_zero_and_nothing_stays_reserved(profile: str) -> None:
    floor = a_floor("100", "103", cash="1000", fill_profile=profile, volume=200_000_000, at=CLOSES_AT)

    order = await floor.place(a_ticket(notional="980"))
    await floor.go_to(CLOSES_AT + A_DAY)

    assert order.is_sized
    assert order.filled_quantity > shares("9")
    assert floor.portfolio.settled.amount >= Decimal(0)
    assert floor.portfolio.reservations == []


async def test_where_the_spread_is_crossed_it_is_sized_at_the_ask_and_pays_its_commission_beside() -> None:
    floor = a_floor("100", cash="1000", fill_profile="realistic", volume=200_000_000, at=BEFORE_THE_OPEN)

    order = await floor.place(a_ticket(notional="900"))
    [held] = floor.portfolio.reservations
    await floor.go_to(CLOSES_AT)

    assert held.cash == usd("901.00")
    assert order.sizing == Sizing(price("100.01"), OPENS_AT)
    assert order.quantity == shares("8.999100089")
    assert order.status is OrderStatus.FILLED


async def test_an_amount_that_impact_makes_too_dear_is_cut_to_what_the_cash_pays() -> None:
    wild = a_path("100", "130", "90", "100", volume=40_000)
    markets = FakeMarkets([a_session(0)], [wild], at=BEFORE_THE_OPEN)
    floor = TradingFloor(a_portfolio("901"), markets, fill_profile="realistic")

    order = await floor.place(a_ticket(notional="900"))
    await floor.go_to(OPENS_AT)

    assert (order.status, order.reason) == (OrderStatus.CANCELED, INSUFFICIENT_BUYING_POWER)
    assert shares("8") < order.filled_quantity < order.quantity
    assert (floor.portfolio.reserved, floor.portfolio.settled.amount >= 0) == (usd("0"), True)


async def test_an_amount_that_is_no_share_any_more_is_canceled() -> None:
    floor = a_floor("1", "90000000", at=CLOSES_AT)

    order = await floor.place(a_ticket(notional="0.01"))
    await floor.go_to(OPENS_AT + A_DAY)

    assert (order.status, order.reason) == (OrderStatus.CANCELED, NOTIONAL_TOO_SMALL)
    assert floor.portfolio.reservations == []


async def test_more_shares_than_the_books_can_carry_are_canceled_and_hold_nobody_up() -> None:
    floor = a_floor("100", "0.0001", cash="2000000", at=CLOSES_AT)

    order = await floor.place(a_ticket(notional="1000000"))
    other = await floor.place(a_ticket("1"))
    await floor.go_to(OPENS_AT + A_DAY)

    assert (order.status, order.reason) == (OrderStatus.CANCELED, "invalid_quantity")
    assert other.status is OrderStatus.FILLED


async def test_where_its_symbol_has_no_price_in_the_session_it_is_rejected_unsized_and_frees_what_it_held() -> None:
    sessions = [a_session(0), a_session(1)]
    markets = FakeMarkets(sessions, [a_path("100", "100", "100", "100")], at=CLOSES_AT)
    floor = TradingFloor(a_portfolio(), markets)

    order = await floor.place(a_ticket(notional="1000"))
    await floor.go_to(CLOSES_AT + A_DAY)

    assert (order.status, order.is_sized) == (OrderStatus.REJECTED, False)
    assert floor.portfolio.reserved == usd("0")


async def test_an_unsized_order_that_holds_all_the_cash_can_be_replaced() -> None:
    floor = a_floor("100", "80", cash="1000", at=CLOSES_AT)
    old = await floor.place(a_ticket(notional="1000"))

    new = await floor.replace(old, TermChanges(notional=usd("800")))
    await floor.go_to(OPENS_AT + A_DAY)

    assert (old.status, old.is_sized) == (OrderStatus.REPLACED, False)
    assert (new.status, new.quantity) == (OrderStatus.FILLED, shares("10"))
    assert floor.portfolio.settled == usd("200.00")


async def test_of_a_sized_order_that_is_filled_in_part_the_shares_that_are_left_are_replaced() -> None:
    floor = a_floor("100", cash="1000", fill_profile="thin", volume=FOUR_AN_HOUR, at=OPENS_AT)
    old = await floor.place(a_ticket(notional="900"))

    new = await floor.replace(old, TermChanges(quantity=shares("6")))

    assert (old.status, old.filled_quantity) == (OrderStatus.REPLACED, shares("4"))
    assert (new.ticket.notional, new.quantity) == (None, shares("2"))
