"""Events and the aggregates that record them.

An event is a fact, named in the past tense. It is saved in the same commit as the change that caused it, and
told to other rooms afterwards, at least once. Events hold no secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from guilder.shared.ids import id_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact about one aggregate.

    `version` grows when the fields of an event change their meaning; readers of old events go by it. `about` names
    the field with the id of the aggregate whose fact this is: facts of one aggregate are delivered in order.
    """

    version: ClassVar[int] = 1
    about: ClassVar[str]

    @property
    def aggregate_id(self) -> str:
        about = getattr(self, self.about)
        return id_text(about) if type(about) is UUID else str(about)


class Aggregate:
    """The root of a consistency boundary: it guards its rules, counts its versions and records its facts.

    `version` is that of the stored row; 0 means that it was never stored.
    """

    __slots__ = ("_changed", "_events", "version")

    def __init__(self, *, version: int = 0) -> None:
        self.version = version
        self._events: list[Event] = []
        self._changed = version == 0

    @property
    def is_changed(self) -> bool:
        """Whether something happened to it since it was last saved."""
        return self._changed

    def record(self, *events: Event) -> None:
        """Note a change and the facts that it makes (none, when nobody needs to hear of it)."""
        self._changed = True
        self._events.extend(events)

    def release_events(self) -> list[Event]:
        """Hand over the recorded facts, once; the change is now in the hands of the caller."""
        events, self._events = self._events, []
        self._changed = False
        return events
