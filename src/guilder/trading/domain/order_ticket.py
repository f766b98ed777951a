"""Tickets: the terms of an order, as its owner wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from guilder.published.trading import Side
from guilder.shared.errors import FieldProblem, ValidationError
from guilder.shared.ids import PortfolioId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.trading.domain.sizing import affordable_quantity
from guilder.trading.domain.slicing.slicing_terms import SlicingTerms

LONGEST_CLIENT_ORDER_ID: Final = 128
CUSHION: Final = Decimal("1.05")
"""What a buy without a limit sets aside, as a multiple of the last price: it may move before the fill."""


class OrderType(StrEnum):
    """FIX tag 40."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"

    @property
    def has_limit(self) -> bool:
        return self in (OrderType.LIMIT, OrderType.STOP_LIMIT)

    @property
    def has_stop(self) -> bool:
        return self in (OrderType.STOP, OrderType.STOP_LIMIT)


class TimeInForce(StrEnum):
    """FIX tag 59: how long an order is good."""

    DAY = "day"
    GTC = "gtc"
    IOC = "ioc"
    """What can be had at once; the rest is canceled."""
    FOK = "fok"
    """All of it at once, or nothing."""

    @property
    def is_immediate(self) -> bool:
        return self in (TimeInForce.IOC, TimeInForce.FOK)


@dataclass(frozen=True, slots=True)
class OrderTicket:
    """The terms of an order. Prices are per share. With `slicing` it is worked in slices, each an order of its own.

    It says how many shares it is for, or by `notional` (FIX tag 152, CashOrderQty) for how much money; then `quantity`
    is zero, and the shares are counted when the order is first worked.

    Raises:
        ValidationError: the terms contradict each other; all that is wrong is named.
    """

    portfolio_id: PortfolioId
    symbol: StockSymbol
    side: Side
    order_type: OrderType
    quantity: Quantity
    limit_price: Price | None = None
    stop_price: Price | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    client_order_id: str | None = None
    slicing: SlicingTerms | None = None
    notional: Money | None = None

    def __post_init__(self) -> None:
        problems = [
            *_price_problems("limit_price", self.limit_price, self.order_type.has_limit, self.order_type),
            *_price_problems("stop_price", self.stop_price, self.order_type.has_stop, self.order_type),
        ]
        problems += self._size_problems()
        name = self.client_order_id
        if name is not None and not (1 <= len(name) <= LONGEST_CLIENT_ORDER_ID and name.isprintable()):
            message = f"must have 1 to {LONGEST_CLIENT_ORDER_ID} printable characters"
            problems.append(FieldProblem("client_order_id", message))
        if self.slicing is not None:
            problems += self._slicing_problems(self.slicing)
        if problems:
            raise ValidationError(*problems)

    def for_slice(self, quantity: Quantity) -> OrderTicket:
        """The ticket of a slice: for so many shares, on the same terms, under no name of its owner's."""
        return replace(self, quantity=quantity, slicing=None, client_order_id=None)

    def allows(self, price: Price) -> bool:
        """Whether a fill at that price keeps to the limit; without a limit every price does."""
        if self.limit_price is None:
            return True
        return price <= self.limit_price if self.side is Side.BUY else price >= self.limit_price

    def expected_quantity(self, last_price: Price) -> Quantity:
        """How many shares it is for: where it is for an amount of money, what that buys at the last price.

        Raises:
            InvalidQuantityError: more than the books can carry.
        """
        return self.quantity if self.notional is None else affordable_quantity(self.notional, last_price)

    def value_at(self, last_price: Price) -> Money:
        """What the whole order is worth: its notional; or its shares at its limit, its stop, or else the last price."""
        if self.notional is not None:
            return self.notional
        return (self.limit_price or self.stop_price or last_price) * self.quantity

    def cash_to_reserve(self, last_price: Price | None) -> Money:
        """What a buy sets aside: its notional, or its limit, or else 1.05 times the last price.

        A stop without a limit: 1.05 times the higher of stop and last. `last_price` may only be None where that is
        not needed.
        """
        if self.notional is not None:
            return self.notional
        if self.limit_price is not None:
            return self.limit_price.value_of(self.quantity)
        measure = last_price if self.stop_price is None else self.stop_price
        assert measure is not None
        if last_price is not None and last_price > measure:
            measure = last_price
        return (measure * self.quantity * CUSHION).rounded()

    def _slicing_problems(self, slicing: SlicingTerms) -> Iterator[FieldProblem]:
        yield from slicing.problems()
        if self.order_type.has_stop:
            yield FieldProblem("order_type", f"a {self.order_type} order is not worked in slices")
        if self.time_in_force is not TimeInForce.DAY:
            yield FieldProblem("time_in_force", "slices are for one session: day")
        if self.notional is not None:
            yield FieldProblem("notional", "an order for an amount of money is not worked in slices")

    def _size_problems(self) -> Iterator[FieldProblem]:
        if self.notional is None:
            if self.quantity <= Quantity.zero():
                yield FieldProblem("quantity", "must be more than zero, unless notional says how much money it is for")
            return
        if self.quantity:
            yield FieldProblem("quantity", "an order for an amount of money has none")
        if self.notional.amount <= 0 or self.notional != self.notional.rounded():
            yield FieldProblem("notional", "must be more than zero, in whole minor units")
        if self.order_type is not OrderType.MARKET:
            yield FieldProblem("order_type", "an order for an amount of money is a market order")
        if self.time_in_force is not TimeInForce.DAY:
            yield FieldProblem("time_in_force", "an order for an amount of money is good for the day")


def _price_problems(field: str, price: Price | None, needed: bool, order_type: OrderType) -> list[FieldProblem]:
    if needed and price is None:
        return [FieldProblem(field, f"a {order_type} order needs one")]
    if price is None:
        return []
    if not needed:
        return [FieldProblem(field, f"a {order_type} order has none")]
    return []
