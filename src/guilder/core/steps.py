"""How far a request of many units has come: the same request, when it was cut off, does none of them twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Steps(Protocol):
    """The steps of the request under way, kept under its `Idempotency-Key`; a request without a key has none."""

    async def done(self, most: int) -> Mapping[int, str]:
        """Those of its first `most` steps that are saved, counted from 0, each with what was noted of it.

        Raises:
            IdempotencyKeyReusedError: they are those of another request.
        """

    def note(self, number: int, told: str) -> None:
        """Note, in the open unit, that it is this step."""
