"""Every event is heard by somebody, or the list of the unheard says why not."""

from __future__ import annotations

import inspect
from collections import Counter

import pytest

from guilder.bootstrap.rooms import ROOMS, UNHEARD, published_events, subscriptions
from guilder.core.relay import Subscription
from guilder.shared.events import Event
from tests.architecture.house import contexts
from tests.architecture.loaded import classes, wirings

SUBSCRIPTIONS = subscriptions()


def test_every_room_is_in_the_house() -> None:
    assert {id(room) for room in ROOMS} == {id(room) for room in wirings()}
    assert len(ROOMS) == len(contexts())


def test_every_event_can_be_read_again() -> None:
    assert set(published_events()) == set(classes(Event))


def test_every_event_is_heard_or_says_why_not() -> None:
    heard = {subscription.event.__name__ for subscription in SUBSCRIPTIONS}

    assert {event.__name__ for event in classes(Event)} - heard == UNHEARD.keys()


def test_whoever_is_not_heard_says_why() -> None:
    assert [event for event, reason in UNHEARD.items() if not reason.strip()] == []


def test_no_two_subscriptions_share_a_name() -> None:
    uses = Counter((one.name, one.event) for one in SUBSCRIPTIONS)

    assert {name for name, count in uses.items() if count > 1} == set()


@pytest.mark.parametrize("subscription", SUBSCRIPTIONS, ids=lambda one: f"{one.name} {one.event.__name__}")
def test_the_service_of_a_subscription_can_hear_its_event(subscription: Subscription) -> None:
    hear = getattr(subscription.service, subscription.method)

    assert inspect.iscoroutinefunction(hear)
    assert list(inspect.signature(hear, eval_str=True).parameters.values())[1].annotation is subscription.event
