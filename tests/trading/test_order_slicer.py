"""Orders that are worked in slices, in a market whose every price can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.published.financial import InsufficientBuyingPowerError
from guilder.published.trading import Side
from guilder.shared.errors import ValidationError
from guilder.trading.application.errors import NoSessionError, SymbolNotTradableError
from guilder.trading.application.order_desk import INSUFFICIENT_BUYING_POWER, NO_PRICE
from guilder.trading.application.order_slicer import SLICES_ENDED
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_status import OrderNotOpenError, OrderStatus
from guilder.trading.domain.order_ticket import OrderTicket, TimeInForce
from guilder.trading.domain.slicing.slicing_terms import Algorithm, SlicingTerms
from guilder.trading.domain.slicing.volume_profile import NoVolumeProfileError
from tests.builders import (
    A_DAY,
    AN_HOUR,
    BEFORE_THE_OPEN,
    CLOSES_AT,
    OPENS_AT,
    a_path,
    a_portfolio,
    a_session,
    a_ticket,
    buy,
    order_for,
    price,
    shares,
    usd,
)
from tests.trading.fakes import FakeMarkets, TradingFloor

A_MINUTE = timedelta(minutes=1)
EVERY_TEN_MINUTES = SlicingTerms(Algorithm.TWAP, 30 * A_MINUTE, 10 * A_MINUTE)


def in_slices(
    quantity: str = "40",
    *,
    limit: str | None = None,
    side: Side = Side.BUY,
    terms: SlicingTerms = EVERY_TEN_MINUTES,
    time_in_force: TimeInForce = TimeInForce.DAY,
) -> OrderTicket:
    return replace(a_ticket(quantity, limit=limit, side=side, time_in_force=time_in_force), slicing=terms)


def a_floor(
    *, at: datetime = OPENS_AT, cash: str = "10000", low: str = "99", close: str = "100", fill_profile: str = "ideal"
) -> TradingFloor:
    """A session that opens at 100, falls, rises to 101 and closes; the market stands at its open unless told."""
    path = a_path("100", "101", low, close)
    return TradingFloor(a_portfolio(cash), FakeMarkets([a_session()], [path], at=at), fill_profile=fill_profile)


def children(floor: TradingFloor, parent: Order) -> list[Order]:
    return [order for order in floor.orders.saved if order.parent_id == parent.id]


def sizes(orders: Sequence[Order]) -> list[str]:
    return [str(order.ticket.quantity) for order in orders]


async def test_the_first_slice_trades_at_once_and_the_last_at_the_horizon_d5() -> None:
    floor = a_floor()

    parent = await floor.place(in_slices("43"))
    first = children(floor, parent)
    await floor.go_to(OPENS_AT + AN_HOUR)

    assert [(order.status, order.created_at) for order in first] == [(OrderStatus.FILLED, OPENS_AT)]
    placed = children(floor, parent)
    assert [order.created_at - OPENS_AT for order in placed] == [minutes * A_MINUTE for minutes in (0, 10, 20, 30)]
    assert sizes(placed) == ["10", "10", "10", "13"]


async def test_what_the_slices_fill_is_what_the_order_is_filled_by() -> None:
    floor = a_floor()
    parent = await floor.place(in_slices("40"))

    assert (parent.status, parent.filled_quantity) == (OrderStatus.PARTIALLY_FILLED, shares("10"))
    await floor.go_to(OPENS_AT + AN_HOUR)

    fills = [execution for order in children(floor, parent) for execution in order.executions]
    assert (parent.status, parent.filled_quantity) == (OrderStatus.FILLED, shares("40"))
    assert list(parent.executions) == fills
    assert parent.average_price == price("99.8875")


async def test_one_reservation_pays_for_all_slices_and_is_used_up_by_them() -> None:
    floor = a_floor()
    parent = await floor.place(in_slices("40"))

    [held] = floor.portfolio.reservations
    assert (held.order_id, held.shares, held.cash) == (parent.id, shares("30"), usd("3150.00"))
    await floor.go_to(OPENS_AT + AN_HOUR)

    assert floor.portfolio.reservations == []
    assert floor.portfolio.settled == usd("10000") - parent.filled_value.rounded()


async def test_an_order_that_the_cash_cannot_cover_is_refused_as_a_whole() -> None:
    floor = a_floor(cash="4000")

    with pytest.raises(InsufficientBuyingPowerError):
        await floor.place(in_slices("40"))

    assert floor.orders.saved == []


async def test_shares_that_are_sold_in_slices_are_held_by_one_reservation() -> None:
    floor = a_floor()
    buy(floor.portfolio, "40", "90")

    parent = await floor.place(in_slices("40", side=Side.SELL))
    assert floor.portfolio.shares_available(parent.ticket.symbol) == shares("0")
    await floor.go_to(CLOSES_AT)

    assert (parent.status, floor.portfolio.positions) == (OrderStatus.FILLED, [])


async def test_before_the_open_nothing_is_placed_and_the_first_slice_is_due_at_the_open() -> None:
    floor = a_floor(at=BEFORE_THE_OPEN)

    parent = await floor.place(in_slices())
    assert children(floor, parent) == []
    await floor.go_to(OPENS_AT)

    assert [order.created_at for order in children(floor, parent)] == [OPENS_AT]


async def test_to_cancel_the_order_takes_its_slices_off_the_market_and_frees_the_rest_once() -> None:
    floor = a_floor()
    parent = await floor.place(in_slices("40", limit="99.50"))
    await floor.go_to(OPENS_AT + 15 * A_MINUTE)

    await floor.cancel(parent)
    await floor.go_to(CLOSES_AT)

    assert [order.status for order in children(floor, parent)] == [OrderStatus.CANCELED] * 2
    assert (parent.status, parent.reason) == (OrderStatus.CANCELED, None)
    assert (floor.portfolio.reserved, floor.portfolio.available) == (usd("0"), usd("10000"))
    with pytest.raises(OrderNotOpenError):
        parent.cancel(at=CLOSES_AT)


async def test_slices_that_find_no_price_within_the_limit_expire_with_the_session_and_so_does_the_order() -> None:
    floor = a_floor()
    parent = await floor.place(in_slices("40", limit="98"))

    await floor.go_to(CLOSES_AT)

    assert [order.status for order in children(floor, parent)] == [OrderStatus.EXPIRED] * 4
    assert (parent.status, parent.updated_at, floor.portfolio.reserved) == (OrderStatus.EXPIRED, CLOSES_AT, usd("0"))


async def test_a_slice_that_its_owner_cancels_is_missing_in_the_end() -> None:
    floor = a_floor()
    parent = await floor.place(in_slices("40", limit="99.99"))
    [resting] = children(floor, parent)

    await floor.cancel(resting)
    await floor.go_to(CLOSES_AT)

    assert (parent.status, parent.reason) == (OrderStatus.CANCELED, SLICES_ENDED)
    assert parent.filled_quantity == shares("30")
    assert floor.portfolio.reserved == usd("0")


async def test_when_the_cash_runs_out_the_last_slice_is_cut_and_the_order_ends() -> None:
    path = a_path("100", "130", "100", "130")
    floor = TradingFloor(a_portfolio("4250"), FakeMarkets([a_session()], [path], at=OPENS_AT))
    parent = await floor.place(in_slices("40", terms=SlicingTerms(Algorithm.TWAP, 5 * AN_HOUR, 5 * AN_HOUR)))

    await floor.go_to(CLOSES_AT)

    assert (parent.status, parent.reason) == (OrderStatus.CANCELED, INSUFFICIENT_BUYING_POWER)
    assert (floor.portfolio.reserved, floor.portfolio.settled) == (usd("0"), usd("0.00"))


async def test_a_symbol_without_a_price_when_the_market_is_open_is_refused() -> None:
    markets = FakeMarkets([a_session(), a_session(1)], [a_path("1", "1", "1", "1")], at=OPENS_AT + A_DAY)
    floor = TradingFloor(a_portfolio(), markets)

    with pytest.raises(SymbolNotTradableError):
        await floor.place(in_slices(limit="1"))


async def test_an_order_that_waited_for_a_session_in_which_its_symbol_has_no_price_is_rejected() -> None:
    floor = TradingFloor(a_portfolio(), FakeMarkets([a_session()], [], at=BEFORE_THE_OPEN))
    parent = order_for(in_slices(limit="1"))
    parent.plan = await floor.slicer.plan(parent.ticket, parent.market, BEFORE_THE_OPEN)
    await floor.reserve(parent)
    await floor.slicer.submit(parent, BEFORE_THE_OPEN)

    await floor.go_to(CLOSES_AT)

    assert (parent.status, parent.reason, floor.portfolio.reserved) == (OrderStatus.REJECTED, NO_PRICE, usd("0"))
    assert children(floor, parent) == []


async def test_slices_by_volume_go_by_the_session_that_is_over() -> None:
    floor = a_floor()
    floor.volumes.volumes = (40, 10, 20, 30)
    quarter = (CLOSES_AT - OPENS_AT) / 4 // timedelta(seconds=1) * timedelta(seconds=1)

    parent = await floor.place(in_slices("50", terms=SlicingTerms(Algorithm.VWAP, None, quarter)))
    await floor.go_to(CLOSES_AT)

    assert sizes(children(floor, parent)) == ["20", "5", "10", "15"]
    assert parent.status is OrderStatus.FILLED


async def test_without_a_session_that_is_over_there_is_no_volume_to_go_by() -> None:
    floor = a_floor()
    floor.volumes.volumes = ()

    with pytest.raises(NoVolumeProfileError):
        await floor.place(in_slices(terms=SlicingTerms(Algorithm.VWAP)))


async def test_after_the_last_session_nothing_is_worked_in_slices() -> None:
    floor = a_floor(at=CLOSES_AT)

    with pytest.raises(NoSessionError):
        await floor.place(in_slices())


@pytest.mark.parametrize("time_in_force", [TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK])
def test_slices_are_for_one_session(time_in_force: TimeInForce) -> None:
    with pytest.raises(ValidationError, match="time_in_force"):
        in_slices(time_in_force=time_in_force)


@given(
    cuts=st.lists(st.integers(1, 23_400), max_size=8),
    quantity=st.integers(4, 90),
    limit=st.sampled_from([None, "99.90", "100.50", "98"]),
    fill_profile=st.sampled_from(["ideal", "realistic", "thin"]),
    is_whole=st.booleans(),
)
async def test_what_slices_get_never_depends_on_how_an_advance_is_cut(
    cuts: list[int], quantity: int, limit: str | None, fill_profile: str, is_whole: bool
) -> None:
    amount = str(quantity if is_whole else Decimal(quantity) + Decimal("0.123456789"))
    stories = []
    for stops in ([], sorted(cuts)):
        floor = a_floor(fill_profile=fill_profile)
        parent = await floor.place(in_slices(amount, limit=limit))
        for seconds in stops:
            await floor.go_to(max(OPENS_AT + timedelta(seconds=seconds), floor.markets.now()))
        await floor.go_to(CLOSES_AT)
        placed = children(floor, parent)
        stories.append([(it.created_at, it.status, it.ticket.quantity, *_fills(it)) for it in (*placed, parent)])
        assert parent.filled_quantity == sum((it.filled_quantity for it in placed), shares("0"))
        assert sum((it.ticket.quantity for it in placed), shares("0")) == shares(amount)
        assert not parent.is_open
        assert floor.portfolio.reservations == []

    assert stories[0] == stories[1]


def _fills(order: Order) -> list[object]:
    return [(execution.quantity, execution.price, execution.at) for execution in order.executions]


async def test_an_order_in_slices_pays_one_commission_however_many_executions_it_gets() -> None:
    floor = a_floor(fill_profile="realistic")

    parent = await floor.place(in_slices("40"))
    await floor.go_to(OPENS_AT + AN_HOUR)

    commissions = [
        execution.explanation.fees.commission
        for child in children(floor, parent)
        for execution in child.executions
        if execution.explanation is not None and execution.explanation.fees is not None
    ]
    assert parent.status is OrderStatus.FILLED
    assert commissions == [usd("1.00"), usd("0.00"), usd("0.00"), usd("0.00")]
