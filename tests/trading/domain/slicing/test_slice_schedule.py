"""How an order is cut; ids are rows of published cases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from guilder.shared.quantity import Quantity
from guilder.trading.domain.slicing.slice_schedule import (
    EmptySliceError,
    HorizonBeyondSessionError,
    Slice,
    TooManySlicesError,
    schedule,
)
from guilder.trading.domain.slicing.slicing_terms import Algorithm, SlicingTerms
from guilder.trading.domain.slicing.volume_profile import NoVolumeProfileError, VolumeProfile
from tests.builders import CLOSES_AT, OPENS_AT, a_session, shares
from tests.trading.domain.pricing.bases import A_MINUTE, minutes_of

HALF_AN_HOUR = 30 * A_MINUTE


def twap(quantity: str, horizon: timedelta | None, interval: timedelta) -> tuple[Slice, ...]:
    terms = SlicingTerms(Algorithm.TWAP, horizon, interval)
    return schedule(terms, shares(quantity), a_session(), OPENS_AT, None)


def sizes(slices: tuple[Slice, ...]) -> list[str]:
    return [str(one.quantity) for one in slices]


def test_the_first_slice_is_due_at_once_and_the_last_at_the_horizon_d5() -> None:
    slices = twap("100", HALF_AN_HOUR, 10 * A_MINUTE)

    assert [one.due_at - OPENS_AT for one in slices] == [timedelta(minutes=minute) for minute in (0, 10, 20, 30)]


def test_sizes_are_rounded_down_to_whole_shares_and_the_remainder_is_in_the_last_d5() -> None:
    assert sizes(twap("103", HALF_AN_HOUR, 10 * A_MINUTE)) == ["25", "25", "25", "28"]


def test_a_fractional_order_is_cut_to_nine_decimals_d5() -> None:
    assert sizes(twap("0.1", 20 * A_MINUTE, 10 * A_MINUTE)) == ["0.033333333", "0.033333333", "0.033333334"]


def test_an_interval_that_does_not_fit_the_horizon_is_shorter_at_its_end() -> None:
    slices = twap("4", 25 * A_MINUTE, 10 * A_MINUTE)

    assert [one.due_at - OPENS_AT for one in slices] == [timedelta(minutes=minute) for minute in (0, 10, 20, 25)]


def test_unless_told_the_last_slice_is_the_last_one_that_still_finds_the_market_open() -> None:
    slices = twap("390", None, A_MINUTE)

    assert (len(slices), slices[-1].due_at) == (390, CLOSES_AT - A_MINUTE)


def test_a_horizon_that_is_not_before_the_close_is_refused() -> None:
    with pytest.raises(HorizonBeyondSessionError):
        twap("10", CLOSES_AT - OPENS_AT, A_MINUTE)


def test_more_than_five_hundred_slices_are_refused() -> None:
    assert len(twap("500", timedelta(seconds=499), timedelta(seconds=1))) == 500
    with pytest.raises(TooManySlicesError):
        twap("501", timedelta(seconds=500), timedelta(seconds=1))


def test_an_order_too_small_for_its_slices_is_refused() -> None:
    with pytest.raises(EmptySliceError):
        twap("3", HALF_AN_HOUR, 10 * A_MINUTE)


def test_slices_by_volume_are_as_large_as_what_changed_hands_around_that_time() -> None:
    minutes = [bar for volume in (40, 10, 20, 30) for bar in minutes_of(*[("1", "1", "1")], volume=volume)]
    terms = SlicingTerms(Algorithm.VWAP, None, (CLOSES_AT - OPENS_AT) / 4)

    slices = schedule(terms, shares("1000"), a_session(), OPENS_AT, VolumeProfile(minutes))

    assert sizes(slices) == ["400", "100", "200", "300"]


def test_a_session_without_volume_is_no_guide() -> None:
    with pytest.raises(NoVolumeProfileError):
        VolumeProfile(minutes_of(("1", "1", "1"), volume=0))
    with pytest.raises(NoVolumeProfileError):
        VolumeProfile([])


def test_within_a_minute_volume_is_spread_evenly() -> None:
    profile = VolumeProfile(minutes_of(("1", "1", "1"), ("1", "1", "1"), volume=50))

    parts = [Fraction(0), Fraction(1, 4), Fraction(1, 2), Fraction(1)]
    assert [profile.until(part) for part in parts] == parts


@given(
    algorithm=st.sampled_from(Algorithm),
    units=st.integers(1, 10**14),
    is_whole=st.booleans(),
    seconds=st.integers(1, 20_000),
    interval=st.integers(1, 20_000),
    volumes=st.lists(st.integers(0, 10**6), min_size=1, max_size=60),
)
def test_the_slices_of_an_order_are_together_the_order_and_none_is_empty_d5(
    algorithm: Algorithm, units: int, is_whole: bool, seconds: int, interval: int, volumes: list[int]
) -> None:
    assume(interval <= seconds <= 499 * interval and any(volumes))
    quantity = Quantity(Decimal(units) if is_whole and units < 10**9 else Decimal(units).scaleb(-9))
    terms = SlicingTerms(algorithm, timedelta(seconds=seconds), timedelta(seconds=interval))
    profile = VolumeProfile([bar for volume in volumes for bar in minutes_of(("1", "1", "1"), volume=volume)])

    try:
        slices = schedule(terms, quantity, a_session(), OPENS_AT, profile)
    except EmptySliceError:
        return

    assert sum((one.quantity.value for one in slices), Decimal(0)) == quantity.value
    assert min(one.quantity.value for one in slices) > 0
    assert all(type(one.quantity.value) is Decimal for one in slices)
    assert (slices[0].due_at, slices[-1].due_at) == (OPENS_AT, OPENS_AT + timedelta(seconds=seconds))
    if quantity.value == quantity.value.to_integral_value():
        assert all(one.quantity.value == one.quantity.value.to_integral_value() for one in slices)
