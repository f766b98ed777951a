"""Limits and halts in memory, as of the last queued unit: no order has to ask the database for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from guilder.trading.domain.trading_control import NO_CONTROLS, Controls


class ResidentControls:
    """Filled from the database once, by whoever has the turn; then they follow each unit as it is queued.

    When a queued unit could not be written, they are not certain any more and are read again.
    """

    def __init__(self) -> None:
        self._by_scope: dict[UUID, Controls] = {}
        self._is_stale = True

    async def of(self, scope: UUID, read: Callable[[], Awaitable[Mapping[UUID, Controls]]]) -> Controls:
        """`read` reads all that there are, once everything queued is settled."""
        if self._is_stale:
            self._by_scope = dict(await read())
            self._is_stale = False
        return self._by_scope.get(scope, NO_CONTROLS)

    def note(self, scope: UUID, controls: Controls) -> None:
        """Follow controls that were saved."""
        self._by_scope[scope] = controls

    def mark_stale(self) -> None:
        """What they followed was not written."""
        self._is_stale = True
