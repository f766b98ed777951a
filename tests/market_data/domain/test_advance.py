"""By how much a replay is to go on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from guilder.market_data.domain.advance import Advance, InvalidAdvanceError, NoMoreSessionsError, parse_span
from guilder.market_data.domain.market import MarketTimePassedError
from guilder.market_data.domain.sandbox import SandboxTimeline
from guilder.market_data.domain.timeline import ExchangeTimeline
from tests.market_data.builders import a_calendar, at

THREE_SESSIONS = ExchangeTimeline(a_calendar(3))


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("1d", timedelta(hours=24)),
        ("36h", timedelta(hours=36)),
        ("90m", timedelta(minutes=90)),
        ("5s", timedelta(seconds=5)),
    ],
)
def test_a_span_is_a_number_and_a_unit(text: str, span: timedelta) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "d", "1", "1 d", "-1d", "1.5d", "1w", "1D", "٣d", "9999999d", "x" * 500])
def test_anything_else_is_no_span(text: str) -> None:
    with pytest.raises(InvalidAdvanceError):
        parse_span(text)


def test_exactly_one_way_is_named() -> None:
    with pytest.raises(InvalidAdvanceError):
        Advance()
    with pytest.raises(InvalidAdvanceError):
        Advance(by=timedelta(1), sessions=1)


@pytest.mark.parametrize("sessions", [0, -1, 10**9])
def test_sessions_are_counted_from_one(sessions: int) -> None:
    with pytest.raises(InvalidAdvanceError):
        Advance(sessions=sessions)


def test_a_span_longer_than_nothing_is_asked_for() -> None:
    with pytest.raises(InvalidAdvanceError):
        Advance(by=timedelta(0))


def test_a_span_is_added() -> None:
    assert Advance(by=timedelta(hours=24)).target(at("2010-01-04T14:30"), THREE_SESSIONS) == at("2010-01-05T14:30")


@pytest.mark.parametrize(
    "advance",
    [
        Advance(by=timedelta(hours=6, minutes=30, microseconds=1)),
        Advance(by=timedelta(days=999_999)),
        Advance(to=at("2010-01-06T21:00:00.000001")),
        Advance(to=datetime.max.replace(tzinfo=UTC)),
        Advance(to=datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))),
        Advance(sessions=2),
    ],
)
def test_nothing_leads_beyond_the_last_instant_of_the_data(advance: Advance) -> None:
    with pytest.raises(NoMoreSessionsError, match=r"The data end at 2010-01-06T21:00:00\+00:00"):
        advance.target(at("2010-01-06T14:30"), THREE_SESSIONS)


@pytest.mark.parametrize(
    "advance",
    [Advance(by=timedelta(hours=6, minutes=30)), Advance(to=at("2010-01-06T21:00")), Advance(sessions=1)],
)
def test_the_last_instant_of_the_data_is_reached(advance: Advance) -> None:
    assert advance.target(at("2010-01-06T14:30"), THREE_SESSIONS) == at("2010-01-06T21:00")


def test_a_span_beyond_all_time_is_refused() -> None:
    with pytest.raises(NoMoreSessionsError):
        Advance(by=timedelta(days=1)).target(datetime.max.replace(tzinfo=UTC), THREE_SESSIONS)


def test_sessions_that_go_round_for_ever_have_no_last_instant() -> None:
    sandbox = SandboxTimeline(a_calendar(3), date(2010, 1, 4))

    assert Advance(to=at("2050-01-01")).target(at("2010-01-04"), sandbox) == at("2050-01-01")


def test_an_instant_is_gone_to_in_utc() -> None:
    new_york = timezone(timedelta(hours=-5))

    target = Advance(to=datetime(2010, 1, 4, 16, tzinfo=new_york)).target(at("2010-01-04"), THREE_SESSIONS)

    assert target == at("2010-01-04T21:00")
    assert target.tzinfo is UTC


def test_an_instant_that_is_over_is_refused_and_the_present_one_is_not() -> None:
    with pytest.raises(MarketTimePassedError):
        Advance(to=at("2010-01-04")).target(at("2010-01-05"), THREE_SESSIONS)

    assert Advance(to=at("2010-01-05")).target(at("2010-01-05"), THREE_SESSIONS) == at("2010-01-05")


@pytest.mark.parametrize(
    ("now", "sessions", "close"),
    [
        ("2009-06-01", 1, "2010-01-04T21:00"),
        ("2010-01-04T14:30", 1, "2010-01-04T21:00"),
        ("2010-01-04T20:59:59", 1, "2010-01-04T21:00"),
        ("2010-01-04T21:00", 1, "2010-01-05T21:00"),
        ("2010-01-04T21:00", 2, "2010-01-06T21:00"),
    ],
)
def test_sessions_lead_to_the_nth_close_and_an_open_session_counts(now: str, sessions: int, close: str) -> None:
    assert Advance(sessions=sessions).target(at(now), THREE_SESSIONS) == at(close)


@pytest.mark.parametrize(("now", "sessions"), [("2010-01-04T14:30", 4), ("2010-01-06T21:00", 1)])
def test_more_sessions_than_the_data_have_are_refused(now: str, sessions: int) -> None:
    with pytest.raises(NoMoreSessionsError):
        Advance(sessions=sessions).target(at(now), THREE_SESSIONS)
