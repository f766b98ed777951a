"""`guilder` as its entry point is called, in this process: what it prints, and how it ends."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from guilder.bootstrap.cli import main

PASSWORD = "a long and lonely road"


@dataclass(frozen=True)
class Ended:
    """A command that is over."""

    code: int
    out: str
    err: str


class CommandLine:
    """Somebody at the keyboard, with one data directory."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._patch = patch
        patch.setenv("GUILDER_DATA_DIR", str(folder))
        patch.delenv("COLUMNS", raising=False)  # the test runner's own, not that of somebody's terminal
        patch.chdir(folder.parent)

    def run(self, *words: str, typed: str = "") -> Ended:
        out, err, code = io.StringIO(), io.StringIO(), 0
        with self._patch.context() as patch, redirect_stdout(out), redirect_stderr(err), _logs_as_before():
            patch.setattr("sys.stdin", io.StringIO(typed))
            try:
                main(words)
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
        return Ended(code, out.getvalue(), err.getvalue())

    def tells(self, *words: str, typed: str = "") -> Any:
        """The one JSON document that a command prints when all goes well."""
        ended = self.run(*words, "--json", typed=typed)
        assert (ended.code, ended.err) == (0, "")
        return json.loads(ended.out)

    def shows(self, *words: str) -> str:
        """What a command shows to people when all goes well."""
        ended = self.run(*words)
        assert (ended.code, ended.err) == (0, "")
        return ended.out

    def refused(self, *words: str) -> str:
        """Why a command is refused: one line on standard error, nothing on standard output, exit code 1."""
        ended = self.run(*words)
        [line] = ended.err.splitlines()
        assert (ended.code, ended.out) == (1, "")
        assert line.startswith("guilder: ")
        return line.removeprefix("guilder: ")

    def user(self, email: str = "ada@example.com", *options: str) -> Any:
        """An active user."""
        words = ("user", "create", email, "--name", "Ada", "--password-stdin", "--active", *options)
        return self.tells(*words, typed=f"{PASSWORD}\n")


@contextmanager
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
