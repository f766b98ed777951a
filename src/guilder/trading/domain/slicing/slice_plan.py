"""How far an order that is worked in slices has come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from guilder.shared.ids import OrderId
from guilder.trading.domain.slicing.slice_schedule import Slice


@dataclass(frozen=True, slots=True)
class SlicePlan:
    """The slices in the order in which they are due, how many were placed, and which of their orders are open."""

    slices: tuple[Slice, ...]
    placed: int = 0
    working: frozenset[OrderId] = frozenset()

    @property
    def next_slice(self) -> Slice | None:
        """The first one that was not placed; None when all were."""
        return self.slices[self.placed] if self.placed < len(self.slices) else None

    @property
    def next_due_at(self) -> datetime | None:
        return None if self.next_slice is None else self.next_slice.due_at

    @property
    def is_exhausted(self) -> bool:
        """Whether nothing more can come of it: all slices were placed, and all their orders are over."""
        return self.next_slice is None and not self.working

    def with_placed(self, child: OrderId) -> SlicePlan:
        """The next slice is an order now, and open."""
        return replace(self, placed=self.placed + 1, working=self.working | {child})

    def without(self, child: OrderId) -> SlicePlan:
        """The order of a slice is over."""
        return replace(self, working=self.working - {child})
