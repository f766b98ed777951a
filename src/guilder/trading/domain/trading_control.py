"""The kill switch and the limits: what the house, or one portfolio, may not do at present."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from guilder.shared.errors import FieldProblem, RefusedError, ValidationError
from guilder.shared.events import Aggregate
from guilder.shared.ids import UserId
from guilder.trading.domain.trading_limits import NO_LIMITS, TradingLimits

HOUSE: Final = UUID(int=0)
"""The scope of the whole house; every other scope is the id of a portfolio."""

LONGEST_REASON: Final = 200


class TradingHaltedError(RefusedError):
    """Trading is halted; orders can only be canceled."""

    code = "trading_halted"


@dataclass(frozen=True, slots=True)
class Halt:
    """Why no order is accepted, since when by the clock of this world, and who said so.

    Raises:
        ValidationError: the reason is empty, too long, or cannot be read.
    """

    reason: str
    at: datetime
    by: UserId | None

    def __post_init__(self) -> None:
        if not self.reason.strip() or len(self.reason) > LONGEST_REASON or not self.reason.isprintable():
            raise ValidationError(FieldProblem("reason", f"must have 1 to {LONGEST_REASON} printable characters"))


@dataclass(frozen=True, slots=True)
class Controls:
    """What is in force for one scope."""

    limits: TradingLimits = NO_LIMITS
    halt: Halt | None = None

    def check_not_halted(self) -> None:
        """Raises `TradingHaltedError`."""
        if self.halt is not None:
            raise TradingHaltedError(f"Trading is halted: {self.halt.reason}")


NO_CONTROLS: Final = Controls()


class TradingControl(Aggregate):
    """The controls of one scope, as they can be changed."""

    __slots__ = ("controls", "id")

    def __init__(self, id: UUID, controls: Controls = NO_CONTROLS, *, version: int = 0) -> None:
        super().__init__(version=version)
        self.id = id
        self.controls = controls

    def halt(self, halt: Halt) -> None:
        """Let no order be accepted. What was halted before stays so, with its first reason and instant."""
        if self.controls.halt is None:
            self._change(Controls(self.controls.limits, halt))

    def resume(self) -> None:
        """Let orders be accepted again; nothing changes where they are."""
        if self.controls.halt is not None:
            self._change(Controls(self.controls.limits))

    def limit(self, limits: TradingLimits) -> None:
        """Set all limits anew."""
        if self.controls.limits != limits:
            self._change(Controls(limits, self.controls.halt))

    def _change(self, controls: Controls) -> None:
        self.controls = controls
        self.record()
