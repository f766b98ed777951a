"""What is remembered of those who sign requests, and when it is forgotten."""

from __future__ import annotations

from uuid import UUID

import pytest

from guilder.published.user import Identity
from guilder.testing import FakeClock
from guilder.user.application.ports import KnownSession
from guilder.user.infrastructure.identity_cache import BARRED, LIFE, IdentityCache
from tests.user.builders import ADA, DAY, NOON

KNOWN = KnownSession(Identity(ADA, frozenset()), NOON + DAY)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


def test_what_was_remembered_is_found(clock: FakeClock) -> None:
    cache = IdentityCache(clock)

    cache.remember(b"sign", KNOWN)

    assert cache.find(b"sign") is KNOWN
    assert cache.find(b"other") is None


def test_nothing_is_remembered_longer_than_some_seconds(clock: FakeClock) -> None:
    cache = IdentityCache(clock)
    cache.remember(b"sign", KNOWN)

    clock.advance(LIFE)

    assert cache.find(b"sign") is None


def test_what_is_barred_is_forgotten_at_once(clock: FakeClock) -> None:
    cache = IdentityCache(clock)
    cache.remember(UUID(int=1), KNOWN)

    cache.bar(UUID(int=1))

    assert cache.find(UUID(int=1)) is None


def test_what_was_read_before_the_commit_is_not_remembered_after_it(clock: FakeClock) -> None:
    cache = IdentityCache(clock)

    cache.bar(b"sign")
    cache.remember(b"sign", KNOWN)

    assert cache.find(b"sign") is None


def test_a_bar_ends_long_after_any_commit(clock: FakeClock) -> None:
    cache = IdentityCache(clock)
    cache.bar(b"sign")

    clock.advance(BARRED)
    cache.remember(b"sign", KNOWN)

    assert cache.find(b"sign") is KNOWN


def test_old_bars_do_not_pile_up(clock: FakeClock) -> None:
    cache = IdentityCache(clock)
    for number in range(100):
        cache.bar(UUID(int=number))
        clock.advance(BARRED / 10)

    assert len(cache._barred) <= 11


def test_when_there_is_no_room_the_oldest_is_forgotten(clock: FakeClock) -> None:
    cache = IdentityCache(clock, capacity=2)
    for sign in (b"one", b"two", b"one", b"three"):
        cache.remember(sign, KNOWN)

    assert cache.find(b"two") is None
    assert cache.find(b"one") is KNOWN
    assert cache.find(b"three") is KNOWN
