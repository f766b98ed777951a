"""When orders are filled, and from which price, bar by bar: the market rule of the `ideal` profile, and the spread
of `realistic`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.published.market_data import PricePath
from guilder.published.trading import Side
from guilder.shared.quantity import format_decimal
from guilder.trading.domain.explanation import Rule
from guilder.trading.domain.fill_profile import FillProfile
from guilder.trading.domain.fill_profiles.ideal import PROFILE as IDEAL
from guilder.trading.domain.fill_profiles.realistic import PROFILE as REALISTIC
from guilder.trading.domain.matching import Match, find_match
from guilder.trading.domain.order import Order
from tests.builders import (
    A_DAY,
    AN_HOUR,
    BEFORE_THE_OPEN,
    CLOSES_AT,
    OPENS_AT,
    a_path,
    an_order,
    price,
)

BUY, SELL = Side.BUY, Side.SELL
A_THIRD = (CLOSES_AT - OPENS_AT) / 3
MICROSECOND = timedelta(microseconds=1)


def matched(
    order: Order,
    path: PricePath,
    profile: FillProfile = IDEAL,
    *,
    since: datetime = BEFORE_THE_OPEN,
    until: datetime = CLOSES_AT,
) -> Match | None:
    return find_match(order, path, profile, since=since, until=until)


def filled_at(order: Order, path: PricePath, *, since: datetime = BEFORE_THE_OPEN) -> str | None:
    """The price of the first fill over the session; None when there is none."""
    match = matched(order, path, since=since)
    return None if match is None or match.start is None else format_decimal(match.start.amount)


def test_a_resting_buy_limit_is_filled_at_its_limit_when_the_low_reaches_it() -> None:
    """GOLDEN E1.1."""
    assert filled_at(an_order("100", limit="101.5"), a_path("102", "103", "101", "102.3")) == "101.5"


def test_a_resting_sell_limit_is_filled_at_its_limit_when_the_high_reaches_it() -> None:
    """GOLDEN E1.2."""
    assert filled_at(an_order("100", side=SELL, limit="101.5"), a_path("101", "103", "101", "102.3")) == "101.5"


def test_a_buy_stop_is_filled_at_its_stop_when_the_high_reaches_it() -> None:
    """GOLDEN E1.3."""
    assert filled_at(an_order("100", stop="101.5"), a_path("101", "102.5", "101", "102")) == "101.5"


def test_a_sell_stop_is_filled_at_its_stop_when_the_low_reaches_it() -> None:
    """GOLDEN E1.3."""
    assert filled_at(an_order("100", side=SELL, stop="101.5"), a_path("102", "102.5", "101", "101.5")) == "101.5"


def test_a_buy_stop_that_the_market_rises_through_is_filled_at_its_stop() -> None:
    """GOLDEN E1.5: the bar goes from 8 to 12."""
    assert filled_at(an_order(stop="10"), a_path("8", "12", "8", "12")) == "10"


def test_a_buy_stop_that_the_market_opens_above_is_filled_at_the_open_never_at_its_stop() -> None:
    """GOLDEN E1.5: the bar opens at 12."""
    assert filled_at(an_order(stop="10"), a_path("12", "13", "9", "11")) == "12"


def test_a_resting_limit_order_is_filled_better_than_its_limit_only_when_the_market_gaps_through_it() -> None:
    """GOLDEN E1.7."""
    assert filled_at(an_order(limit="100"), a_path("98", "103", "97", "101")) == "98"
    assert filled_at(an_order(side=SELL, limit="100"), a_path("104", "105", "99", "101")) == "104"
    assert filled_at(an_order(limit="100"), a_path("102", "103", "90", "101")) == "100"
    assert filled_at(an_order(side=SELL, limit="100"), a_path("98", "110", "97", "101")) == "100"


def test_a_limit_order_that_is_marketable_on_arrival_is_filled_at_the_price_of_the_instant() -> None:
    """GOLDEN E1.7."""
    path, now = a_path("100", "105", "99", "101"), OPENS_AT + A_THIRD

    assert filled_at(an_order(limit="101", at=now), path, since=now) == "99"
    assert filled_at(an_order(side=SELL, limit="98", at=now), path, since=now) == "99"


@pytest.mark.parametrize(
    ("order", "bar"),
    [
        (an_order(limit="100"), ("102", "103", "100.01", "101")),
        (an_order(side=SELL, limit="104"), ("102", "103.99", "101", "103")),
        (an_order(stop="104"), ("102", "103.99", "101", "103")),
        (an_order(side=SELL, stop="100"), ("102", "103", "100.01", "101")),
    ],
)
def test_what_is_missed_by_a_cent_is_not_filled(order: Order, bar: tuple[str, str, str, str]) -> None:
    assert matched(order, a_path(*bar)) is None


@pytest.mark.parametrize(
    ("order", "bar"),
    [
        (an_order(limit="100"), ("102", "103", "100", "101")),
        (an_order(side=SELL, limit="104"), ("102", "104", "101", "103")),
        (an_order(stop="104"), ("102", "104", "101", "103")),
        (an_order(side=SELL, stop="100"), ("102", "103", "100", "101")),
    ],
)
def test_what_is_touched_to_the_cent_is_filled(order: Order, bar: tuple[str, str, str, str]) -> None:
    limit = order.ticket.limit_price or order.ticket.stop_price
    match = matched(order, a_path(*bar))

    assert match is not None
    assert match.start == limit


@pytest.mark.parametrize("side", Side)
def test_a_market_order_placed_between_sessions_is_filled_at_the_next_open(side: Side) -> None:
    match = matched(an_order(side=side), a_path("101", "103", "99", "102"))

    assert match is not None
    assert (match.start, match.at) == (price("101"), OPENS_AT)


@pytest.mark.parametrize("side", Side)
def test_a_market_order_placed_inside_a_session_is_filled_at_that_instants_price(side: Side) -> None:
    path, now = a_path("101", "105", "99", "102"), OPENS_AT + A_THIRD

    match = matched(an_order(side=side, at=now), path, since=now, until=now)

    assert match is not None
    assert (match.start, match.at) == (price("99"), now)


def test_a_stop_on_the_far_side_of_the_market_triggers_at_the_open() -> None:
    assert filled_at(an_order(stop="90"), a_path("101", "103", "99", "102")) == "101"
    assert filled_at(an_order(side=SELL, stop="120"), a_path("101", "103", "99", "102")) == "101"


def test_a_stop_is_triggered_at_the_instant_that_the_price_reaches_it() -> None:
    """From 100 at the open to 99, from there to 103 within another third of the session: 101 is half-way."""
    match = matched(an_order(stop="101"), a_path("100", "103", "99", "102"))

    assert match is not None
    assert match.at == match.triggered_at == OPENS_AT + A_THIRD * 1.5


def test_an_order_is_filled_before_the_price_goes_on() -> None:
    """The nearer extreme comes first: a bar that reaches both prices fills whichever is reached first."""
    path = a_path("100", "110", "95", "105")

    limit, stop = matched(an_order(limit="96"), path), matched(an_order(stop="109"), path)

    assert limit is not None
    assert stop is not None
    assert limit.at < OPENS_AT + A_THIRD < stop.at


def test_a_stop_limit_is_a_limit_order_from_the_instant_that_its_stop_is_reached() -> None:
    order = an_order(stop="102", limit="103")

    match = matched(order, a_path("100", "105", "99", "104"))

    assert match is not None
    assert match.triggered_at == match.at
    assert match.start == price("102")


def test_a_stop_limit_whose_limit_the_price_jumped_over_waits_for_it_to_come_back() -> None:
    """A buy with stop 102 and limit 101: opened at 104, which triggers it; later the price falls to 101."""
    order, path = an_order(stop="102", limit="101"), a_path("104", "105", "100", "103")

    triggered = matched(order, path)
    assert triggered is not None
    assert (triggered.at, triggered.triggered_at, triggered.start) == (OPENS_AT, OPENS_AT, None)

    order.trigger(at=OPENS_AT)
    filled = matched(order, path, since=triggered.at)
    assert filled is not None
    assert filled.triggered_at is None
    assert filled.start == price("101")


def test_a_stop_limit_is_not_filled_before_its_stop_is_reached_however_good_the_price() -> None:
    assert matched(an_order(stop="102", limit="103"), a_path("100", "101.99", "90", "101")) is None


def test_a_sell_stop_limit_is_the_mirror_of_a_buy() -> None:
    at_the_stop = an_order(side=SELL, stop="98", limit="97")
    gapped = an_order(side=SELL, stop="98", limit="97")

    assert filled_at(at_the_stop, a_path("100", "101", "95", "96")) == "98"
    match = matched(gapped, a_path("96", "99", "95", "98"))
    assert match is not None
    assert (match.triggered_at, match.start) == (OPENS_AT, None)
    gapped.trigger(at=OPENS_AT)
    assert filled_at(gapped, a_path("96", "99", "95", "98")) == "97"


def test_a_triggered_stop_order_is_a_market_order() -> None:
    order = an_order(stop="200", at=BEFORE_THE_OPEN)
    order.trigger(at=BEFORE_THE_OPEN)

    assert filled_at(order, a_path("101", "103", "99", "102")) == "101"


def test_orders_at_prices_between_the_steps_of_the_market_are_filled_at_their_own_price() -> None:
    """The market moves in cents here: a limit of 0.5035 is reached when 0.50 is, a stop when 0.51 is."""
    assert filled_at(an_order(limit="0.5035"), a_path("0.52", "0.55", "0.50", "0.53")) == "0.5035"
    assert filled_at(an_order(stop="0.5135"), a_path("0.50", "0.55", "0.49", "0.53")) == "0.5135"
    assert matched(an_order(limit="0.5035"), a_path("0.52", "0.55", "0.51", "0.53")) is None


def test_a_session_in_which_nothing_moves_fills_at_its_one_price() -> None:
    path = a_path("100", "100", "100", "100")

    assert filled_at(an_order(limit="100"), path) == "100"
    assert filled_at(an_order(stop="100"), path) == "100"
    assert filled_at(an_order(limit="101"), path) == "100"
    assert matched(an_order(limit="99"), path) is None


def test_nothing_happens_before_the_open() -> None:
    assert matched(an_order(), a_path("101", "103", "99", "102"), until=OPENS_AT - MICROSECOND) is None


def test_nothing_happens_after_the_close() -> None:
    later = CLOSES_AT + MICROSECOND

    assert matched(an_order(), a_path("101", "103", "99", "102"), since=later, until=later + A_DAY) is None


def test_the_open_and_the_close_belong_to_the_session() -> None:
    path = a_path("101", "103", "99", "102")

    at_open = matched(an_order(), path, until=OPENS_AT)
    at_close = matched(an_order(), path, since=CLOSES_AT, until=CLOSES_AT + A_DAY)

    assert at_open is not None
    assert at_close is not None
    assert (at_open.start, at_close.start) == (price("101"), price("102"))


def test_what_happens_after_until_is_not_known_yet() -> None:
    order, path = an_order(stop="101"), a_path("100", "103", "99", "102")
    touched_at = OPENS_AT + A_THIRD * 1.5

    assert matched(order, path, until=touched_at - MICROSECOND) is None
    assert matched(order, path, until=touched_at) is not None


def test_prices_from_before_the_order_never_fill_it() -> None:
    """GOLDEN E1.6: the low of 99 was before the order came."""
    order = an_order(limit="99.5", at=OPENS_AT + A_THIRD + AN_HOUR)

    assert matched(order, a_path("101", "105", "99", "103"), since=order.created_at) is None


# Where the spread is crossed


@pytest.mark.parametrize(("side", "start"), [(BUY, "201.02"), (SELL, "200.98")])
def test_where_the_spread_is_crossed_a_buy_pays_the_ask_and_a_sell_gets_the_bid(side: Side, start: str) -> None:
    """A basis point of 201.00 is two cents."""
    match = matched(an_order(side=side), a_path("201", "203", "199", "202"), REALISTIC)

    assert match is not None
    assert match.start == price(start)


def test_a_limit_waits_until_the_quote_comes_to_it_and_not_only_the_price() -> None:
    """At a price of 199.00 the ask is 199.01; at 199.01 it is 199.02."""
    path = a_path("201", "203", "199", "202")

    missed, reached = (matched(an_order(limit=limit), path, REALISTIC) for limit in ("199", "199.01"))

    assert missed is None
    assert reached is not None
    assert (reached.start, reached.at, reached.rule) == (price("199.01"), OPENS_AT + A_THIRD, Rule.LIMIT_REACHED)


def test_a_sell_limit_waits_for_the_bid() -> None:
    path = a_path("201", "203", "199", "202")

    missed, reached = (matched(an_order(side=SELL, limit=limit), path, REALISTIC) for limit in ("203", "202.98"))

    assert missed is None
    assert reached is not None
    assert (reached.start, reached.rule) == (price("202.98"), Rule.LIMIT_REACHED)


def test_a_stop_is_triggered_by_the_price_and_then_crosses_the_spread() -> None:
    match = matched(an_order(stop="202"), a_path("201", "203", "199", "202"), REALISTIC)

    assert match is not None
    assert (match.start, match.rule) == (price("202.02"), Rule.STOP_REACHED)


def test_a_limit_below_all_asks_is_never_reached() -> None:
    assert matched(an_order(limit="0.01"), a_path("0.02", "0.02", "0.01", "0.02"), REALISTIC) is None


# The rule, over whole sessions of any shape


@st.composite
def bars(draw: st.DrawFn) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Open, high, low, close in cents between 90 and 110 dollars."""
    low, high = sorted(draw(st.lists(st.integers(9000, 11000), min_size=2, max_size=2)))
    inside = st.integers(low, high)
    cents = (draw(inside), high, low, draw(inside))
    return tuple(Decimal(it).scaleb(-2) for it in cents)  # type: ignore[return-value]


