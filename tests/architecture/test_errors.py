"""Errors are refusals with names, and the names are part of the API."""

from __future__ import annotations

import re
from collections import Counter

from guilder.shared.errors import GuilderError
from tests.architecture.loaded import classes

ERRORS: list[type[GuilderError]] = [GuilderError, *classes(GuilderError)]


def test_every_error_has_a_code_of_its_own() -> None:
    assert [error for error in ERRORS if "code" not in vars(error)] == []


def test_no_two_errors_share_a_code() -> None:
    uses = Counter(error.code for error in ERRORS)

    assert {code for code, count in uses.items() if count > 1} == set()


def test_codes_are_words_joined_by_underscores() -> None:
    assert [error for error in ERRORS if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", error.code)] == []


def test_the_name_of_an_error_says_that_it_is_one() -> None:
    assert [error for error in ERRORS if not error.__name__.endswith("Error")] == []


def test_every_error_says_in_a_sentence_what_was_refused() -> None:
    assert [error for error in ERRORS if not vars(error).get("__doc__")] == []
