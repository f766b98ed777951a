"""What an order gets never depends on how the way through the sessions is cut into steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from guilder.published.market_data import PricePath, Session
from guilder.published.trading import Side
from guilder.shared.ids import ExecutionId
from guilder.trading.domain.execution import Execution
from guilder.trading.domain.fill_profile import FillProfile
from guilder.trading.domain.fill_profiles import FILL_PROFILES
from guilder.trading.domain.matching import find_match
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_ticket import OrderTicket
from tests.builders import A_DAY, AAPL, OPENS_AT, a_ticket, new_id, order_for, price

SECONDS = 600
"""Sessions are short, so that cuts fall on and around everything that happens."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order, but for the ids of its executions."""

    status: str
    triggered_at: datetime | None
    executions: Sequence[tuple[Any, ...]]


def work(order: Order, path: PricePath, profile: FillProfile, since: datetime, until: datetime) -> None:
    """Let everything happen to an order that happens to it in [since, until], as the venue does."""
    while order.is_open and (match := find_match(order, path, profile, since=since, until=until)):
        assert since <= match.at <= until
        since = match.at
        if match.triggered_at is not None:
            order.trigger(at=match.triggered_at)
        if match.start is not None:
            order.fill(Execution(ExecutionId(new_id()), order.leaves_quantity, match.start, match.at, str(match.rule)))


def outcome(
    ticket: OrderTicket, paths: Sequence[PricePath], profile: FillProfile, placed_at: datetime, cuts: Sequence[datetime]
) -> Outcome:
    """Place a ticket and go through the sessions, stopping at each cut."""
    order = order_for(ticket, fill_profile=profile.name, at=placed_at)
    for path in paths:
        session = path.session
        if placed_at >= session.closes_at:
            continue
        if session.is_open_at(placed_at):
            work(order, path, profile, placed_at, placed_at)
        stops = sorted({cut for cut in cuts if session.opens_at <= cut < session.closes_at} | {session.closes_at})
        since = session.opens_at
        for until in stops:
            work(order, path, profile, max(since, placed_at), until)
            since = until
    done = [(it.quantity, it.price, it.at, it.reason) for it in order.executions]
    return Outcome(order.status, order.triggered_at, done)


@st.composite
def paths(draw: st.DrawFn, *, day: int, gap: timedelta) -> PricePath:
    """Straight legs between a few points of small prices, so that orders are touched often."""
    opens_at = OPENS_AT + day * (timedelta(seconds=SECONDS) + gap)
    session = Session(on=(OPENS_AT + A_DAY * day).date(), opens_at=opens_at, closes_at=opens_at + timedelta(0, SECONDS))
    inner = sorted(draw(st.sets(st.integers(1, SECONDS - 1), max_size=3)))
    levels = draw(st.lists(st.integers(95, 105), min_size=len(inner) + 2, max_size=len(inner) + 2))
    instants = [opens_at + timedelta(seconds=after) for after in [0, *inner, SECONDS]]
    volume = draw(st.sampled_from([0, 9, 10, 50, 100, 1000]))
    points = tuple(zip(instants, levels, strict=True))
    return PricePath(symbol=AAPL, session=session, points=points, tick=price("1"), volume=volume, source_on=session.on)


PRICES = st.none() | st.sampled_from(["95", "97.5", "99", "100", "101", "102.5", "105"])


@st.composite
def journeys(draw: st.DrawFn) -> tuple[OrderTicket, list[PricePath], datetime, list[datetime]]:
    """A ticket, up to three sessions, the instant at which it is placed, and where the way is cut."""
    gap = draw(st.sampled_from([timedelta(0), timedelta(hours=18)]))
    whole = [draw(paths(day=day, gap=gap)) for day in range(draw(st.integers(1, 3)))]
    ticket = a_ticket(
        draw(st.sampled_from(["1", "7", "30", "0.5"])),
        side=draw(st.sampled_from(Side)),
        limit=draw(PRICES),
        stop=draw(PRICES),
    )
    everything = timedelta(seconds=SECONDS) * len(whole) + gap * (len(whole) - 1)
    offsets = st.integers(-60, everything // timedelta(seconds=1)).map(
        lambda after: OPENS_AT + timedelta(seconds=after)
    )
    corners = st.sampled_from([instant for path in whole for instant, _ in path.points])
    finer = st.builds(lambda at, by: at + timedelta(microseconds=by), corners, st.integers(-2, 2))
    return ticket, whole, draw(offsets | corners), draw(st.lists(offsets | corners | finer, max_size=12))


@settings(max_examples=400)
@given(journeys(), st.sampled_from(sorted(FILL_PROFILES)))
def test_what_an_order_gets_does_not_depend_on_the_cuts(
    journey: tuple[OrderTicket, list[PricePath], datetime, list[datetime]], profile_name: str
) -> None:
    ticket, whole, placed_at, cuts = journey
    profile = FILL_PROFILES[profile_name]

    uncut = outcome(ticket, whole, profile, placed_at, [])
    event(f"{ticket.order_type}: {uncut.status}")

    assert outcome(ticket, whole, profile, placed_at, cuts) == uncut


@settings(max_examples=100)
@given(journeys())
def test_nor_does_it_when_time_stops_again_and_again_at_the_instant_of_a_fill(
    journey: tuple[OrderTicket, list[PricePath], datetime, list[datetime]],
) -> None:
    ticket, whole, placed_at, _ = journey
    for profile in FILL_PROFILES.values():
        uncut = outcome(ticket, whole, profile, placed_at, [])
        instants = [at for _, _, at, _ in uncut.executions]
        around = [at + timedelta(microseconds=by) for at in instants for by in (-1, 0, 1)]

        assert outcome(ticket, whole, profile, placed_at, around) == uncut


@settings(max_examples=200)
@given(journeys(), st.sampled_from(sorted(FILL_PROFILES)))
def test_no_order_gets_more_than_it_asked_for_or_a_worse_price_than_its_limit(
    journey: tuple[OrderTicket, list[PricePath], datetime, list[datetime]], profile_name: str
) -> None:
    """An order refuses both, so it is enough that nothing is raised; the instants never go back."""
    ticket, whole, placed_at, cuts = journey

    done = outcome(ticket, whole, FILL_PROFILES[profile_name], placed_at, cuts)

    instants = [at for _, _, at, _ in done.executions]
    assert instants == sorted(instants)
    assert all(at >= placed_at for at in instants)
