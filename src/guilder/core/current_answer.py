"""Which answer the changes of this task are saved with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

SCOPE: Final[ContextVar[object | None]] = ContextVar("answer_scope", default=None)
"""An `AnswerScope`; see `answer_scope.current_answer_scope`."""


@contextmanager
def without_answer() -> Iterator[None]:
    """Around units of a request that are written as they come; its answer is saved after all of them."""
    token = SCOPE.set(None)
    try:
        yield
    finally:
        SCOPE.reset(token)
