"""How the shares of a session are spread over its minutes, of which the data tell nothing but the sum."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

_PARTS: Final = 256
"""A minute is cut into so many parts, among which chance may move its end."""

_BLOCK: Final = 64
"""So many minutes share one digest."""


class VolumeCurve:
    """`volume` shares over `minutes` minutes: busy at the open and at the close, quiet at noon, never twice alike.

    A market trades four times as much in its first and last minute as in its middle one: after the part x of a session,
    the part (x + ((2x - 1)^3 + 1) / 2) / 2 of its shares has changed hands. The end of each minute is then moved by up
    to half a minute, by a chance that depends on `key` alone. All shares between two instants are a difference of two
    numbers of this curve, so any part of a session is computed alone, and all parts together are the whole.
    """

    def __init__(self, volume: int, minutes: int, key: str) -> None:
        self._volume = volume
        self._minutes = minutes
        self._key = key
        self._span = minutes * _PARTS
        self._whole = 4 * self._span**3
        self._digests: dict[int, bytes] = {}
        self._last_asked = 0, 0

    def until(self, minute: int) -> int:
        """How many shares have changed hands in the first `minute` minutes, 0 … all of them."""
        if minute <= 0:
            return 0
        if minute >= self._minutes:
            return self._volume
        if minute == self._last_asked[0]:  # the end of a minute is the beginning of the next
            return self._last_asked[1]
        span = self._span
        passed = minute * _PARTS + self._chance(minute) - _PARTS // 2
        shares = self._volume * (2 * span * span * passed + (2 * passed - span) ** 3 + span**3) // self._whole
        self._last_asked = minute, shares
        return shares

    def between(self, first: int, end: int) -> int:
        """How many change hands from the beginning of minute `first` until the beginning of minute `end`."""
        before = self.until(first)
        return self.until(end) - before

    def _chance(self, minute: int) -> int:
        block, place = divmod(minute, _BLOCK)
        digest = self._digests.get(block)
        if digest is None:
            digest = self._digests[block] = blake2b(f"{self._key}|{block}".encode(), digest_size=_BLOCK).digest()
        return digest[place]
