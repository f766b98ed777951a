"""What somebody says who wants an account."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class UserCreate:
    """A mail address, a name and a password, as they were typed. The password is never shown and never stored."""

    email: str
    name: str
    password: str = field(repr=False)
