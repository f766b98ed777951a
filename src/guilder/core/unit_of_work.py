"""The unit of work, as services see it: what happens inside is saved together, or not at all."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Protocol

from guilder.shared.errors import UnavailableError

LONGEST_QUEUE: Final = 5_000
"""How many units may wait to be written before further ones are refused as busy."""


class BusyError(UnavailableError):
    """Too many changes wait to be saved; nothing was done, try again in a moment."""

    code = "busy"


class ShuttingDownError(UnavailableError):
    """Guilder is shutting down; nothing was done."""

    code = "shutting_down"


class UnitOfWork(Protocol):
    """`async with self._work:` one use case, one durable commit.

    Leaving the block without an error returns when the change is durable; an error inside writes nothing. A block
    inside a block joins the outer one. Inside, nothing is awaited that is not memory or the database.

    Raises, before anything in the block is done:
        BusyError: too many units wait to be written.
        ShuttingDownError: no further unit is taken.

    Raises, when the block is left:
        ConflictError: somebody else changed the same thing first; nothing was written.
        UnavailableError: the database is away; nothing was written.
    """

    async def __aenter__(self) -> None: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class CoreUnitOfWork(UnitOfWork, Protocol):
    """The unit of work of the rooms that must never disagree: orders, the money they hold, and the market's hand.

    These use cases run one at a time for each writer, so that none sees another half done.
    """
