"""How long the relay tries to tell an event that a subscriber does not take in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guilder.shared.errors import UnavailableError

LONGEST_BACKOFF_SECONDS: Final = 60
TRIES: Final = 10
"""So often an event is tried before it is set aside: for a minute and a half, as the pauses grow."""
LONGEST_OUTAGE_SECONDS: Final = 24 * 3600
"""So long it is tried while something that the subscriber needs is away."""


@dataclass(slots=True)
class Patience:
    """What became of the tries to tell the next event of one aggregate. Instants are seconds since 1970."""

    failures: int = 0
    not_before: float = 0
    _of_event: int = 0
    """Failures that nothing else is to blame for."""
    _first_at: float | None = None

    def failed(self, now: float, error: Exception) -> float:
        """Count a failure; how many seconds to wait."""
        self.failures += 1
        self._of_event += not isinstance(error, UnavailableError)
        self._first_at = now if self._first_at is None else self._first_at
        wait: float = min(0.1 * 2.0**self.failures, LONGEST_BACKOFF_SECONDS)
        self.not_before = now + wait
        return wait

    def is_over(self, now: float) -> bool:
        """Whether to try again; also when the clock was set back, for nobody waits longer than the longest."""
        return not now < self.not_before <= now + LONGEST_BACKOFF_SECONDS

    def is_exhausted(self, now: float) -> bool:
        """Whether to give up for now."""
        waited = 0.0 if self._first_at is None else now - self._first_at
        return self._of_event >= TRIES or (self.failures >= TRIES and waited >= LONGEST_OUTAGE_SECONDS)
