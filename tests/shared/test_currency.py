"""Currencies are those of ISO 4217 in which cash is kept."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import product
from string import ascii_uppercase

import pytest

from guilder.shared.currency import EUR, USD, Currency, UnknownCurrencyError


def every_currency() -> list[Currency]:
    """All that are taken, of all codes that could be one."""
    taken = []
    for letters in product(ascii_uppercase, repeat=3):
        try:
            taken.append(Currency("".join(letters)))
        except UnknownCurrencyError:
            continue
    return taken


@pytest.mark.parametrize("code", ["JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF", "XPF", "UGX", "PYG"])
def test_currencies_without_cents_have_a_minor_unit_of_zero(code: str) -> None:
    """GOLDEN F4."""
    assert Currency(code).minor_unit == 0
    assert Currency(code).smallest == Decimal(1)


@pytest.mark.parametrize("code", ["USD", "EUR", "GBP", "CHF", "CNY", "XCG"])
def test_most_currencies_have_two_decimals(code: str) -> None:
    """GOLDEN F4."""
    assert Currency(code).minor_unit == 2
    assert Currency(code).smallest == Decimal("0.01")


@pytest.mark.parametrize("code", ["BHD", "KWD", "JOD", "OMR", "TND", "IQD", "LYD"])
def test_dinars_and_the_omani_rial_have_three_decimals(code: str) -> None:
    """GOLDEN F4."""
    assert Currency(code).minor_unit == 3
    assert Currency(code).smallest == Decimal("0.001")


def test_two_units_of_account_have_four_decimals() -> None:
    assert [it.code for it in every_currency() if it.minor_unit == 4] == ["CLF", "UYW"]


def test_the_whole_list_is_there() -> None:
    assert Counter(it.minor_unit for it in every_currency()) == {0: 17, 2: 139, 3: 7, 4: 2}


@pytest.mark.parametrize(
    "code", ["", "   ", "US", "USDX", "usd", "Usd", " USD", "USD\n", "ABC", "\uff35\uff33\uff24", "A;D", "U" * 300]
)
def test_what_iso_4217_does_not_list_is_refused(code: str) -> None:
    with pytest.raises(UnknownCurrencyError):
        Currency(code)


@pytest.mark.parametrize("code", ["DEM", "HRK", "BGN", "ANG", "ZWL", "SLL", "CUC", "BTC"])
def test_currencies_that_ended_or_never_were_are_refused(code: str) -> None:
    with pytest.raises(UnknownCurrencyError):
        Currency(code)


@pytest.mark.parametrize("code", ["XAU", "XAG", "XPT", "XPD", "XDR", "XSU", "XUA", "XBA", "XTS", "XXX"])
def test_what_has_no_minor_unit_is_refused(code: str) -> None:
    with pytest.raises(UnknownCurrencyError, match="no minor unit"):
        Currency(code)


def test_a_refusal_repeats_no_more_than_the_beginning_of_what_was_asked_for() -> None:
    with pytest.raises(UnknownCurrencyError) as refusal:
        Currency("X" * 10_000)

    assert len(refusal.value.detail) < 100


def test_currencies_with_the_same_code_are_the_same() -> None:
    assert Currency("USD") == USD
    assert hash(Currency("USD")) == hash(USD)
    assert USD != EUR


def test_a_currency_is_written_as_its_code() -> None:
    assert str(EUR) == "EUR"


def test_a_currency_knows_its_name() -> None:
    assert Currency("JPY").name == "Yen"
