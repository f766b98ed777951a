"""The machine's clock, as services see it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The wall clock of the machine: sign-in, tokens, retries, limits, `recorded_at`. Market time is elsewhere."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
