"""Events are facts; aggregates record them and hand them over once."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

import pytest

from guilder.shared.events import Aggregate, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorOpened(Event):
    """A fact about a door."""

    about: ClassVar[str] = "door"

    door: int


def test_an_event_knows_which_aggregate_it_is_about() -> None:
    assert DoorOpened(door=7).aggregate_id == "7"


def test_a_fact_does_not_change() -> None:
    event = DoorOpened(door=7)
    with pytest.raises(FrozenInstanceError):
        event.door = 8  # type: ignore[misc]


def test_an_event_is_of_version_one_until_its_fields_change_their_meaning() -> None:
    assert DoorOpened.version == 1


def test_an_aggregate_that_was_never_stored_waits_to_be_saved() -> None:
    assert Aggregate().is_changed
    assert Aggregate().version == 0


def test_an_aggregate_that_was_loaded_is_unchanged() -> None:
    assert not Aggregate(version=3).is_changed


def test_recording_a_fact_is_a_change() -> None:
    aggregate = Aggregate(version=3)

    aggregate.record(DoorOpened(door=7))

    assert aggregate.is_changed


def test_a_change_that_nobody_needs_to_hear_of_is_a_change_too() -> None:
    aggregate = Aggregate(version=3)

    aggregate.record()

    assert aggregate.is_changed
    assert aggregate.release_events() == []


def test_facts_are_handed_over_in_order_and_once() -> None:
    aggregate = Aggregate(version=3)
    aggregate.record(DoorOpened(door=1), DoorOpened(door=2))
    aggregate.record(DoorOpened(door=3))

    assert aggregate.release_events() == [DoorOpened(door=1), DoorOpened(door=2), DoorOpened(door=3)]
    assert aggregate.release_events() == []
    assert not aggregate.is_changed
