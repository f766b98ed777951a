"""Lots: shares bought together, and what was paid for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from guilder.published.financial import InsufficientQuantityError
from guilder.shared.currency import Currency
from guilder.shared.ids import LotId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol

_NOTHING: Final = Decimal(0)
_NO_SHARES: Final = Quantity.zero()


class Lot(NamedTuple):
    """What is left of one purchase: `quantity` shares that cost `cost_basis` together, booked to the cent.

    `price` is what one share cost when it was bought; it does not change as the lot shrinks.
    """

    id: LotId
    symbol: StockSymbol
    quantity: Quantity
    price: Price
    cost_basis: Money
    acquired_at: datetime

    def take(self, quantity: Quantity) -> tuple[Lot, Money]:
        """What is left of the lot after `quantity` shares left it, at most all, and what these had cost.

        Their share of the cost is rounded once; the last share takes the last cent with it.
        """
        if quantity.value >= self.quantity.value:
            return self._with(_NO_SHARES, Money.zero(self.cost_basis.currency)), self.cost_basis
        cost = self.cost_basis.portion(quantity.value, self.quantity.value)
        return self._with(self.quantity - quantity, self.cost_basis - cost), cost

    def _with(self, quantity: Quantity, cost_basis: Money) -> Lot:
        return Lot(self.id, self.symbol, quantity, self.price, cost_basis, self.acquired_at)


class Relief(NamedTuple):
    """Which shares of which lots are sold: first in, first out."""

    reduced: tuple[Lot, ...]
    """The lots that were touched, as they are afterwards; an empty one has no shares left."""
    cost_basis: Money


def relieve_first_in_first_out(lots: Iterable[Lot], quantity: Quantity, currency: Currency) -> Relief:
    """Take `quantity` shares from the oldest lots on.

    Raises:
        InsufficientQuantityError: the lots hold fewer shares.
    """
    left = quantity
    reduced: list[Lot] = []
    cost_basis = _NOTHING
    for lot in lots:
        if not left.value:
            break
        rest, cost = lot.take(left)
        reduced.append(rest)
        cost_basis += cost.amount
        left = _NO_SHARES if rest.quantity.value else left - lot.quantity
    if left.value:
        raise InsufficientQuantityError(f"{quantity} shares asked for, {quantity - left} held")
    return Relief(tuple(reduced), Money(cost_basis, currency))


class Holding:
    """The open lots of one stock, oldest first, how many shares they hold together, and what these have cost."""

    __slots__ = ("_cost", "_currency", "_lots", "quantity")

    def __init__(self, currency: Currency, lots: Iterable[Lot] = ()) -> None:
        self._lots: deque[Lot] = deque()
        self.quantity = Quantity.zero()
        self._currency = currency
        self._cost = _NOTHING
        for lot in lots:
            self.add(lot)

    @property
    def lots(self) -> tuple[Lot, ...]:
        return tuple(self._lots)

    @property
    def cost_basis(self) -> Money:
        return Money(self._cost, self._currency)

    def add(self, lot: Lot) -> None:
        """Shares were bought. Raises `InvalidQuantityError`: more than the books can carry."""
        self.quantity = self.quantity + lot.quantity if self._lots else lot.quantity
        self._lots.append(lot)
        self._cost += lot.cost_basis.amount

    def relieve(self, quantity: Quantity) -> Relief:
        """Which shares a sale would take: nothing is changed yet. Raises `InsufficientQuantityError`."""
        return relieve_first_in_first_out(self._lots, quantity, self._currency)

    def reduce(self, relief: Relief, quantity: Quantity) -> None:
        """Let go of the `quantity` shares that were relieved."""
        for _ in relief.reduced:
            self._lots.popleft()
        if relief.reduced and relief.reduced[-1].quantity.value:
            self._lots.appendleft(relief.reduced[-1])
        self.quantity -= quantity
        self._cost -= relief.cost_basis.amount
