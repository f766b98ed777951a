"""Remembers for a moment who signed the last requests, so that most ask no database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from guilder.core.clock import Clock
from guilder.user.application.ports import KnownKey, KnownSession

LIFE: Final = timedelta(seconds=10)
"""How long another process's sign-out may stay unknown here."""
BARRED: Final = timedelta(minutes=5)
"""Longer than any commit may take."""
DEFAULT_CAPACITY: Final = 10_000

Sign = bytes | UUID
"""What a request is signed with: the hash of a session's token, or the id of a key."""


class IdentityCache:
    """A bounded memory of good signs.

    A sign that is about to be revoked is *barred*: what was known of it is dropped, and nothing is remembered of it
    until long after the commit. So it is dead at the instant of the commit, whatever was being read meanwhile.
    """

    def __init__(self, clock: Clock, capacity: int = DEFAULT_CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._known: dict[Sign, tuple[datetime, KnownSession | KnownKey]] = {}
        self._barred: dict[Sign, datetime] = {}

    def find(self, sign: Sign) -> KnownSession | KnownKey | None:
        """What is remembered of this sign."""
        if sign not in self._known:
            return None
        until, known = self._known[sign]
        if self._clock.now() < until:
            return known
        del self._known[sign]
        return None

    def remember(self, sign: Sign, known: KnownSession | KnownKey) -> None:
        """It was just found to be good; ignored while it is barred."""
        if sign in self._barred and self._clock.now() < self._barred[sign]:
            return
        self._known.pop(sign, None)
        self._known[sign] = self._clock.now() + LIFE, known
        if len(self._known) > self._capacity:
            del self._known[next(iter(self._known))]

    def bar(self, sign: Sign) -> None:
        """It is about to be revoked."""
        now = self._clock.now()
        self._known.pop(sign, None)
        self._barred.pop(sign, None)
        self._barred[sign] = now + BARRED
        while self._barred and next(iter(self._barred.values())) <= now:
            del self._barred[next(iter(self._barred))]
