"""One session of one symbol, looked at minute by minute."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final, NamedTuple

from guilder.market_data.domain.listing import SessionPrices
from guilder.market_data.domain.rounding import STEP_DECIMALS
from guilder.market_data.domain.volume_curve import VolumeCurve
from guilder.published.market_data import PricePath

_MICROSECOND: Final = timedelta(microseconds=1)
_MINUTE: Final = 60_000_000
"""In microseconds, like all offsets here."""


class PrintedTrade(NamedTuple):
    """One trade: microseconds after the open, price in steps, shares."""

    offset: int
    steps: int
    size: int


class SessionMinutes:
    """What the path of a session looks like from near by; `volume` is spread over its minutes.

    Everything is computed from the path and `key` alone, any minute without those before it. A minute holds the
    instants from its beginning until just before its end; the last one holds the close as well. So the minutes add up
    to the session's own bar: the first open, the highest high, the lowest low, the last close, the sum of the shares.
    """

    def __init__(self, path: PricePath, volume: int, key: str) -> None:
        session = path.session
        self.opens_at = session.opens_at
        self.length = (session.closes_at - session.opens_at) // _MICROSECOND
        self.minutes = -(-self.length // _MINUTE)
        self._offsets = [(at - session.opens_at) // _MICROSECOND for at, _ in path.points]
        size = int(path.tick.amount.scaleb(STEP_DECIMALS))
        self._ticks = [ticks for _, ticks in path.points]
        self._steps_a_tick = size
        self._volumes = VolumeCurve(volume, self.minutes, f"{key}|volume")
        self._key = key

    def bar(self, first: int, end: int) -> SessionPrices:
        """What happens from the beginning of minute `first` until the beginning of minute `end`; in steps."""
        begin, last = first * _MINUTE, self._last_offset(end)
        opened, closed = self._ticks_at(begin), self._ticks_at(last)
        low, high = (opened, closed) if opened < closed else (closed, opened)
        inner = bisect_right(self._offsets, begin)
        while inner < len(self._offsets) and self._offsets[inner] <= last:
            turn = self._ticks[inner]
            low, high = min(low, turn), max(high, turn)
            inner += 1
        size = self._steps_a_tick
        return SessionPrices(opened * size, high * size, low * size, closed * size, self._volumes.between(first, end))

    def trades(self, minute: int) -> list[PrintedTrade]:
        """The trades of a minute, at different instants, oldest first; their sizes add up to its volume.

        One at its first instant, one wherever the price turns, one at its last instant, and one to four between, which
        look random. In a minute of fewer shares than that only the first of them are made, of one share each.
        """
        begin, last = minute * _MINUTE, self._last_offset(minute + 1)
        chance = blake2b(f"{self._key}|trades|{minute}".encode(), digest_size=32).digest()
        instants = {begin, last, *(offset for offset in self._offsets if begin < offset < last)}
        for number in range(1 + chance[0] % 4):
            start = 4 * number + 4
            instants.add(begin + int.from_bytes(chance[start : start + 4]) % (last - begin))
        shares = self._volumes.between(minute, minute + 1)
        chosen = sorted(instants)[:shares]
        weights = [1 + chance[20 + number % 12] for number in range(len(chosen))]
        whole, spare, passed, given = sum(weights), shares - len(chosen), 0, 0
        made = []
        for offset, weight in zip(chosen, weights, strict=True):
            passed += weight
            upto = spare * passed // whole
            made.append(PrintedTrade(offset, self._ticks_at(offset) * self._steps_a_tick, 1 + upto - given))
            given = upto
        return made

    def over_at(self, now: datetime) -> int:
        """How many minutes are over at `now`, from the first on."""
        passed = (now - self.opens_at) // _MICROSECOND
        return self.minutes if passed >= self.length else max(passed // _MINUTE, 0)

    def instant(self, offset: int) -> datetime:
        """The instant at so many microseconds after the open."""
        return self.opens_at + timedelta(microseconds=offset)

    def _last_offset(self, end: int) -> int:
        """The last instant that belongs to what ends at the beginning of minute `end`."""
        return self.length if end >= self.minutes else end * _MINUTE - 1

    def _ticks_at(self, offset: int) -> int:
        """As `PricePath.ticks_at`, in whole numbers."""
        leg = bisect_right(self._offsets, offset)
        if leg == 0:
            return self._ticks[0]
        if leg == len(self._offsets):
            return self._ticks[-1]
        since, before = self._offsets[leg - 1], self._ticks[leg - 1]
        rise = self._ticks[leg] - before
        done = abs(rise) * (offset - since) // (self._offsets[leg] - since)
        return before + done if rise >= 0 else before - done
