"""The names under which stocks trade."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.shared.symbol import InvalidSymbolError, StockSymbol
from tests.builders import symbol


@pytest.mark.parametrize(
    "text", ["A", "F", "AAPL", "GOOGL", "BRK.B", "BRK-B", "0700.HK", "7203.T", "RDS.A", "600519.SS"]
)
def test_letters_and_digits_with_a_class_or_an_exchange_are_a_symbol(text: str) -> None:
    assert StockSymbol.parse(text).value == text


@pytest.mark.parametrize(("text", "capitals"), [("aapl", "AAPL"), ("Brk.b", "BRK.B"), ("0700.hk", "0700.HK")])
def test_what_somebody_typed_is_raised_to_capitals(text: str, capitals: str) -> None:
    assert StockSymbol.parse(text) == symbol(capitals)


@pytest.mark.parametrize("text", ["", " ", "   ", "\t", "\n", " AAPL", "AAPL ", "AAPL\n", "AA PL"])
def test_a_symbol_has_no_blanks_and_is_not_one(text: str) -> None:
    with pytest.raises(InvalidSymbolError):
        StockSymbol.parse(text)


@pytest.mark.parametrize(
    "text",
    ["A" * 300, "ABCDEFG", "A.ABCDE", "A;DROP", "A'--", "A/B", "../A", "A.B.C", ".A", "A.", "-", "$A", "A\0", "A%"],
)
def test_what_is_no_symbol_is_refused(text: str) -> None:
    with pytest.raises(InvalidSymbolError):
        StockSymbol.parse(text)


@pytest.mark.parametrize(
    "text", ["\u00df", "\ufb01", "\u0131", "\uff21", "\uff41", "\u0410", "\u0663", "A\u200b", "\u212a"]
)
def test_letters_that_only_look_like_it_are_refused(text: str) -> None:
    """Sharp s, the ligature fi and the dotless i, whose capitals would be ASCII; full-width letters; a Cyrillic A; an
    Arabic three; a blank of no width; the sign for kelvin.
    """
    with pytest.raises(InvalidSymbolError):
        StockSymbol.parse(text)


def test_a_symbol_is_in_capitals_from_birth() -> None:
    with pytest.raises(InvalidSymbolError):
        StockSymbol("aapl")


def test_a_refusal_repeats_no_more_than_the_beginning_of_what_was_asked_for() -> None:
    with pytest.raises(InvalidSymbolError) as refusal:
        StockSymbol.parse("A" * 100_000)

    assert len(refusal.value.detail) < 150


@given(st.text(max_size=12))
def test_any_text_is_a_symbol_of_ascii_capitals_or_is_refused(text: str) -> None:
    try:
        taken = StockSymbol.parse(text).value
    except InvalidSymbolError:
        return
    assert taken == text.upper()
    assert taken.isascii()
    assert 1 <= len(taken) <= 11


def test_symbols_sort_by_their_letters() -> None:
    assert sorted([symbol("MSFT"), symbol("AAPL"), symbol("IBM")]) == [symbol("AAPL"), symbol("IBM"), symbol("MSFT")]
