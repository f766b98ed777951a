"""Ids and secrets from the operating system's randomness."""

from __future__ import annotations

import os
import secrets
import threading
import time
from uuid import UUID

_VERSION = 0x7 << 76
_VARIANT = 0x2 << 62
_TICKS = 1 << 74


class TimeOrderedIds:
    """UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then 74 bits that start at random and count up.

    Counting up within a millisecond (and while the clock stands still or jumps back) keeps them in order.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._millisecond = 0
        self._tail = 0

    def new(self) -> UUID:
        with self._lock:
            millisecond = time.time_ns() // 1_000_000
            if millisecond > self._millisecond:
                self._millisecond = millisecond
                self._tail = int.from_bytes(os.urandom(9)) & (_TICKS - 1) >> 1
            else:
                self._tail += 1
                if self._tail >= _TICKS:
                    self._millisecond += 1
                    self._tail = 0
            head, tail = self._millisecond, self._tail
        return UUID(int=head << 80 | _VERSION | (tail >> 62) << 64 | _VARIANT | tail & (1 << 62) - 1)


class RandomSecrets:
    """Secrets of 256 bits, in URL-safe base 64."""

    def new(self) -> str:
        return secrets.token_urlsafe(32)
