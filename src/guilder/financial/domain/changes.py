"""What is to be saved of a portfolio, besides its own figures."""

from __future__ import annotations

from dataclasses import dataclass, field

from guilder.financial.domain.lot import Lot
from guilder.financial.domain.reservation import Reservation
from guilder.financial.domain.transaction import Transaction
from guilder.shared.ids import LotId, OrderId


@dataclass(slots=True)
class Changes:
    """What happened to a portfolio since it was last saved: lots and reservations as they are now.

    A lot without shares is sold, and a reservation without shares holds nothing any more.
    """

    transactions: list[Transaction] = field(default_factory=list)
    lots: dict[LotId, Lot] = field(default_factory=dict)
    reservations: dict[OrderId, Reservation] = field(default_factory=dict)
