"""What an order is offered at an instant: how many shares, at which price, and the figures that explain it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from guilder.published.market_data import Bar, Timeframe
from guilder.published.trading import Side
from guilder.trading.domain.explanation import SizeCap
from guilder.trading.domain.fill_profile import FillProfile
from guilder.trading.domain.fill_profiles.ideal import PROFILE as IDEAL
from guilder.trading.domain.fill_profiles.realistic import PROFILE as REALISTIC
from guilder.trading.domain.matching import find_match
from guilder.trading.domain.offer import Offer, Surroundings, offer_for
from guilder.trading.domain.order import Order
from tests.builders import BEFORE_THE_OPEN, CLOSES_AT, OPENS_AT, a_path, an_order, price, shares, usd

PATH = a_path("101", "103", "99", "102")
YESTERDAY = Bar(OPENS_AT - timedelta(days=1), Decimal(100), Decimal(102), Decimal(98), Decimal(100), 1_000_000)
SESSION = "(session 2010-01-04 of AAPL, opened at 101.00)"


def a_cap(part: str, taken: str = "0") -> SizeCap:
    return SizeCap(Decimal("0.1"), Timeframe.FIVE_MINUTES, OPENS_AT, 1000, shares(part), shares(taken))


def offered(
    order: Order,
    profile: FillProfile = IDEAL,
    *,
    cap: SizeCap | None = None,
    yesterday: Bar | None = None,
    since: datetime = BEFORE_THE_OPEN,
) -> Offer:
    match = find_match(order, PATH, profile, since=since, until=CLOSES_AT)
    assert match is not None
    return offer_for(order, match, PATH, profile, Surroundings(7, cap, yesterday))


def test_without_a_cap_an_order_is_offered_all_it_wants() -> None:
    assert offered(an_order("9000000000")).quantity == shares("9000000000")


@pytest.mark.parametrize(("part", "taken", "left"), [("100", "0", "100"), ("100", "60", "40"), ("100", "100", "0")])
def test_a_cap_leaves_what_nobody_of_the_portfolio_has_taken(part: str, taken: str, left: str) -> None:
    assert offered(an_order("500"), cap=a_cap(part, taken)).quantity == shares(left)


def test_an_order_is_not_offered_more_than_is_left_of_it() -> None:
    assert offered(an_order("5"), cap=a_cap("100")).quantity == shares("5")


def test_its_own_size_moves_the_price_of_an_order_that_takes_what_is_there() -> None:
    """0.5 * 0.04 * sqrt(10,000 / 1,000,000) = 0.2 %, of an ask of 101.01: 0.20202, rounded up to the cent."""
    offer = offered(an_order("10000"), REALISTIC, cap=a_cap("10000"), yesterday=YESTERDAY)

    assert offer.explanation.start == price("101.01")
    assert offer.explanation.impact is not None
    assert offer.explanation.impact.per_share == Decimal("0.20202")
    assert offer.price == price("101.22")


def test_the_impact_is_that_of_the_shares_that_are_to_be_had() -> None:
    offer = offered(an_order("1000000"), REALISTIC, cap=a_cap("10000"), yesterday=YESTERDAY)

    assert offer.price == price("101.22")


def test_an_order_that_the_market_comes_to_moves_nothing() -> None:
    offer = offered(an_order("10000", limit="100"), REALISTIC, cap=a_cap("10000"), yesterday=YESTERDAY)

    assert (offer.price, offer.explanation.impact) == (price("100"), None)


def test_impact_never_moves_a_price_beyond_the_limit() -> None:
    offer = offered(an_order("10000", limit="101.10"), REALISTIC, cap=a_cap("10000"), yesterday=YESTERDAY)

    assert (offer.price, offer.explanation.is_held_at_limit) == (price("101.10"), True)


def test_on_the_first_day_of_all_there_is_nothing_to_measure_impact_by() -> None:
    assert offered(an_order("10000"), REALISTIC, cap=a_cap("10000")).price == price("101.01")


def test_an_explanation_has_every_figure_of_the_price() -> None:
    offer = offered(an_order("10000"), REALISTIC, cap=a_cap("10000"), yesterday=YESTERDAY)

    it = offer.explanation
    assert (it.quote.price, it.quote.bid, it.quote.ask) == (price("101"), price("100.99"), price("101.01"))
    assert (it.quote.at, it.seed, it.profile) == (OPENS_AT, 7, "realistic")
    assert it.impact is not None
    by_hand = it.impact.coefficient * (it.impact.high - it.impact.low) / it.impact.close
    by_hand *= (it.impact.shares.value / it.impact.volume).sqrt() * it.start.amount
    assert it.impact.per_share == by_hand


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (an_order(), f"Market: the price at the open was 101.00 {SESSION}"),
        (an_order(limit="100"), f"Limit 100: the price reached the limit {SESSION}"),
        (an_order(limit="102"), f"Limit 102: the price was 101.00, as good or better {SESSION}"),
        (an_order(stop="102"), f"Stop 102: the price reached the stop {SESSION}"),
        (an_order(stop="100"), f"Stop 100: the price was 101.00 when it was worked {SESSION}"),
    ],
)
def test_every_offer_says_why(order: Order, reason: str) -> None:
    assert offered(order).explanation.in_words("AAPL") == reason


def test_words_tell_of_impact_of_the_cap_and_of_cash_that_ran_out() -> None:
    offer = offered(an_order("20000"), REALISTIC, cap=a_cap("10000"), yesterday=YESTERDAY)

    assert offer.cut_to(shares("1"), usd("102")).explanation.in_words("AAPL") == (
        f"Market: the ask at the open was 101.01 {SESSION}; its own size moved it by 0.20202; "
        "no more than 10000 shares were to be had at once; cut to what the cash pays"
    )


def test_words_say_where_the_limit_held_the_price() -> None:
    offer = offered(an_order("10000", limit="101.10"), REALISTIC, cap=a_cap("10000"), yesterday=YESTERDAY)

    assert "moved it by 0.20202, held at the limit" in offer.explanation.in_words("AAPL")


def test_nothing_that_was_not_known_at_the_time_is_told() -> None:
    """High, low and close of the session are known when it is over, not before."""
    path = a_path("101", "777.77", "66.66", "555.55")
    for side, limit, stop in ((Side.BUY, None, None), (Side.BUY, "100", None), (Side.BUY, None, "102")):
        order = an_order(side=side, limit=limit, stop=stop)
        match = find_match(order, path, REALISTIC, since=BEFORE_THE_OPEN, until=CLOSES_AT)
        assert match is not None
        offer = offer_for(order, match, path, REALISTIC, Surroundings(7, a_cap("100"), YESTERDAY))
        assert not any(figure in repr(offer) for figure in ("777", "66.66", "555"))
