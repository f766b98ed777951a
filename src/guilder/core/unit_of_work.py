"""The unit of work, as services see it: what happens inside is saved together, or not at all."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol


class UnitOfWork(Protocol):
    """`async with self._work:` one use case, one durable commit.

    Leaving the block without an error returns when the change is durable; an error inside writes nothing. A block
    inside a block joins the outer one. Inside, nothing is awaited that is not memory or the database.

    Raises, when the block is left:
        ConflictError: somebody else changed the same thing first; nothing was written.
        UnavailableError: the database is away, or too many units wait; nothing was written.
    """

    async def __aenter__(self) -> None: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class CoreUnitOfWork(UnitOfWork, Protocol):
    """The unit of work of the rooms that must never disagree: orders, the money they hold, and the market's hand.

    These use cases run one at a time for each writer, so that none sees another half done.
    """
