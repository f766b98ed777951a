"""Failures that a test puts into a fake beforehand."""

from __future__ import annotations

from collections import deque


class Faults:
    """What a fake will fail with, the next times that it is called."""

    def __init__(self) -> None:
        self._next: deque[Exception] = deque()
        self._always: Exception | None = None

    def fail_next(self, error: Exception, times: int = 1) -> None:
        """Fail with `error` the next `times` calls, after those failures that are already planned."""
        self._next.extend([error] * times)

    def fail_always(self, error: Exception) -> None:
        """Fail every call until `recover`."""
        self._always = error

    def recover(self) -> None:
        """Forget all planned failures."""
        self._next.clear()
        self._always = None

    def take(self) -> Exception | None:
        """Called by the fake: what this call fails with, if anything."""
        return self._next.popleft() if self._next else self._always

    def strike(self) -> None:
        """Called by the fake: raise what is planned, if anything is."""
        error = self.take()
        if error is not None:
            raise error
