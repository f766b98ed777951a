"""The writer's lock beside an SQLite file."""

from __future__ import annotations

import fcntl
from io import TextIOWrapper
from pathlib import Path

from guilder.core.writer_lock import BooksInUseError


class SqliteWriterLock:
    """`WriterLock` on a file beside the database: the operating system takes it back when the process ends.

    Never on the database itself: closing any handle of that file would drop the locks that SQLite has on it.
    """

    def __init__(self, database: Path) -> None:
        self._database = database.resolve()
        self._file: TextIOWrapper | None = None

    async def take(self) -> None:
        self._database.parent.mkdir(parents=True, exist_ok=True)
        file = self._database.with_name(f"{self._database.name}.writer").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise BooksInUseError(
                f"Another Guilder writes the books in {self._database}; stop it first, or choose others by "
                "GUILDER_DATABASE_URL"
            ) from None
        self._file = file

    async def keep(self) -> None:
        """It cannot be lost."""

    async def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
