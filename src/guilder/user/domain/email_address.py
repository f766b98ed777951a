"""Mail addresses, as people give them when they register."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from guilder.shared.errors import InvalidError

LONGEST_ADDRESS: Final = 254
LONGEST_LOCAL_PART: Final = 64

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+$){_LABEL}")


class InvalidEmailError(InvalidError):
    """This is not a mail address to which Guilder writes."""

    code = "invalid_email"


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """One plain mail address. Two spellings that differ only in capitals are the same address.

    The grammar is the dot-atom form of RFC 5321 with a domain of at least two labels: no quoted local parts, no
    address literals, ASCII only (an international domain in its `xn--` form). `text` keeps the spelling of the
    local part, since some servers care; `key` is what addresses are compared by.

    Raises:
        InvalidEmailError: it is not such an address.
    """

    text: str = field(compare=False)
    key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        problem = email_problem(self.text)
        if problem is not None:
            raise InvalidEmailError(f"The mail address {problem}")
        local_part, _, domain = self.text.rpartition("@")
        object.__setattr__(self, "text", f"{local_part}@{domain.lower()}")
        object.__setattr__(self, "key", self.text.lower())

    @property
    def local_part(self) -> str:
        """What stands before the @."""
        return self.text.rpartition("@")[0]

    def __str__(self) -> str:
        return self.text


def email_problem(text: str) -> str | None:
    """What is wrong with an address, to be said after its name; None when it is in order."""
    if not text:
        return "is required"
    if len(text) > LONGEST_ADDRESS:
        return f"has more than {LONGEST_ADDRESS} characters"
    local_part, at, domain = text.rpartition("@")
    if not at:
        return "has no @"
    # Mail programs decode =?utf-8?q?…?= wherever they find it; what hides in it must not get into a header.
    if len(local_part) > LONGEST_LOCAL_PART or not _LOCAL_PART.fullmatch(local_part) or "=?" in local_part:
        return "has something before the @ that is not a plain mailbox name"
    if not _DOMAIN.fullmatch(domain):
        return "has something after the @ that is not a domain name"
    return None
