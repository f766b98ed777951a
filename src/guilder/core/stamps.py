"""When rows are recorded."""

from __future__ import annotations

from datetime import UTC, datetime

from guilder.core.clock import Clock


class Stamps:
    """Instants of recording: those of the machine's clock, which may be set back; these never go back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._latest = datetime.min.replace(tzinfo=UTC)

    def next(self) -> datetime:
        """Now, or the latest instant given out if the clock says less."""
        self._latest = max(self._latest, self._clock.now())
        return self._latest
