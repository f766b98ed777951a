"""The rules of profiles."""

from __future__ import annotations

import pytest

from guilder.shared.currency import Currency
from guilder.user.domain.profile import InvalidLocaleError, Profile
from tests.user.builders import ADA


def stored() -> Profile:
    return Profile(ADA, version=1)


def test_who_never_chose_reads_american_english_in_utc_and_dollars() -> None:
    profile = Profile(ADA)

    assert (profile.locale, profile.timezone, profile.base_currency) == ("en-US", "UTC", Currency("USD"))


@pytest.mark.parametrize("locale", ["en", "de-AT", "zh-Hant-TW", "es-419", "gsw-CH"])
def test_a_locale_is_a_language_with_an_optional_script_and_region(locale: str) -> None:
    profile = stored()

    profile.change(locale=locale)

    assert profile.locale == locale


@pytest.mark.parametrize("locale", ["", "english", "EN", "en_US", "en-us", "en-USA", "en-US\n", "e"])
def test_anything_else_is_no_locale(locale: str) -> None:
    profile = stored()

    with pytest.raises(InvalidLocaleError):
        profile.change(locale=locale)

    assert not profile.is_changed


def test_what_is_not_chosen_stays_as_it_is() -> None:
    profile = stored()

    profile.change(timezone="Europe/Amsterdam")
    profile.change(base_currency=Currency("EUR"))

    assert (profile.locale, profile.timezone, profile.base_currency) == ("en-US", "Europe/Amsterdam", Currency("EUR"))


def test_choosing_what_was_chosen_before_changes_nothing() -> None:
    profile = stored()

    profile.change(locale="en-US", timezone="UTC")

    assert not profile.is_changed
