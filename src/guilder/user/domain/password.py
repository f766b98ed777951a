"""Passwords: what counts as the same one, and which are too weak to guard an account."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Final

from guilder.user.domain.common_passwords import COMMON_PASSWORDS

SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 1024

_ROWS: Final = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm")
_SEQUENCES: Final = tuple(row * 3 for row in _ROWS) + tuple(row[::-1] * 3 for row in _ROWS)


@dataclass(frozen=True, slots=True)
class Password:
    """What somebody typed. However the same characters were encoded, it is the same password (NFKC).

    It is never shown, also not in a traceback.
    """

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", unicodedata.normalize("NFKC", self.text))

    @property
    def encoded(self) -> bytes:
        """The bytes that are hashed."""
        return self.text.encode("utf-8", "surrogatepass")


def password_problems(password: str, *, email: str, name: str) -> list[str]:
    """All that is wrong with a new password, each to be said after its field; empty when it is in order.

    The rules are those of NIST SP 800-63B (revision 3), section 5.1.1.2: length counts, kinds of characters do not,
    and what everybody would guess first is refused.
    """
    if not password:
        return ["is required"]
    problems = []
    if len(password) < SHORTEST_PASSWORD:
        problems.append(f"has fewer than {SHORTEST_PASSWORD} characters")
    if len(password) > LONGEST_PASSWORD:
        return [f"has more than {LONGEST_PASSWORD} characters"]
    if any(unicodedata.category(character) == "Cs" for character in password):
        problems.append("has characters that are not text")
    plain = unicodedata.normalize("NFKC", password).casefold()
    if plain in COMMON_PASSWORDS or _is_one_run(plain):
        problems.append("is among those that are guessed first")
    if plain in _about(email, name):
        problems.append("is the mail address or the name")
    return problems


def _is_one_run(plain: str) -> bool:
    """Whether it is one character over and over, or a piece of the alphabet, of the digits, or of a row of keys."""
    return len(set(plain)) == 1 or any(plain in sequence for sequence in _SEQUENCES)


def _about(email: str, name: str) -> set[str]:
    address, person = email.casefold(), name.casefold().strip()
    about = {address, address.rpartition("@")[0], person, "".join(person.split())}
    return about - {""}
