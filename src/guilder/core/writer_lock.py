"""One process at a time writes a share of the books; a second one is told so when it starts."""

from __future__ import annotations

from typing import Protocol

from guilder.shared.errors import RefusedError


class BooksInUseError(RefusedError):
    """Another Guilder writes these books; stop it first, or choose others by GUILDER_DATABASE_URL."""

    code = "books_in_use"


class WriterLock(Protocol):
    """Keeps a second process from starting on books that another one writes.

    It tells early and clearly, and no more than that: whoever lost it unawares is refused at his next commit, by the
    epoch that guards each (`committer.py`).
    """

    async def take(self) -> None:
        """Be the one that writes, until `release` or the end of this process, however it ends.

        Raises:
            BooksInUseError: another process is.
            DatabaseUnavailableError: the database does not answer.
        """

    async def keep(self) -> None:
        """Look after it from time to time: take it again where the database has lost it. Raises as the database."""

    async def release(self) -> None:
        """Let another process write."""
