"""When and at what price orders are filled, bar by bar: the market rule of the `ideal` profile, and the cap of
`realistic`.
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
from guilder.trading.domain.fill_profile import IDEAL, REALISTIC, FillProfile
from guilder.trading.domain.matching import Match, find_match
from guilder.trading.domain.order import Order
from tests.builders import (
    A_DAY,
    AN_HOUR,
    BEFORE_THE_OPEN,
    CLOSES_AT,
    OPENS_AT,
    a_path,
    a_session,
    an_execution,
    an_order,
    price,
    shares,
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
    return None if match is None or match.price is None else format_decimal(match.price.amount)


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
    assert match.price == limit


@pytest.mark.parametrize("side", Side)
def test_a_market_order_placed_between_sessions_is_filled_at_the_next_open(side: Side) -> None:
    match = matched(an_order(side=side), a_path("101", "103", "99", "102"))

    assert match is not None
    assert (match.price, match.at) == (price("101"), OPENS_AT)


@pytest.mark.parametrize("side", Side)
def test_a_market_order_placed_inside_a_session_is_filled_at_that_instants_price(side: Side) -> None:
    path, now = a_path("101", "105", "99", "102"), OPENS_AT + A_THIRD

    match = matched(an_order(side=side, at=now), path, since=now, until=now)

    assert match is not None
    assert (match.price, match.at) == (price("99"), now)


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
    assert match.price == price("102")


def test_a_stop_limit_whose_limit_the_price_jumped_over_waits_for_it_to_come_back() -> None:
    """A buy with stop 102 and limit 101: opened at 104, which triggers it; later the price falls to 101."""
    order, path = an_order(stop="102", limit="101"), a_path("104", "105", "100", "103")

    triggered = matched(order, path)
    assert triggered is not None
    assert (triggered.at, triggered.triggered_at, triggered.price) == (OPENS_AT, OPENS_AT, None)

    order.trigger(at=OPENS_AT)
    filled = matched(order, path, since=triggered.at)
    assert filled is not None
    assert filled.triggered_at is None
    assert filled.price == price("101")


def test_a_stop_limit_is_not_filled_before_its_stop_is_reached_however_good_the_price() -> None:
    assert matched(an_order(stop="102", limit="103"), a_path("100", "101.99", "90", "101")) is None


def test_a_sell_stop_limit_is_the_mirror_of_a_buy() -> None:
    at_the_stop = an_order(side=SELL, stop="98", limit="97")
    gapped = an_order(side=SELL, stop="98", limit="97")

    assert filled_at(at_the_stop, a_path("100", "101", "95", "96")) == "98"
    match = matched(gapped, a_path("96", "99", "95", "98"))
    assert match is not None
    assert (match.triggered_at, match.price) == (OPENS_AT, None)
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
    assert (at_open.price, at_close.price) == (price("101"), price("102"))


def test_what_happens_after_until_is_not_known_yet() -> None:
    order, path = an_order(stop="101"), a_path("100", "103", "99", "102")
    touched_at = OPENS_AT + A_THIRD * 1.5

    assert matched(order, path, until=touched_at - MICROSECOND) is None
    assert matched(order, path, until=touched_at) is not None


def test_prices_from_before_the_order_never_fill_it() -> None:
    """GOLDEN E1.6: the low of 99 was before the order came."""
    order = an_order(limit="99.5", at=OPENS_AT + A_THIRD + AN_HOUR)

    assert matched(order, a_path("101", "105", "99", "103"), since=order.created_at) is None


# How much there is


def test_the_ideal_profile_fills_any_quantity() -> None:
    match = matched(an_order("9000000000"), a_path("101", "103", "99", "102", volume=1))

    assert match is not None
    assert match.quantity is None


def test_the_realistic_profile_gives_an_order_a_tenth_of_the_sessions_volume() -> None:
    match = matched(an_order("500"), a_path("101", "103", "99", "102", volume=1009), REALISTIC)

    assert match is not None
    assert match.quantity == shares("100")
    assert match.reason.endswith("no more than 100 shares were to be had in this session")


def test_the_prices_of_the_realistic_profile_are_those_of_the_ideal_one() -> None:
    path = a_path("102", "103", "101", "102.3")

    realistic, ideal = matched(an_order(limit="101.5"), path, REALISTIC), matched(an_order(limit="101.5"), path)

    assert realistic is not None
    assert ideal is not None
    assert (realistic.price, realistic.at) == (ideal.price, ideal.at)


def test_an_order_that_had_its_part_waits_for_the_next_session() -> None:
    order = an_order("500")
    order.fill(an_execution("100", "101", at=OPENS_AT))

    same_session = matched(order, a_path("101", "103", "99", "102", volume=1000), REALISTIC)
    next_session = matched(
        order, a_path("102", "103", "99", "102", volume=500, session=a_session(1)), REALISTIC, until=CLOSES_AT + A_DAY
    )

    assert same_session is None
    assert next_session is not None
    assert (next_session.price, next_session.quantity) == (price("102"), shares("50"))


def test_what_an_order_had_in_a_session_counts_against_its_part() -> None:
    order = an_order("500", limit="101")
    order.fill(an_execution("60", "101", at=OPENS_AT))

    match = matched(order, a_path("101", "103", "99", "102", volume=1000), REALISTIC)

    assert match is not None
    assert match.quantity == shares("40")


@pytest.mark.parametrize(("volume", "quantity"), [(9, "1"), (0, "1"), (9, "0.5")])
def test_where_next_to_nothing_was_traded_nothing_is_to_be_had(volume: int, quantity: str) -> None:
    assert matched(an_order(quantity), a_path("101", "103", "99", "102", volume=volume), REALISTIC) is None


@pytest.mark.parametrize(("stop", "limit"), [("102", None), ("102", "103")])
def test_a_stop_is_triggered_even_where_nothing_is_to_be_had(stop: str, limit: str | None) -> None:
    """The price did reach it: the protection must not be lost because nobody traded much that day."""
    match = matched(an_order(stop=stop, limit=limit), a_path("101", "103", "99", "102", volume=9), REALISTIC)

    assert match is not None
    assert match.triggered_at == match.at
    assert match.price is None


# Why


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (an_order(), "Market: the price at the open was 101.00 (session 2010-01-04 of AAPL, opened at 101.00)"),
        (
            an_order(limit="100"),
            "Limit 100: the price reached the limit (session 2010-01-04 of AAPL, opened at 101.00)",
        ),
        (
            an_order(limit="102"),
            "Limit 102: the price stood at 101.00, as good or better (session 2010-01-04 of AAPL, opened at 101.00)",
        ),
        (an_order(stop="102"), "Stop 102: the price reached the stop (session 2010-01-04 of AAPL, opened at 101.00)"),
        (
            an_order(stop="100"),
            "Stop 100: the price was at 101.00 when it was worked (session 2010-01-04 of AAPL, opened at 101.00)",
        ),
        (
            an_order(stop="100", limit="99"),
            "Stop 100 was reached; from now on a limit order (session 2010-01-04 of AAPL, opened at 101.00)",
        ),
    ],
)
def test_every_match_says_why(order: Order, reason: str) -> None:
    match = matched(order, a_path("101", "103", "99", "102"))

    assert match is not None
    assert match.reason == reason


def test_a_reason_tells_no_price_that_was_not_known_at_the_time() -> None:
    """High, low and close of the session are known when it is over, not before."""
    path = a_path("101", "777.77", "66.66", "555.55")

    for order in (an_order(), an_order(limit="100"), an_order(stop="102"), an_order(stop="100", limit="99")):
        match = matched(order, path, REALISTIC)
        assert match is not None
        assert not any(figure in match.reason for figure in ("777", "66.66", "555"))


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

    assert (match and match.price and match.price.amount) == (opened if at_open else limit if touched else None)


@given(bars(), LEVELS, SIDES)
def test_over_a_session_a_stop_order_gets_the_open_or_its_stop_or_nothing(
    bar: tuple[Decimal, Decimal, Decimal, Decimal], stop: Decimal, side: Side
) -> None:
    opened, high, low, _ = bar
    at_open, touched = (opened >= stop, high >= stop) if side is BUY else (opened <= stop, low <= stop)

    match = matched(an_order(side=side, stop=str(stop)), a_path(*map(str, bar)))

    assert (match and match.price and match.price.amount) == (opened if at_open else stop if touched else None)


@given(bars(), SIDES)
def test_over_a_session_a_market_order_gets_the_open(
    bar: tuple[Decimal, Decimal, Decimal, Decimal], side: Side
) -> None:
    match = matched(an_order(side=side), a_path(*map(str, bar)))

    assert match is not None
    assert match.price is not None
    assert match.price.amount == bar[0]
