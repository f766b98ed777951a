"""Lots: shares bought together, and what was paid for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from guilder.published.financial import InsufficientQuantityError
from guilder.shared.currency import Currency
from guilder.shared.ids import LotId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol


@dataclass(frozen=True, slots=True, init=False)
class Lot:
    """What is left of one purchase: `quantity` shares that cost `cost_basis` together, booked to the cent.

    `price` is what one share cost when it was bought; it does not change as the lot shrinks.
    """

    id: LotId
    symbol: StockSymbol
    quantity: Quantity
    price: Price
    cost_basis: Money
    acquired_at: datetime

    def __init__(
        self,
        id: LotId,
        symbol: StockSymbol,
        quantity: Quantity,
        price: Price,
        cost_basis: Money,
        acquired_at: datetime,
    ) -> None:
        _set_id(self, id)
        _set_symbol(self, symbol)
        _set_quantity(self, quantity)
        _set_price(self, price)
        _set_cost_basis(self, cost_basis)
        _set_acquired_at(self, acquired_at)

    def take(self, quantity: Quantity) -> tuple[Lot, Money]:
        """What is left of the lot after `quantity` shares left it, at most all, and what these had cost.

        Their share of the cost is rounded once; the last share takes the last cent with it.
        """
        if quantity >= self.quantity:
            return self._with(Quantity.zero(), Money.zero(self.cost_basis.currency)), self.cost_basis
        cost = (self.cost_basis * quantity.value / self.quantity.value).rounded()
        return self._with(self.quantity - quantity, self.cost_basis - cost), cost

    def _with(self, quantity: Quantity, cost_basis: Money) -> Lot:
        return Lot(self.id, self.symbol, quantity, self.price, cost_basis, self.acquired_at)


# As in `money`: set without the detour of frozen dataclasses, since each sale makes a few of these.
_fields: Final[dict[str, Any]] = dict(vars(Lot))
_set_id: Final = _fields["id"].__set__
_set_symbol: Final = _fields["symbol"].__set__
_set_quantity: Final = _fields["quantity"].__set__
_set_price: Final = _fields["price"].__set__
_set_cost_basis: Final = _fields["cost_basis"].__set__
_set_acquired_at: Final = _fields["acquired_at"].__set__


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
    cost_basis = Money.zero(currency)
    for lot in lots:
        if not left:
            break
        rest, cost = lot.take(left)
        reduced.append(rest)
        cost_basis += cost
        left = Quantity.zero() if rest.quantity else left - lot.quantity
    if left:
        raise InsufficientQuantityError(f"{quantity} shares asked for, {quantity - left} held")
    return Relief(tuple(reduced), cost_basis)


class Holding:
    """The open lots of one stock, oldest first, how many shares they hold together, and what these have cost."""

    __slots__ = ("_lots", "cost_basis", "quantity")

    def __init__(self, currency: Currency, lots: Iterable[Lot] = ()) -> None:
        self._lots: deque[Lot] = deque()
        self.quantity = Quantity.zero()
        self.cost_basis = Money.zero(currency)
        for lot in lots:
            self.add(lot)

    @property
    def lots(self) -> tuple[Lot, ...]:
        return tuple(self._lots)

    def add(self, lot: Lot) -> None:
        """Shares were bought. Raises `InvalidQuantityError`: more than the books can carry."""
        self.quantity += lot.quantity
        self._lots.append(lot)
        self.cost_basis += lot.cost_basis

    def relieve(self, quantity: Quantity) -> Relief:
        """Which shares a sale would take: nothing is changed yet. Raises `InsufficientQuantityError`."""
        return relieve_first_in_first_out(self._lots, quantity, self.cost_basis.currency)

    def reduce(self, relief: Relief, quantity: Quantity) -> None:
        """Let go of the `quantity` shares that were relieved."""
        for lot in relief.reduced:
            if lot.quantity:
                self._lots[0] = lot
            else:
                self._lots.popleft()
        self.quantity -= quantity
        self.cost_basis -= relief.cost_basis
