"""Text that people chose, made harmless: names and words that end up in mails and messages."""

from __future__ import annotations

import unicodedata
from typing import Final

_BIDI_CONTROLS: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROLS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's control characters, halves of surrogate pairs, and separators of lines and paragraphs."""


def is_control(character: str) -> bool:
    """Whether a character steers instead of being read: ends of lines, escapes, changes of direction."""
    return character in _BIDI_CONTROLS or unicodedata.category(character) in _CONTROLS


def one_line(text: str, longest: int) -> str:
    """What somebody wrote, on one line of at most `longest` characters; controls become blanks."""
    harmless = "".join(" " if is_control(character) else character for character in text)
    words = " ".join(harmless.split())
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def plain_text(text: str) -> str:
    """Text of several lines without any control but the ends of its lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return "\n".join(_without_controls(line).rstrip() for line in lines)


def _without_controls(line: str) -> str:
    if line.isprintable():  # nearly every line is, and then it holds none
        return line
    return "".join(character for character in line if not is_control(character))
