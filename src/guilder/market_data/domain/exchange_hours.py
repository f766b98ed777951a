"""When the New York Stock Exchange is open, by its rules: for the present, of which the data know nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from guilder.published.market_data import Session

_DAY: Final = timedelta(days=1)
_MONDAY, _THURSDAY, _SATURDAY, _SUNDAY = 0, 3, 5, 6
_OPENS, _CLOSES, _CLOSES_EARLY = time(9, 30), time(16), time(13)
_STANDARD, _DAYLIGHT = timedelta(hours=5), timedelta(hours=4)
"""How far New York is behind UTC."""

_FIRST_JUNETEENTH: Final = 2022
_MOURNING: Final = frozenset({date(2018, 12, 5), date(2025, 1, 9)})
"""Days on which it stayed shut for a president's funeral. What is yet to happen stands in no rule."""


class ExchangeHours:
    """Sessions from 2014 on: 9:30 to 16:00 in New York, to 13:00 on short days, none on weekends and holidays.

    Source: the exchange's rules 7.1 and 7.2 and its list of holidays; daylight saving time is that of the law of 2005.
    """

    def session_at_or_after(self, instant: datetime) -> Session:
        """The session that is open at `instant` (its close excluded), else the next."""
        day = instant.astimezone(UTC).date()
        while (session := self.session_on(day)) is None or session.closes_at <= instant:
            day += _DAY
        return session

    def session_on(self, day: date) -> Session | None:
        """The session of a date in New York; None when the exchange is shut."""
        if day.weekday() >= _SATURDAY or day in _MOURNING or day in holidays(day.year):
            return None
        closes = _CLOSES_EARLY if _is_short(day) else _CLOSES
        return Session(on=day, opens_at=_in_utc(day, _OPENS), closes_at=_in_utc(day, closes))


def holidays(year: int) -> frozenset[date]:
    """The days of a year on which the exchange is shut, weekends aside."""
    new_year = date(year, 1, 1)
    days = {
        # On a Saturday it is not made up for: the Friday before closes a year's books.
        new_year + _DAY if new_year.weekday() == _SUNDAY else new_year,
        _nth(year, 1, _MONDAY, 3),  # Martin Luther King
        _nth(year, 2, _MONDAY, 3),  # Washington
        _easter(year) - 2 * _DAY,  # Good Friday
        _nth(year, 6, _MONDAY, 1) - 7 * _DAY,  # Memorial Day, the last Monday of May
        _observed(date(year, 7, 4)),
        _nth(year, 9, _MONDAY, 1),  # Labor Day
        _thanksgiving(year),
        _observed(date(year, 12, 25)),
    }
    if year >= _FIRST_JUNETEENTH:
        days.add(_observed(date(year, 6, 19)))
    return frozenset(days)


def _is_short(day: date) -> bool:
    """The day after Thanksgiving, and the eves of Independence Day and Christmas unless they are Fridays."""
    is_eve = (day.month, day.day) in {(7, 3), (12, 24)} and day.weekday() <= _THURSDAY
    return is_eve or day == _thanksgiving(day.year) + _DAY


def _observed(holiday: date) -> date:
    """The Friday before a Saturday, the Monday after a Sunday."""
    return holiday + {_SATURDAY: -_DAY, _SUNDAY: _DAY}.get(holiday.weekday(), timedelta(0))


def _thanksgiving(year: int) -> date:
    return _nth(year, 11, _THURSDAY, 4)


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    """The first, second, … of that day of the week in a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _easter(year: int) -> date:
    """Easter Sunday. Source: the Gregorian computus, as J.-M. Oudin put it in 1940."""
    century, golden = year // 100, year % 19
    moon = (century - century // 4 - (century - (century - 17) // 25) // 3 + 19 * golden + 15) % 30
    moon -= (moon // 28) * (1 - (moon // 28) * (29 // (moon + 1)) * ((21 - golden) // 11))
    sunday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    offset = moon - sunday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))


def _in_utc(day: date, local: time) -> datetime:
    """An hour of a weekday in New York: daylight time begins and ends on Sundays, before the exchange opens."""
    is_daylight = _nth(day.year, 3, _SUNDAY, 2) <= day < _nth(day.year, 11, _SUNDAY, 1)
    return datetime.combine(day, local, UTC) + (_DAYLIGHT if is_daylight else _STANDARD)
