"""Time zones by the database of the machine, or of the `tzdata` package."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class ZoneinfoTimeZones:
    """`TimeZones` by Python's `zoneinfo`."""

    def is_known(self, name: str) -> bool:
        try:
            return ZoneInfo(name).key == name
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return False
