"""A session looked at minute by minute: what it shows is the session's own bar, and never more than the path."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from guilder.market_data.domain.listing import SessionPrices
from guilder.market_data.domain.price_path import draw_path
from guilder.market_data.domain.session_minutes import SessionMinutes
from guilder.published.market_data import PricePath, Session
from guilder.shared.currency import USD
from tests.market_data.builders import ACME, a_session

CLOSES = st.sampled_from(["2010-01-04T21:00", "2010-01-04T18:00", "2010-01-05T14:30", "2010-01-04T14:31"])
SPANS = st.sampled_from([1, 5, 15, 60])


@st.composite
def drawn(draw: st.DrawFn, closes: st.SearchStrategy[str] = CLOSES, least: int = 0) -> SessionMinutes:
    low = draw(st.integers(1, 5_000_000))
    high = low + draw(st.integers(0, 200_000))
    inside = st.integers(low, high)
    bar = SessionPrices(draw(inside), high, low, draw(inside), draw(st.integers(least, 10**9)))
    path = path_of(bar, draw(st.integers(0, 2**32)), a_session(closes=draw(closes)))
    return SessionMinutes(path, bar.volume, draw(st.text(max_size=4)))


def path_of(bar: SessionPrices, seed: int, session: Session) -> PricePath:
    return draw_path(ACME, USD, session, bar, seed=seed, source_on=date(2010, 1, 4))


def summed(bars: list[SessionPrices]) -> SessionPrices:
    """What several spans that follow each other are as one."""
    return SessionPrices(
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum(bar.volume for bar in bars),
    )


@given(drawn(), SPANS)
def test_the_spans_of_a_session_are_its_own_bar_together(minutes: SessionMinutes, span: int) -> None:
    starts = range(0, minutes.minutes, span)

    spans = [minutes.bar(start, min(start + span, minutes.minutes)) for start in starts]

    assert summed(spans) == minutes.bar(0, minutes.minutes)


@given(st.data(), st.integers(0, 2**32), CLOSES)
def test_the_whole_session_is_the_bar_of_the_data(data: st.DataObject, seed: int, closes: str) -> None:
    low = data.draw(st.integers(1, 5_000_000))
    high = low + data.draw(st.integers(0, 200_000))
    inside = st.integers(low, high)
    bar = SessionPrices(data.draw(inside), high, low, data.draw(inside), data.draw(st.integers(0, 10**9)))

    minutes = SessionMinutes(path_of(bar, seed, a_session(closes=closes)), bar.volume, "a key")

    assert minutes.bar(0, minutes.minutes) == bar


@given(st.data(), st.integers(0, 2**32))
def test_a_minute_is_what_the_path_does_in_it(data: st.DataObject, seed: int) -> None:
    """Looked at second by second, at each turn, and at the last instant before the next minute."""
    path = path_of(SessionPrices(100_000, 150_000, 90_000, 120_000, 1_000), seed, a_session())
    minute = data.draw(st.integers(0, 389))
    begin = path.session.opens_at + timedelta(minutes=minute)
    last = begin + timedelta(minutes=1) - timedelta(microseconds=minute < 389)
    instants = [begin + timedelta(seconds=second) for second in range(60)] + [last]
    instants += [at for at, _ in path.points if begin <= at <= last]

    bar = SessionMinutes(path, path.volume, "a key").bar(minute, minute + 1)

    seen = [int(path.price_at(at).amount * 10_000) for at in sorted(instants)]
    assert bar[:4] == (seen[0], max(seen), min(seen), seen[-1])


@given(drawn(least=20_000_000), st.integers(0, 1_439))
def test_the_trades_of_a_minute_are_its_bar(minutes: SessionMinutes, minute: int) -> None:
    minute = min(minute, minutes.minutes - 1)
    bar = minutes.bar(minute, minute + 1)

    trades = minutes.trades(minute)

    prices = [trade.steps for trade in trades]
    assert (prices[0], max(prices), min(prices), prices[-1]) == bar[:4]
    assert sum(trade.size for trade in trades) == bar.volume
    assert min(trade.size for trade in trades) >= 1


@given(drawn(), st.integers(0, 1_439))
def test_trades_have_instants_of_their_own_at_the_price_of_the_path(minutes: SessionMinutes, minute: int) -> None:
    minute = min(minute, minutes.minutes - 1)

    trades = minutes.trades(minute)

    offsets = [trade.offset for trade in trades]
    assert offsets == sorted(set(offsets))
    assert all(minute * 60_000_000 <= offset <= (minute + 1) * 60_000_000 for offset in offsets)
    assert sum(trade.size for trade in trades) == minutes.bar(minute, minute + 1).volume


@given(drawn(closes=st.just("2010-01-04T14:33")), st.lists(st.integers(0, 2), min_size=1, max_size=6))
def test_a_minute_does_not_depend_on_what_was_asked_before(minutes: SessionMinutes, asked: list[int]) -> None:
    in_order = [(minutes.bar(number, number + 1), minutes.trades(number)) for number in range(3)]

    assert [(minutes.bar(number, number + 1), minutes.trades(number)) for number in asked] == [
        in_order[number] for number in asked
    ]


def test_a_minute_is_over_when_the_next_begins_and_the_last_one_at_the_close() -> None:
    session = a_session()
    minutes = SessionMinutes(path_of(SessionPrices(10, 10, 10, 10, 1), 0, session), 1, "a key")

    def over(after: timedelta) -> int:
        return minutes.over_at(session.opens_at + after)

    assert over(timedelta(hours=-1)) == 0
    assert over(timedelta(seconds=59, microseconds=999_999)) == 0
    assert over(timedelta(seconds=60)) == 1
    assert over(timedelta(hours=6, minutes=29, seconds=59)) == 389
    assert over(timedelta(hours=6, minutes=30)) == over(timedelta(days=9)) == 390
