"""A mail: plain text to one person. What could smuggle in a header or a second recipient is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guilder.notification.domain.text import is_control, plain_text
from guilder.shared.errors import InvalidError

LONGEST_ADDRESS: Final = 254
LONGEST_SUBJECT: Final = 200
_NEVER_IN_AN_ADDRESS: Final = frozenset(',;:<>()[]"\\@')


class InvalidMailError(InvalidError):
    """A mail goes to one address and has a subject of one line."""

    code = "invalid_mail"


@dataclass(frozen=True, slots=True)
class Mail:
    """What a person gets to read. The body loses its control characters; an address or a subject has none.

    Raises:
        InvalidMailError: the address is not one plain address, or the subject is blank, too long or has a
            control character, such as the end of a line.
    """

    to: str
    subject: str
    body: str

    def __post_init__(self) -> None:
        if not is_address(self.to):
            raise InvalidMailError(f"{self.to[:80]!r} is not one mail address")
        if not self.subject.strip() or len(self.subject) > LONGEST_SUBJECT:
            raise InvalidMailError(f"A subject has 1 to {LONGEST_SUBJECT} characters")
        if any(is_control(character) for character in self.subject):
            raise InvalidMailError("A subject is one line, without control characters")
        # Readers of headers decode =?utf-8?q?…?=, in which line ends can hide; as plain text it means nothing.
        object.__setattr__(self, "subject", self.subject.replace("=?", "= ?"))
        object.__setattr__(self, "body", plain_text(self.body))


def is_address(text: str) -> bool:
    """Whether this is one address and nothing else; whether somebody reads there, only a mail can tell."""
    local, at, host = text.rpartition("@")
    if not at or len(text) > LONGEST_ADDRESS or "=?" in text:
        return False
    if not all(local.split(".")) or not all(host.split(".")):
        return False
    return not any(
        character in _NEVER_IN_AN_ADDRESS or character.isspace() or is_control(character) for character in local + host
    )
