"""The hours of the present, by rule."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.market_data.domain.exchange_hours import ExchangeHours, holidays
from tests.market_data.builders import at

HOURS = ExchangeHours()

PUBLISHED = {
    2022: ["01-17", "02-21", "04-15", "05-30", "06-20", "07-04", "09-05", "11-24", "12-26"],
    2023: ["01-02", "01-16", "02-20", "04-07", "05-29", "06-19", "07-04", "09-04", "11-23", "12-25"],
    2024: ["01-01", "01-15", "02-19", "03-29", "05-27", "06-19", "07-04", "09-02", "11-28", "12-25"],
    2025: ["01-01", "01-20", "02-17", "04-18", "05-26", "06-19", "07-04", "09-01", "11-27", "12-25"],
    2026: ["01-01", "01-19", "02-16", "04-03", "05-25", "06-19", "07-03", "09-07", "11-26", "12-25"],
    2027: ["01-01", "01-18", "02-15", "03-26", "05-31", "06-18", "07-05", "09-06", "11-25", "12-24"],
}
"""The exchange's own lists."""


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_holidays_are_those_that_the_exchange_publishes(year: int) -> None:
    on_weekdays = sorted(day for day in holidays(year) if day.weekday() < 5)

    assert [day.strftime("%m-%d") for day in on_weekdays] == PUBLISHED[year]


def test_there_was_no_juneteenth_before_2022() -> None:
    assert date(2021, 6, 18) not in holidays(2021)


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        ("2026-03-06", "14:30", "21:00"),
        ("2026-03-09", "13:30", "20:00"),
        ("2026-10-30", "13:30", "20:00"),
        ("2026-11-02", "14:30", "21:00"),
        ("2026-11-27", "14:30", "18:00"),
        ("2026-12-24", "14:30", "18:00"),
        ("2025-07-03", "13:30", "17:00"),
    ],
)
def test_sessions_keep_the_hours_of_new_york(day: str, opens: str, closes: str) -> None:
    session = HOURS.session_on(date.fromisoformat(day))

    assert session is not None
    assert (session.opens_at, session.closes_at) == (at(f"{day}T{opens}"), at(f"{day}T{closes}"))


@pytest.mark.parametrize("day", ["2026-11-28", "2026-11-29", "2026-11-26", "2025-01-09", "2026-07-03", "2027-12-24"])
def test_there_is_no_session_on_weekends_holidays_and_days_of_mourning(day: str) -> None:
    assert HOURS.session_on(date.fromisoformat(day)) is None


@pytest.mark.parametrize(
    ("instant", "on"),
    [
        ("2026-11-25T20:59:59", "2026-11-25"),
        ("2026-11-25T21:00", "2026-11-27"),
        ("2026-11-27T18:00", "2026-11-30"),
        ("2026-12-31T23:00", "2027-01-04"),
    ],
)
def test_the_session_at_or_after_an_instant_is_the_open_one_or_the_next(instant: str, on: str) -> None:
    assert HOURS.session_at_or_after(at(instant)).on == date.fromisoformat(on)


@given(st.dates(date(2014, 1, 1), date(2200, 1, 1)))
def test_a_session_is_never_more_than_four_days_away(day: date) -> None:
    instant = at(day.isoformat())

    session = HOURS.session_at_or_after(instant)

    assert timedelta(0) <= session.on - day <= timedelta(days=4)
    assert session.closes_at - session.opens_at in {timedelta(hours=6.5), timedelta(hours=3.5)}
