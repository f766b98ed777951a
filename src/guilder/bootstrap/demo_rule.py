"""The rule that the demonstration trades by: two moving averages, after Brock, Lakonishok and LeBaron (1992).

"Simple Technical Trading Rules and the Stochastic Properties of Stock Returns", Journal of Finance 47: hold a stock
while the average of its last closes over a short window lies above that over a long one, else hold cash.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

SHORT: Final = 10
LONG: Final = 30


class MovingAverages:
    """The two averages of one stock's closes, day by day."""

    def __init__(self, closes: Iterable[Decimal]) -> None:
        self._closes = deque(closes, maxlen=LONG)

    def add(self, close: Decimal) -> None:
        """The next session's close."""
        self._closes.append(close)

    @property
    def says_hold(self) -> bool:
        """Whether the short average lies above the long one; never before there are enough closes."""
        closes = list(self._closes)
        return len(closes) == LONG and sum(closes[-SHORT:]) * LONG > sum(closes) * SHORT
