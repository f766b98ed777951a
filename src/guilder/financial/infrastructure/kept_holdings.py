"""What portfolios held when they were last read, so that who looks again reads one row."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guilder.financial.domain.lot import Lot
from guilder.financial.domain.reservation import Reservation
from guilder.shared.ids import PortfolioId

DEFAULT_CAPACITY: Final = 50_000


@dataclass(frozen=True, slots=True)
class Holdings:
    """The open lots and the reservations of a portfolio, as they are at one of its versions."""

    version: int
    lots: Sequence[Lot]
    reservations: Sequence[Reservation]

    @property
    def size(self) -> int:
        return 1 + len(self.lots) + len(self.reservations)


class KeptHoldings:
    """A bounded cache, by portfolio, used by every thread that reads.

    Lots and reservations are saved together with their portfolio, whose version grows with every save: so what was read
    at a version holds as long as the portfolio has it, whoever wrote it.
    """

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        self._capacity = capacity
        """How many lots and reservations; a portfolio that holds more is not kept."""
        self._kept: OrderedDict[PortfolioId, Holdings] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, portfolio_id: PortfolioId, version: int) -> Holdings | None:
        """What it holds at that version, if that is known."""
        with self._lock:
            holdings = self._kept.get(portfolio_id)
            if holdings is None or holdings.version != version:
                return None
            self._kept.move_to_end(portfolio_id)
        return holdings

    def keep(self, portfolio_id: PortfolioId, holdings: Holdings) -> None:
        """Keep what was read, in place of an earlier version; what was not asked for longest makes room."""
        with self._lock:
            before = self._kept.pop(portfolio_id, None)
            self._size += holdings.size - (0 if before is None else before.size)
            self._kept[portfolio_id] = holdings
            while self._size > self._capacity:
                _, dropped = self._kept.popitem(last=False)
                self._size -= dropped.size
