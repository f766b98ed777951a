"""What an owner says of an order that is to be worked in slices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from guilder.shared.errors import FieldProblem

FIVE_MINUTES: Final = timedelta(minutes=5)
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)


class Algorithm(StrEnum):
    """How an order is cut into slices."""

    TWAP = "twap"
    """Equal slices."""
    VWAP = "vwap"
    """Slices as large as the share of the volume that changed hands around that time in the last finished session."""


@dataclass(frozen=True, slots=True)
class SlicingTerms:
    """A slice each `interval`; from the first to the last it takes `horizon` (None: until the session's close)."""

    algorithm: Algorithm
    horizon: timedelta | None = None
    interval: timedelta = FIVE_MINUTES

    def problems(self) -> Iterator[FieldProblem]:
        """What makes no sense about them."""
        for field, span in (("horizon", self.horizon), ("interval", self.interval)):
            if span is not None and not (_SECOND <= span <= _DAY and not span % _SECOND):
                yield FieldProblem(field, "must be a whole number of seconds, from one second to a day")
        if self.horizon is not None and self.interval > self.horizon:
            yield FieldProblem("interval", "must not be longer than the horizon")
