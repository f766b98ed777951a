"""The way a price takes through a session: drawn from the bar, and searched by the venue."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from guilder.market_data.domain.listing import SessionPrices
from guilder.market_data.domain.price_path import draw_path
from guilder.published.market_data import Direction, PricePath, Session
from guilder.shared.currency import USD
from guilder.shared.money import Price
from tests.market_data.builders import ACME, a_path, a_session, some_prices, usd

MICROSECOND = timedelta(microseconds=1)


def draw(
    prices: SessionPrices, seed: int = 0, session: Session | None = None, on: date = date(2010, 1, 4)
) -> PricePath:
    return draw_path(ACME, USD, session or a_session(), prices, seed=seed, source_on=on)


def in_dollars(path: PricePath) -> list[str]:
    return [str(path.tick.amount * ticks) for _, ticks in path.points]


@st.composite
def bars(draw: st.DrawFn) -> SessionPrices:
    low = draw(st.integers(1, 5_000_000))
    high = low + draw(st.integers(0, 200_000))
    inside = st.integers(low, high)
    return SessionPrices(draw(inside), high, low, draw(inside), 1000)


@st.composite
def paths(draw: st.DrawFn) -> PricePath:
    """Short enough to look at every microsecond."""
    instants = sorted(draw(st.sets(st.integers(1, 300), min_size=1, max_size=3)))
    levels = draw(st.lists(st.integers(95, 105), min_size=len(instants) + 1, max_size=len(instants) + 1))
    return a_path(*zip([0, *instants], levels, strict=True))


def test_the_price_goes_to_the_nearer_extreme_first() -> None:
    assert in_dollars(draw(some_prices("10", "15", "9", "12"))) == ["10.00", "9.00", "15.00", "12.00"]
    assert in_dollars(draw(some_prices("14", "15", "9", "12"))) == ["14.00", "15.00", "9.00", "12.00"]


def test_when_both_extremes_are_as_near_the_low_comes_first() -> None:
    assert in_dollars(draw(some_prices("12", "15", "9", "12"))) == ["12.00", "9.00", "15.00", "12.00"]


def test_an_open_that_is_an_extreme_is_not_visited_twice() -> None:
    assert in_dollars(draw(some_prices("9", "15", "9", "12"))) == ["9.00", "15.00", "12.00"]


def test_a_close_that_is_an_extreme_is_reached_at_the_close() -> None:
    path = draw(some_prices("10", "15", "9", "15"))

    assert in_dollars(path) == ["10.00", "9.00", "15.00"]
    assert path.points[-1][0] == path.session.closes_at


def test_a_session_in_which_nothing_moved_has_one_price() -> None:
    assert in_dollars(draw(some_prices("9", "9", "9", "9"))) == ["9.00", "9.00"]


def test_a_path_begins_at_the_open_and_ends_at_the_close_of_its_session() -> None:
    path = draw(some_prices("10", "15", "9", "12"))

    assert path.points[0][0] == path.session.opens_at
    assert path.points[-1][0] == path.session.closes_at


def test_prices_move_in_cents_where_the_bar_is_in_cents() -> None:
    assert draw(some_prices("10", "15", "9", "12")).tick == usd("0.01")


def test_prices_move_in_finer_steps_only_where_the_bar_does() -> None:
    assert draw(some_prices("10", "15.125", "9", "12")).tick == usd("0.001")
    assert draw(some_prices("10", "15", "9", "12.0001")).tick == usd("0.0001")


def test_the_same_seed_symbol_and_day_give_the_same_path() -> None:
    prices = some_prices("10", "15", "9", "12")

    assert draw(prices, seed=7) == draw(prices, seed=7)
    assert draw(prices, seed=7).points != draw(prices, seed=8).points
    assert draw(prices).points != draw(prices, on=date(2010, 1, 5)).points


def test_the_seconds_of_the_extremes_are_written_down_for_ever() -> None:
    path = draw(some_prices("10", "15", "9", "12"))

    assert [at.isoformat() for at, _ in path.points[1:-1]] == ["2010-01-04T16:05:10+00:00", "2010-01-04T17:43:54+00:00"]


@given(bars(), st.integers(0, 2**63 - 1), st.sampled_from(["2010-01-04T21:00", "2010-01-04T18:00", "2010-01-05T14:30"]))
def test_a_path_has_its_sessions_bar_for_its_own(prices: SessionPrices, seed: int, closes: str) -> None:
    path = draw(prices, seed, a_session(closes=closes))

    instants = [at for at, _ in path.points]
    steps_a_tick = int(path.tick.amount * 10_000)
    steps = [ticks * steps_a_tick for _, ticks in path.points]
    assert instants == sorted(set(instants))
    assert (steps[0], max(steps), min(steps), steps[-1]) == prices[:4]


@given(bars(), st.integers(0, 2**32), st.integers(-3600, 30_000))
def test_the_price_never_leaves_the_bar(prices: SessionPrices, seed: int, seconds: int) -> None:
    path = draw(prices, seed)
    low, high = path.extremes(path.session.opens_at, path.session.closes_at)

    assert low <= path.price_at(path.session.opens_at + timedelta(seconds=seconds)) <= high


def test_before_its_first_point_the_price_is_the_open_and_after_its_last_the_close() -> None:
    path = draw(some_prices("10", "15", "9", "12"))

    assert path.price_at(path.session.opens_at - timedelta(hours=1)) == usd("10.00")
    assert path.price_at(path.session.closes_at + timedelta(hours=1)) == usd("12.00")


def scan(path: PricePath, level: Price, direction: Direction, since: datetime, until: datetime) -> datetime | None:
    """What `first_touch` promises, by looking at every microsecond."""
    instant = max(since, path.points[0][0])
    while instant <= until:
        price = path.tick.amount * path.ticks_at(instant)
        if price <= level.amount if direction is Direction.FALLING else price >= level.amount:
            return instant
        instant += MICROSECOND
    return None


LEVELS = st.integers(9400, 10600).map(lambda steps: Price(Decimal(steps).scaleb(-4), USD))
"""Between the cents too."""


@given(paths(), LEVELS, st.sampled_from(Direction), st.integers(-5, 310), st.integers(-5, 310))
def test_the_first_touch_is_what_looking_at_every_instant_finds(
    path: PricePath, level: Price, direction: Direction, since: int, until: int
) -> None:
    start = path.session.opens_at + since * MICROSECOND
    end = path.session.opens_at + until * MICROSECOND

    assert path.first_touch(level, direction, since=start, until=end) == scan(path, level, direction, start, end)


@given(paths(), LEVELS, st.sampled_from(Direction), st.lists(st.integers(0, 300), min_size=2, max_size=6))
def test_the_first_touch_does_not_depend_on_how_the_time_is_cut(
    path: PricePath, level: Price, direction: Direction, cuts: list[int]
) -> None:
    instants = [path.session.opens_at + cut * MICROSECOND for cut in sorted(cuts)]

    whole = path.first_touch(level, direction, since=instants[0], until=instants[-1])
    parts = [path.first_touch(level, direction, since=start, until=end) for start, end in pairwise(instants)]

    assert next((touch for touch in parts if touch is not None), None) == whole


@given(bars(), st.integers(0, 2**32), st.sampled_from(Direction), st.integers(1, 5_200_000))
def test_at_the_first_touch_the_level_is_reached_and_just_before_it_is_not(
    prices: SessionPrices, seed: int, direction: Direction, steps: int
) -> None:
    path, level = draw(prices, seed), Price(Decimal(steps).scaleb(-4), USD)

    touch = path.first_touch(level, direction, since=path.session.opens_at, until=path.session.closes_at)

    low, high = path.extremes(path.session.opens_at, path.session.closes_at)
    falls = direction is Direction.FALLING
    if touch is None:
        assert level < low if falls else level > high
    else:
        assert path.price_at(touch) <= level if falls else path.price_at(touch) >= level
        before = path.price_at(touch - MICROSECOND)
        assert touch == path.session.opens_at or (before > level if falls else before < level)


def test_a_session_is_open_from_its_open_until_just_before_its_close() -> None:
    session = a_session()

    assert session.is_open_at(session.opens_at)
    assert session.is_open_at(session.closes_at - MICROSECOND)
    assert not session.is_open_at(session.closes_at)
