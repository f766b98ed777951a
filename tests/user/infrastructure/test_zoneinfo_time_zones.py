"""Which time zones there are."""

from __future__ import annotations

import pytest

from guilder.user.infrastructure.zoneinfo_time_zones import ZoneinfoTimeZones


@pytest.mark.parametrize("name", ["UTC", "Europe/Amsterdam", "America/Argentina/Buenos_Aires"])
def test_the_zones_of_the_iana_database_are_known(name: str) -> None:
    assert ZoneinfoTimeZones().is_known(name)


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus_Mons", "Europe", "europe/amsterdam", "../UTC", "/etc/passwd", "UTC\x00", "x" * 5000, "\ud800"],
)
def test_nothing_else_is_a_zone(name: str) -> None:
    assert not ZoneinfoTimeZones().is_known(name)
