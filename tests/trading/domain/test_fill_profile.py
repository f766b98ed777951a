"""How much of a session an order may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.published.trading import UnknownFillProfileError
from guilder.shared.quantity import Quantity
from guilder.trading.domain.fill_profile import IDEAL, REALISTIC, fill_profile
from tests.builders import shares


def test_profiles_are_known_by_name() -> None:
    assert fill_profile("ideal") is IDEAL
    assert fill_profile("realistic") is REALISTIC


@pytest.mark.parametrize("name", ["", "IDEAL", "perfect", "x" * 10_000])
def test_there_are_no_others(name: str) -> None:
    with pytest.raises(UnknownFillProfileError) as refusal:
        fill_profile(name)

    assert "ideal, realistic" in refusal.value.detail
    assert len(refusal.value.detail) < 200


def test_the_ideal_profile_knows_no_cap() -> None:
    assert IDEAL.room(0, shares("5")) is None


@pytest.mark.parametrize(("volume", "room"), [(1000, "100"), (1009, "100"), (10, "1"), (9, "0"), (0, "0")])
def test_the_realistic_profile_gives_a_tenth_of_the_volume_in_whole_shares(volume: int, room: str) -> None:
    assert REALISTIC.room(volume, Quantity.zero()) == shares(room)


def test_what_the_order_had_in_the_session_counts() -> None:
    assert REALISTIC.room(1000, shares("60")) == shares("40")
    assert REALISTIC.room(1000, shares("0.5")) == shares("99.5")
    assert REALISTIC.room(1000, shares("100")) == shares("0")


@given(st.integers(0, 10**10), st.integers(0, 10**9))
def test_room_is_never_negative(volume: int, filled: int) -> None:
    room = REALISTIC.room(volume, shares(str(filled)))

    assert room is not None
    assert Quantity.zero() <= room <= shares(str(volume // 10))
