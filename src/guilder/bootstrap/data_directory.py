"""The data directory: one server at a time holds it, and says there where it can be reached."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from guilder.shared.errors import RefusedError

SERVER_FILE: Final = "server.json"
LOCK_FILE: Final = "guilder.lock"


class DataDirectoryInUseError(RefusedError):
    """Another Guilder works on this data directory; stop it first, or choose another by GUILDER_DATA_DIR."""

    code = "data_directory_in_use"


class DataDirectory:
    """A folder for books, mails and secrets of one house; readable for its owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the one process that works on these books. The lock ends with the process, however it ends.

        Raises:
            DataDirectoryInUseError: another process does.
        """
        with (self.path / LOCK_FILE).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DataDirectoryInUseError(
                    f"Another Guilder works on {self.path}; stop it first, or choose another by GUILDER_DATA_DIR"
                ) from None
            (self.path / SERVER_FILE).unlink(missing_ok=True)  # left behind by a server that was killed
            yield

    @contextmanager
    def announced(self, url: str) -> Iterator[None]:
        """Say where the server answers, for commands that look for it."""
        self.write_private(SERVER_FILE, {"url": url, "pid": os.getpid()})
        try:
            yield
        finally:
            (self.path / SERVER_FILE).unlink(missing_ok=True)

    def server_url(self) -> str | None:
        """Where the server that holds this directory answers; None when none does."""
        try:
            with self.held():
                return None
        except DataDirectoryInUseError:
            pass
        try:
            url: str = json.loads((self.path / SERVER_FILE).read_text())["url"]
        except (OSError, ValueError, KeyError):
            return None
        return url

    def write_private(self, name: str, content: Any) -> Path:
        """Write a file that only its owner can read, whole or not at all."""
        target = self.path / name
        draft = self.path / f".{name}.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(content, file, indent=2)
            file.write("\n")
        draft.replace(target)
        return target
