"""The order from acceptance to its end."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.published.trading import (
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderPlaced,
    OrderRejected,
    OrderReplaced,
    Side,
)
from guilder.shared.currency import EUR, USD
from guilder.shared.ids import ExecutionId, OrderId
from guilder.shared.money import CurrencyMismatchError, Price
from guilder.shared.quantity import Quantity
from guilder.trading.domain.execution import Execution
from guilder.trading.domain.fills import OverfillError, PriceOutsideLimitError
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_status import OPEN_STATUSES, OrderNotOpenError, OrderStatus
from guilder.trading.domain.sizing import OrderSizedError, Sizing
from tests.builders import (
    AAPL,
    AN_HOUR,
    BEFORE_THE_OPEN,
    CLOSES_AT,
    OPENS_AT,
    OWNER,
    PORTFOLIO,
    a_ticket,
    an_execution,
    an_order,
    new_id,
    order_for,
    price,
    shares,
    usd,
)

ANOTHER = OrderId(new_id())

ENDINGS: dict[OrderStatus, Callable[[Order], None]] = {
    OrderStatus.FILLED: lambda order: order.fill(an_execution(str(order.leaves_quantity), "100")),
    OrderStatus.CANCELED: lambda order: order.cancel(at=OPENS_AT),
    OrderStatus.REJECTED: lambda order: order.reject(at=OPENS_AT, reason="no price"),
    OrderStatus.EXPIRED: lambda order: order.expire(at=CLOSES_AT),
    OrderStatus.REPLACED: lambda order: order.replace_by(ANOTHER, at=OPENS_AT),
}
COMMANDS: list[Callable[[Order], None]] = [
    *ENDINGS.values(),
    lambda order: order.fill(an_execution("1", "100")),
    lambda order: order.trigger(at=OPENS_AT),
    lambda order: order.check_open(),
]


def test_an_accepted_order_is_new_and_leaves_its_whole_quantity() -> None:
    order = an_order("10")

    assert order.status is OrderStatus.NEW
    assert order.is_open
    assert order.filled_quantity == shares("0")
    assert order.leaves_quantity == shares("10")
    assert order.average_price is None
    assert order.created_at == order.updated_at == BEFORE_THE_OPEN


def test_placing_is_told() -> None:
    order = an_order("10")

    assert order.release_events() == [
        OrderPlaced(
            order_id=order.id,
            portfolio_id=PORTFOLIO,
            owner=OWNER,
            symbol=AAPL,
            side=Side.BUY,
            quantity=shares("10"),
            at=BEFORE_THE_OPEN,
        )
    ]


def test_a_partial_fill_leaves_the_rest_open() -> None:
    order = an_order("10")

    order.fill(an_execution("4", "100"))

    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert order.is_open
    assert (order.filled_quantity, order.leaves_quantity) == (shares("4"), shares("6"))
    assert order.updated_at == OPENS_AT


def test_two_partial_fills_complete_an_order_at_their_average_price() -> None:
    order = an_order("10")

    order.fill(an_execution("4", "100"))
    order.fill(an_execution("6", "110"))

    assert order.status is OrderStatus.FILLED
    assert order.average_price == price("106")
    assert order.leaves_quantity == shares("0")


def test_a_fill_is_told_with_what_it_leaves() -> None:
    order = an_order("10")
    order.release_events()
    execution = an_execution("4", "100")

    order.fill(execution)

    assert order.release_events() == [
        OrderFilled(
            order_id=order.id,
            portfolio_id=PORTFOLIO,
            owner=OWNER,
            execution_id=execution.id,
            symbol=AAPL,
            side=Side.BUY,
            quantity=shares("4"),
            price=price("100"),
            leaves_quantity=shares("6"),
            at=OPENS_AT,
        )
    ]


def test_an_average_price_is_weighted_by_shares_and_rounded_to_nine_decimals() -> None:
    order = an_order("3")

    order.fill(an_execution("1", "1"))
    order.fill(an_execution("2", "2"))

    assert order.average_price == price("1.666666667")


def test_an_execution_is_worth_its_price_by_its_shares() -> None:
    assert an_execution("0.5", "1.01").value == usd("0.505")


def test_an_order_is_never_overfilled() -> None:
    order = an_order("10")
    order.fill(an_execution("4", "100"))

    with pytest.raises(OverfillError, match=r"6\.000000001 offered, 6 left"):
        order.fill(an_execution("6.000000001", "100"))

    assert order.filled_quantity == shares("4")
    assert len(order.executions) == 1


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_a_fill_of_nothing_or_less_is_none(quantity: str) -> None:
    order = an_order("10")

    with pytest.raises(OverfillError):
        order.fill(an_execution(quantity, "100"))

    assert order.status is OrderStatus.NEW


@pytest.mark.parametrize(("side", "outside"), [(Side.BUY, "100.0001"), (Side.SELL, "99.9999")])
def test_no_fill_is_worse_than_the_limit(side: Side, outside: str) -> None:
    order = an_order("10", side=side, limit="100")

    with pytest.raises(PriceOutsideLimitError):
        order.fill(an_execution("10", outside))
    order.fill(an_execution("10", "100"))

    assert order.average_price == price("100")


@pytest.mark.parametrize(("side", "better"), [(Side.BUY, "90"), (Side.SELL, "110")])
def test_a_fill_may_be_better_than_the_limit(side: Side, better: str) -> None:
    order = an_order("10", side=side, limit="100")

    order.fill(an_execution("10", better))

    assert order.average_price == price(better)


def test_a_fill_in_another_currency_is_refused() -> None:
    order = an_order("10", limit="100")

    with pytest.raises(CurrencyMismatchError):
        order.fill(Execution(ExecutionId(new_id()), shares("1"), price("1", EUR), OPENS_AT, "a test"))


@pytest.mark.parametrize("status", ENDINGS)
@pytest.mark.parametrize("command", COMMANDS)
def test_once_an_order_is_over_nothing_can_be_done_with_it(
    status: OrderStatus, command: Callable[[Order], None]
) -> None:
    order = an_order("10", stop="90")
    ENDINGS[status](order)
    was = (order.reason, order.updated_at, order.filled_quantity, order.triggered_at, order.replaced_by)
    order.release_events()

    with pytest.raises(OrderNotOpenError, match=status.value):
        command(order)

    assert (order.reason, order.updated_at, order.filled_quantity, order.triggered_at, order.replaced_by) == was
    assert order.status is status
    assert order.release_events() == []


def test_an_order_is_open_or_has_one_of_five_ends() -> None:
    assert set(ENDINGS) == set(OrderStatus) - set(OPEN_STATUSES)


@pytest.mark.parametrize("status", ENDINGS)
def test_every_end_can_be_reached_from_new_and_leaves_nothing(status: OrderStatus) -> None:
    order = an_order("10")

    ENDINGS[status](order)

    assert order.status is status
    assert not order.is_open
    assert order.leaves_quantity == shares("0")


@pytest.mark.parametrize("status", [OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.REPLACED])
def test_fills_stay_when_the_rest_ends(status: OrderStatus) -> None:
    order = an_order("10")
    order.fill(an_execution("4", "100"))

    ENDINGS[status](order)

    assert (order.status, order.filled_quantity, order.leaves_quantity) == (status, shares("4"), shares("0"))
    assert order.average_price == price("100")


def test_a_cancel_is_told_with_its_reason() -> None:
    order = an_order()
    order.release_events()

    order.cancel(at=OPENS_AT, reason="insufficient_buying_power")

    assert order.reason == "insufficient_buying_power"
    assert order.release_events() == [
        OrderCanceled(
            order_id=order.id,
            portfolio_id=PORTFOLIO,
            owner=OWNER,
            reason="insufficient_buying_power",
            at=OPENS_AT,
        )
    ]


def test_an_owner_who_cancels_needs_no_reason() -> None:
    order = an_order()

    order.cancel(at=OPENS_AT)

    assert order.reason is None


def test_a_rejection_an_expiry_and_a_replacement_are_told() -> None:
    rejected, expired, replaced = an_order(), an_order(), an_order()
    for order in (rejected, expired, replaced):
        order.release_events()

    rejected.reject(at=OPENS_AT, reason="no price")
    expired.expire(at=CLOSES_AT)
    replaced.replace_by(ANOTHER, at=OPENS_AT)

    assert [*rejected.release_events(), *expired.release_events(), *replaced.release_events()] == [
        OrderRejected(order_id=rejected.id, portfolio_id=PORTFOLIO, owner=OWNER, reason="no price", at=OPENS_AT),
        OrderExpired(order_id=expired.id, portfolio_id=PORTFOLIO, owner=OWNER, at=CLOSES_AT),
        OrderReplaced(order_id=replaced.id, portfolio_id=PORTFOLIO, owner=OWNER, replaced_by=ANOTHER, at=OPENS_AT),
    ]
    assert replaced.replaced_by == ANOTHER


@pytest.mark.parametrize(
    ("limit", "stop", "works"), [(None, None, True), ("1", None, True), (None, "1", False), ("1", "1", False)]
)
def test_a_stop_order_works_only_once_it_was_triggered(limit: str | None, stop: str | None, works: bool) -> None:
    order = an_order(limit=limit, stop=stop)
    assert order.is_working is works

    order.trigger(at=OPENS_AT)

    assert order.is_working


def test_an_order_is_triggered_once() -> None:
    order = an_order(stop="100")

    order.trigger(at=OPENS_AT)
    order.trigger(at=OPENS_AT + AN_HOUR)

    assert order.triggered_at == OPENS_AT


def test_an_order_without_a_stop_is_never_triggered() -> None:
    order = an_order(limit="100")

    order.trigger(at=OPENS_AT)

    assert order.triggered_at is None


def test_an_order_that_is_over_does_not_work() -> None:
    order = an_order()

    order.cancel(at=OPENS_AT)

    assert not order.is_working


def test_executions_are_handed_over_for_saving_once() -> None:
    order, execution = an_order("10"), an_execution("4", "100")
    order.fill(execution)

    assert order.release_executions() == [execution]
    assert order.release_executions() == []
    assert order.executions == (execution,)


def test_an_order_that_was_loaded_knows_what_was_filled_and_waits_for_nothing() -> None:
    filled = an_order("10")
    filled.fill(an_execution("4", "100"))

    loaded = Order(
        filled.id,
        filled.ticket,
        owner=OWNER,
        market=filled.market,
        currency=USD,
        fill_profile="ideal",
        created_at=filled.created_at,
        status=filled.status,
        executions=filled.executions,
        version=3,
    )

    assert (loaded.filled_quantity, loaded.leaves_quantity) == (shares("4"), shares("6"))
    assert loaded.average_price == price("100")
    assert not loaded.is_changed
    assert loaded.release_executions() == []


BILLIONTHS = st.integers(1, 10**12).map(lambda number: Quantity(Decimal(number).scaleb(-9)))
CENTS = st.integers(1, 10**6).map(lambda number: Price(Decimal(number).scaleb(-2), USD))


@given(BILLIONTHS, st.lists(st.tuples(BILLIONTHS, CENTS), max_size=10), st.sampled_from([None, *ENDINGS]))
def test_quantity_is_filled_and_leaves_whatever_is_offered(
    quantity: Quantity, offers: list[tuple[Quantity, Price]], ending: OrderStatus | None
) -> None:
    order = an_order(str(quantity))

    for offered, at_price in offers:
        left, was_open = order.leaves_quantity, order.is_open
        try:
            order.fill(Execution(ExecutionId(new_id()), offered, at_price, OPENS_AT, "a test"))
        except OverfillError:
            assert offered > left
        except OrderNotOpenError:
            assert not was_open
        assert order.filled_quantity <= quantity
        assert order.leaves_quantity == quantity - order.filled_quantity
        assert order.is_open == bool(order.leaves_quantity)

    if ending is not None and order.is_open:
        ENDINGS[ending](order)
        assert order.leaves_quantity == Quantity.zero()
        assert order.status is ending


@given(st.lists(st.tuples(BILLIONTHS, CENTS), min_size=1, max_size=10))
def test_an_average_price_lies_between_the_best_and_the_worst(fills: list[tuple[Quantity, Price]]) -> None:
    whole = Quantity.zero()
    for quantity, _ in fills:
        whole += quantity
    order = an_order(str(whole))

    for quantity, at_price in fills:
        order.fill(Execution(ExecutionId(new_id()), quantity, at_price, OPENS_AT, "a test"))

    prices = [at_price for _, at_price in fills]
    assert order.status is OrderStatus.FILLED
    assert order.average_price is not None
    assert min(prices) <= order.average_price <= max(prices)


# Orders for an amount of money


def test_an_order_for_an_amount_of_money_is_for_as_many_shares_as_expected_until_it_is_sized() -> None:
    order = order_for(a_ticket(notional="1000"), last_price="300")
    assert (order.is_sized, order.quantity, order.leaves_quantity) == (False, shares("3.333333333"), order.quantity)

    order.size(shares("4"), Sizing(price("250"), OPENS_AT))

    assert (order.is_sized, order.quantity, order.leaves_quantity) == (True, shares("4"), shares("4"))
    assert order.sizing == Sizing(price("250"), OPENS_AT)


def test_a_sized_order_is_filled_when_all_its_shares_are() -> None:
    order = order_for(a_ticket(notional="1000"))
    order.size(shares("4"), Sizing(price("250"), OPENS_AT))

    order.fill(an_execution("1", "250"))
    assert (order.status, order.leaves_quantity) == (OrderStatus.PARTIALLY_FILLED, shares("3"))

    order.fill(an_execution("3", "250"))
    assert order.status is OrderStatus.FILLED


def test_an_order_is_sized_once_and_only_while_it_is_open() -> None:
    sizing = Sizing(price("250"), OPENS_AT)
    with pytest.raises(OrderSizedError):
        an_order("4").size(shares("4"), sizing)

    order = order_for(a_ticket(notional="1000"))
    order.cancel(at=OPENS_AT)
    with pytest.raises(OrderNotOpenError):
        order.size(shares("4"), sizing)
