"""One commit for a change and the answer that tells of it.

Within an answer scope a finished unit is not written yet but *parked*, together with its turn. Whoever opened the
scope renders the answer, adds it to the unit as one more row, and only then lets the unit be written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from contextvars import Token
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

from sqlalchemy import Table

from guilder.core.current_answer import SCOPE
from guilder.core.open_unit import OpenUnit, UnitMisusedError
from guilder.core.writes import Added


class Committing(Protocol):
    """How the units of a scope begin and end; see `joining.Commitment`."""

    async def open(self) -> OpenUnit: ...
    def abandon(self, unit: OpenUnit) -> None: ...
    def finish(self, unit: OpenUnit) -> Awaitable[None]: ...


@dataclass(frozen=True, slots=True)
class Parking:
    """A finished unit that waits for its answer."""

    unit: OpenUnit
    commitment: Committing


class AnswerScope:
    """`async with scope:` around a use case; then `settle`, with the row that holds its answer."""

    def __init__(self) -> None:
        self._parked: Parking | None = None
        self._opening = 0
        self._handed_over: list[asyncio.Future[None]] = []
        self._token: Token[object | None] | None = None
        self.is_over = False

    @property
    def has_unit(self) -> bool:
        """Whether the use case changed something."""
        return self._parked is not None or bool(self._handed_over)

    @property
    def has_parked(self) -> bool:
        """Whether a unit waits that an answer can ride in."""
        return self._parked is not None

    async def open(self, commitment: Committing) -> OpenUnit:
        """A new unit of this scope; the one before it is written first, without the answer, which rides in the last."""
        self._opening += 1
        try:
            await self._hand_over()
            return await commitment.open()
        finally:
            self._opening -= 1

    async def park(self, parking: Parking) -> None:
        """Called by the unit of work when its block is over."""
        try:
            while self._parked is not None:
                await self._hand_over()
        except BaseException:
            parking.commitment.abandon(parking.unit)
            raise
        self._parked = parking
        if self._opening or self.is_over:
            # Another task of this request waits for the turn, or nobody will settle: this unit gets no answer.
            await self._hand_over()

    async def _hand_over(self) -> None:
        if self._parked is not None:
            parked, self._parked = self._parked, None
            handed_over = asyncio.ensure_future(parked.commitment.finish(parked.unit))
            handed_over.add_done_callback(_looked_at)
            self._handed_over.append(handed_over)
            await asyncio.shield(handed_over)

    def settle(self, table: Table | None = None, values: Mapping[str, Any] | None = None) -> Awaitable[None]:
        """Let the parked unit be written, with one more row if there is an answer; to be awaited until all is durable.

        It is handed over, and its turn passed on, before this returns: no other request waits for this one to wait.

        Raises:
            UnitMisusedError: there is an answer, but no unit to carry it.
            ConflictError, UnavailableError: as `UnitOfWork` says.
        """
        parked, self._parked = self._parked, None
        if table is not None:
            if parked is None:
                raise UnitMisusedError("An answer was to be saved, but nothing was changed")
            parked.unit.writes.append(Added(table, values or {}))
        last = None if parked is None else parked.commitment.finish(parked.unit)
        return self._all_written(last) if last is None or self._handed_over else last

    async def _all_written(self, last: Awaitable[None] | None) -> None:
        if last is not None:
            await last
        for earlier in self._handed_over:
            await earlier

    async def __aenter__(self) -> AnswerScope:
        self._token = SCOPE.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_over = True
        if self._token is not None:
            SCOPE.reset(self._token)
        if error is not None and self._parked is not None:
            parked, self._parked = self._parked, None
            parked.commitment.abandon(parked.unit)


def _looked_at(outcome: asyncio.Future[None]) -> None:
    """That nobody waits for it any more is no reason for a warning."""
    if not outcome.cancelled():
        outcome.exception()


def current_answer_scope() -> AnswerScope | None:
    """The scope in which this use case runs, if its answer is to be kept; none for a task that outlived it."""
    scope = SCOPE.get()
    return scope if isinstance(scope, AnswerScope) and not scope.is_over else None
