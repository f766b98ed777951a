"""Instants as text: RFC 3339, in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Final

_A_DATE = len("2010-01-04")
_UTC_OFFSET = "+00:00"

REMEMBERED: Final = 4_096
"""How many texts are kept: the same instants are told over and over, in orders, executions and lots."""


def parse_instant(text: str) -> datetime:
    """The instant that somebody wrote; a date is its midnight, UTC.

    Raises:
        ValueError: it is neither `2010-01-04` nor `2010-01-04T14:30:00Z`, or it says no time zone.
    """
    try:
        instant = (
            datetime.fromisoformat(text)
            if len(text) > _A_DATE
            else datetime.combine(date.fromisoformat(text), time(), UTC)
        )
    except ValueError as problem:
        raise ValueError("write 2010-01-04 or 2010-01-04T14:30:00Z") from problem
    if instant.tzinfo is None:
        raise ValueError("say the time zone: 2010-01-04T14:30:00Z")
    try:
        return instant.astimezone(UTC)
    except OverflowError as problem:
        raise ValueError("it lies outside the calendar") from problem


@lru_cache(REMEMBERED)
def instant_text(instant: datetime) -> str:
    """`2010-01-04T14:30:00Z`; with six decimals where the instant has a fraction of a second."""
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return instant.isoformat()[: -len(_UTC_OFFSET)] + "Z"
