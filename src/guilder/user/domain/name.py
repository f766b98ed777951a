"""Names that people choose: their own, and those of their keys."""

from __future__ import annotations

import unicodedata
from typing import Final

from guilder.shared.errors import InvalidError

LONGEST_NAME: Final = 100

_STEERING: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's control characters, halves of surrogate pairs, and separators of lines and paragraphs."""
_DIRECTIONS: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class InvalidNameError(InvalidError):
    """A name is one line of 1 to 100 characters, without control characters."""

    code = "invalid_name"
    field = "name"


def name_problem(text: str) -> str | None:
    """What is wrong with a name, to be said after its field; None when it is in order."""
    if not text.strip():
        return "is required"
    if len(text) > LONGEST_NAME:
        return f"has more than {LONGEST_NAME} characters"
    if any(unicodedata.category(character) in _STEERING or character in _DIRECTIONS for character in text):
        return "has control characters, such as the end of a line"
    return None


def proper_name(text: str) -> str:
    """The name without blanks around it, in Unicode's composed form. Raises `InvalidNameError`."""
    problem = name_problem(text)
    if problem is not None:
        raise InvalidNameError(f"The name {problem}")
    return unicodedata.normalize("NFC", text.strip())
