"""How blocks of a unit of work open, join and close; the adapters say what opening and closing mean."""

from __future__ import annotations

from collections.abc import Awaitable
from types import TracebackType
from typing import Protocol

from guilder.core.answer_scope import Parking, current_answer_scope
from guilder.core.open_unit import OpenUnit, UnitMisusedError, current_unit, set_current_unit


class Commitment(Protocol):
    """What becomes of a unit once its block is over."""

    async def open(self) -> OpenUnit:
        """A new unit for the running task; waits for the turn where there is one."""

    def abandon(self, unit: OpenUnit) -> None:
        """The block ended with an error: nothing is written, and what it changed in memory is forgotten."""

    def finish(self, unit: OpenUnit) -> Awaitable[None]:
        """Hand the unit over to be written, before anything else happens; to be awaited until it is durable.

        Both the call and what it returns raise as `UnitOfWork` says.
        """


class JoiningWork:
    """A unit of work: a block opens a unit, a block inside a block joins it.

    Inside an answer scope a finished unit is parked, so that the answer can be saved with it.
    """

    def __init__(self, commitment: Commitment) -> None:
        self._commitment = commitment

    async def __aenter__(self) -> None:
        unit = current_unit()
        if unit is None:
            await self._open()
        else:
            unit.blocks.append(unit.size)

    async def _open(self) -> None:
        scope = current_answer_scope()
        if scope is None:
            set_current_unit(await self._commitment.open())
        else:
            set_current_unit(await scope.open(self._commitment))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        unit = current_unit()
        if unit is None:
            raise UnitMisusedError("A unit of work was left that was never entered")
        collected_before = unit.blocks.pop()
        if unit.blocks:
            if error is not None and unit.size > collected_before:
                unit.is_torn = True
            return
        set_current_unit(None)
        if error is not None:
            self._commitment.abandon(unit)
            return
        try:
            unit.check_whole()
        except UnitMisusedError:
            self._commitment.abandon(unit)
            raise
        scope = current_answer_scope()
        if scope is None:
            await self._commitment.finish(unit)
        else:
            await scope.park(Parking(unit, self._commitment))
