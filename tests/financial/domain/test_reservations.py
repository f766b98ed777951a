"""What open orders hold together is counted as they come and go, never summed up anew."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from guilder.financial.domain.reservation import Reservation, Reservations
from guilder.shared.currency import USD
from guilder.shared.ids import OrderId
from guilder.shared.money import Money, total
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from tests.builders import AAPL, IBM, new_id, shares, usd

ORDERS = [OrderId(new_id()) for _ in range(4)]
CASH = st.none() | st.integers(0, 10_000).map(lambda cents: Money(Decimal(cents).scaleb(-2), USD))
SHARES = st.integers(0, 9).map(lambda number: shares(str(number)))
HELD = st.builds(Reservation, st.sampled_from(ORDERS), st.sampled_from([AAPL, IBM]), SHARES, CASH)


@given(st.lists(st.tuples(st.booleans(), HELD), max_size=20))
def test_the_sums_are_those_of_what_is_held(steps: list[tuple[bool, Reservation]]) -> None:
    kept = Reservations(USD)
    held: dict[OrderId, Reservation] = {}
    for is_put, reservation in steps:
        if is_put:
            kept.put(reservation)
            held[reservation.order_id] = reservation
        else:
            assert kept.remove(reservation.order_id) == held.pop(reservation.order_id, None)

    assert {it.order_id: it for it in kept} == held
    assert kept.cash == total((it.cash for it in held.values() if it.cash is not None), USD)
    for symbol in (AAPL, IBM):
        assert kept.shares_on_offer(symbol) == _shares(held, symbol, for_sale=True)
        assert kept.shares_on_order(symbol) == _shares(held, symbol, for_sale=False)


def _shares(held: dict[OrderId, Reservation], symbol: StockSymbol, *, for_sale: bool) -> Quantity:
    result = Quantity.zero()
    for it in held.values():
        if it.symbol == symbol and (it.cash is None) is for_sale:
            result += it.shares
    return result


def test_what_an_order_holds_takes_the_place_of_what_it_held() -> None:
    order_id = ORDERS[0]
    kept = Reservations(USD, [Reservation(order_id, AAPL, shares("5"), usd("10"))])

    kept.put(Reservation(order_id, AAPL, shares("2"), usd("4")))

    assert (kept.cash, kept.shares_on_order(AAPL), order_id in kept) == (usd("4"), shares("2"), True)
