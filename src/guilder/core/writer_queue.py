"""What is on its way to the database, as repositories see it."""

from __future__ import annotations

from typing import Protocol


class WriterQueue(Protocol):
    """The queue of the core's writer."""

    async def settled(self) -> None:
        """Returns when all that was queued up to now is written or has failed."""
