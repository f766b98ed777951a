"""The log of events without a database."""

from __future__ import annotations

from collections.abc import Sequence

from guilder.audit.domain.recorded_event import RecordedEvent


class FakeEventLog:
    """`EventLog` in memory: `stored` is in the order of the commits."""

    def __init__(self, stored: Sequence[RecordedEvent] = ()) -> None:
        self.stored = list(stored)

    async def events(self, *, after: int, limit: int) -> Sequence[RecordedEvent]:
        return [event for event in self.stored if event.position > after][:limit]
