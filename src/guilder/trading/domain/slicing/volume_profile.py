"""How the volume of a session was spread over its time: what a VWAP order is cut by."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import accumulate

from guilder.published.market_data import Bar
from guilder.shared.errors import RefusedError


class NoVolumeProfileError(RefusedError):
    """No session of this symbol is over yet, or nothing was traded in the last one: there is no volume to go by."""

    code = "no_volume_profile"


class VolumeProfile:
    """The minutes of a session that is over; a part of it is a ratio from 0, its open, to 1, its close.

    Raises:
        NoVolumeProfileError: there are no shares in it.
    """

    def __init__(self, minutes: Iterable[Bar]) -> None:
        self._passed = [0, *accumulate(bar.volume for bar in minutes)]
        if not self._passed[-1]:
            raise NoVolumeProfileError

    def until(self, part: Fraction) -> Fraction:
        """Which part of its shares had changed hands by then; evenly within a minute."""
        place = part * (len(self._passed) - 1)
        minute = min(int(place), len(self._passed) - 2)
        before, after = self._passed[minute], self._passed[minute + 1]
        return (before + (place - minute) * (after - before)) / self._passed[-1]
