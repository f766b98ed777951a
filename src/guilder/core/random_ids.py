"""Ids and secrets from the operating system's randomness."""

from __future__ import annotations

import os
import secrets
import threading
import time
from typing import Any, Final
from uuid import UUID, SafeUUID

_VERSION = 0x7 << 76
_VARIANT = 0x2 << 62
_START: Final = (1 << 60) - 1
_TAIL_BYTES: Final = 9
_BLOCK_BYTES: Final = 128 * _TAIL_BYTES
"""Fetched at once: each call of the operating system lets go of the interpreter, which then has to be waited for."""


class TimeOrderedIds:
    """UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then 74 that start at random and count up.

    Counting up within a millisecond (and while the clock stands still or jumps back) keeps them in order. Of the 62
    bits that count, the highest two start at zero: more room than any process will use up.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._millisecond = 0
        self._last = 0
        self._block = b""
        self._used = 0
        os.register_at_fork(after_in_child=self._forget)

    def new(self) -> UUID:
        with self._lock:
            millisecond = time.time_ns() // 1_000_000
            if millisecond > self._millisecond:
                self._millisecond = millisecond
                chance = self._chance()
                self._last = millisecond << 80 | _VERSION | chance >> 60 << 64 | _VARIANT | chance & _START
            else:
                self._last += 1
            return _uuid(self._last)

    def _chance(self) -> int:
        if self._used >= len(self._block):
            self._block = os.urandom(_BLOCK_BYTES)
            self._used = 0
        start = self._used
        self._used += _TAIL_BYTES
        return int.from_bytes(self._block[start : self._used])

    def _forget(self) -> None:
        """A child would go on with the same block as its parent."""
        self._lock = threading.Lock()
        self._millisecond = 0
        self._block = b""


_fields: Final[dict[str, Any]] = dict(vars(UUID))
_set_int: Final = _fields["int"].__set__
_set_is_safe: Final = _fields["is_safe"].__set__
_new: Final = object.__new__
_unknown: Final = SafeUUID.unknown


def _uuid(number: int) -> UUID:
    """`UUID(int=number)` without its checks of six arguments, which cost three times as much as all the rest."""
    made = _new(UUID)
    _set_int(made, number)
    _set_is_safe(made, _unknown)
    return made


class RandomSecrets:
    """Secrets of 256 bits, in URL-safe base 64."""

    def new(self) -> str:
        return secrets.token_urlsafe(32)
