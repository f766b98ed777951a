"""What the user room says to the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from guilder.shared.errors import NotFoundError
from guilder.shared.events import Event
from guilder.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegistered(Event):
    """Somebody opened an account; it is not active yet."""

    about: ClassVar[str] = "user_id"

    user_id: UserId
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UserActivated(Event):
    """The owner of the address proved it, or an admin vouched for him."""

    about: ClassVar[str] = "user_id"

    user_id: UserId
    activated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRepeated(Event):
    """Somebody tried to register an address that has an account; its owner is told by mail."""

    about: ClassVar[str] = "user_id"

    user_id: UserId
    attempted_at: datetime


class UserNotFoundError(NotFoundError):
    """There is no such user, or you may not see him."""

    code = "user_not_found"


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a user."""

    user_id: UserId
    email: str
    name: str


class Contacts(Protocol):
    """The facade of the user room for rooms that write to people."""

    async def contact(self, user_id: UserId) -> Contact:
        """Raises `UserNotFoundError`."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed a request; `roles` name what he may do beyond looking after his own: `admin`, `auditor`."""

    user_id: UserId
    roles: frozenset[str]


class Identification(Protocol):
    """The facade of the user room for the door of the house. Only active users are anybody."""

    async def by_token(self, token: str) -> Identity | None:
        """Whose session this token belongs to; None when it is unknown, over or ended."""

    async def by_api_key(self, key_id: str, secret: str) -> Identity | None:
        """Whose key this is; None when it is unknown or revoked, or when the secret is not its own."""
