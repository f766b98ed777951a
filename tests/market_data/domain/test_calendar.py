"""The sessions of an exchange."""

from __future__ import annotations

from datetime import date

from tests.market_data.builders import a_calendar, a_session, at


def test_a_session_is_known_by_its_number() -> None:
    assert a_calendar(3).session(0) == a_session("2010-01-04T14:30", "2010-01-04T21:00")


def test_a_session_has_started_at_the_instant_of_its_open() -> None:
    calendar = a_calendar(3)

    assert calendar.count_started(at("2010-01-04T14:29:59.999999")) == 0
    assert calendar.count_started(at("2010-01-04T14:30")) == 1


def test_a_session_is_finished_at_the_instant_of_its_close() -> None:
    calendar = a_calendar(3)

    assert calendar.count_finished(at("2010-01-05T20:59:59.999999")) == 1
    assert calendar.count_finished(at("2010-01-05T21:00")) == 2


def test_a_day_without_a_session_leads_to_the_next() -> None:
    calendar = a_calendar(3)

    assert calendar.number_of(date(2010, 1, 3)) is None
    assert calendar.number_from(date(2010, 1, 3)) == 0
    assert calendar.number_of(date(2010, 1, 6)) == 2
    assert calendar.number_from(date(2010, 1, 7)) == len(calendar)