LEVELS = st.integers(8900, 11100).map(lambda cents: Decimal(cents).scaleb(-2))
SIDES = st.sampled_from(Side)


@given(bars(), LEVELS, SIDES)
def test_over_a_session_a_limit_order_gets_the_open_or_its_limit_or_nothing(
    bar: tuple[Decimal, Decimal, Decimal, Decimal], limit: Decimal, side: Side
) -> None:
    opened, high, low, _ = bar
    at_open, touched = (opened <= limit, low <= limit) if side is BUY else (opened >= limit, high >= limit)

    match = matched(an_order(side=side, limit=str(limit)), a_path(*map(str, bar)))

    assert (match and match.start and match.start.amount) == (opened if at_open else limit if touched else None)


@given(bars(), LEVELS, SIDES)
def test_over_a_session_a_stop_order_gets_the_open_or_its_stop_or_nothing(
    bar: tuple[Decimal, Decimal, Decimal, Decimal], stop: Decimal, side: Side
) -> None:
    opened, high, low, _ = bar
    at_open, touched = (opened >= stop, high >= stop) if side is BUY else (opened <= stop, low <= stop)

    match = matched(an_order(side=side, stop=str(stop)), a_path(*map(str, bar)))

    assert (match and match.start and match.start.amount) == (opened if at_open else stop if touched else None)


@given(bars(), SIDES)
def test_over_a_session_a_market_order_gets_the_open(
    bar: tuple[Decimal, Decimal, Decimal, Decimal], side: Side
) -> None:
    match = matched(an_order(side=side), a_path(*map(str, bar)))

    assert match is not None
    assert match.start is not None
    assert match.start.amount == bar[0]
