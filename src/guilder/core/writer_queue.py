"""What is on its way to the database, as repositories see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol


class WriterQueue(Protocol):
    """The queue of the core's writer."""

    async def settled(self) -> None:
        """Returns when all that was queued up to now is written or has failed."""

    def when_behind(self, reload: Callable[[], Awaitable[object]]) -> None:
        """Have `reload` awaited whenever the database turns out to be further than what is in memory.

        That is so when a commit, which nobody could learn the outcome of in time, was saved after all. No unit is taken
        from then until all is read anew.
        """
