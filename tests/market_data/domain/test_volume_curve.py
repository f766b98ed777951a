"""How a session's shares are spread over its minutes."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from guilder.market_data.domain.volume_curve import VolumeCurve

LENGTHS = st.sampled_from([1, 7, 210, 390, 1_440])
VOLUMES = st.integers(0, 10**11)
KEYS = st.text(max_size=8)


def by_minute(curve: VolumeCurve, minutes: int) -> list[int]:
    return [curve.between(minute, minute + 1) for minute in range(minutes)]


@given(VOLUMES, LENGTHS, KEYS)
def test_the_minutes_add_up_to_the_session(volume: int, minutes: int, key: str) -> None:
    shares = by_minute(VolumeCurve(volume, minutes, key), minutes)

    assert sum(shares) == volume
    assert min(shares) >= 0


@given(VOLUMES, KEYS, st.lists(st.integers(0, 390), min_size=2, max_size=8).map(sorted))
def test_any_part_is_computed_alone_and_is_the_sum_of_its_parts(volume: int, key: str, cuts: list[int]) -> None:
    whole = VolumeCurve(volume, 390, key).between(cuts[0], cuts[-1])

    assert whole == sum(VolumeCurve(volume, 390, key).between(first, end) for first, end in pairwise(cuts))


def test_the_open_and_the_close_are_four_times_as_busy_as_noon() -> None:
    curve = VolumeCurve(10**9, 390, "a key")

    opening, noon, closing = (curve.between(first, first + 30) for first in (0, 180, 360))

    assert 3 * noon < opening < 4 * noon
    assert 3 * noon < closing < 4 * noon


def test_the_same_key_gives_the_same_minutes_for_ever() -> None:
    """A market that was replayed once is replayed alike with every later Guilder."""
    assert by_minute(VolumeCurve(1_000_000, 5, "0|AAPL|2010-01-04"), 5) == [285249, 122331, 133696, 127580, 331144]


def test_another_key_gives_other_minutes() -> None:
    one, other = (by_minute(VolumeCurve(1_000_000, 390, key), 390) for key in ("one", "other"))

    assert one != other
