"""The rules of names."""

from __future__ import annotations

import pytest

from guilder.user.domain.name import InvalidNameError, proper_name


@pytest.mark.parametrize("name", ["Ada", "Ada Lovelace", "Zoë O'Hara-Smith", "李小龍", "<b>Ada</b>", "x" * 100])
def test_people_may_be_called_what_they_like(name: str) -> None:
    assert proper_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 101, "Ada\nLovelace", "Ada\r", "Ada\x00", "Ada\u202eecalevoL", "Ada\u2028", "\ud800"]
)
def test_a_name_is_one_readable_line_of_1_to_100_characters(name: str) -> None:
    with pytest.raises(InvalidNameError):
        proper_name(name)


def test_blanks_around_a_name_do_not_count() -> None:
    assert proper_name("  Ada ") == "Ada"


def test_the_same_name_is_stored_the_same_however_its_accents_were_typed() -> None:
    assert proper_name("Zoe\u0308") == proper_name("Zo\u00eb")
