"""Where a request of many units is going: the same request, when it was cut off, goes on to there and no further."""

from __future__ import annotations

from typing import Protocol


class Goals(Protocol):
    """The goal of the request under way, kept under its `Idempotency-Key`; a request without a key has none."""

    async def kept(self) -> str | None:
        """What this request set out to reach when it was made first.

        Raises:
            IdempotencyKeyReusedError: that was another request.
        """

    async def keep(self, goal: str) -> None:
        """Keep what it sets out to reach, before any unit that follows."""
