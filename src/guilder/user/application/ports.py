"""What the services of this room need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from guilder.published.user import Identity
from guilder.shared.errors import UnavailableError
from guilder.shared.events import Event
from guilder.shared.ids import UserId
from guilder.user.domain.activation_token import ActivationToken
from guilder.user.domain.api_key import ApiKey, KeyId
from guilder.user.domain.email_address import EmailAddress
from guilder.user.domain.password import Password
from guilder.user.domain.profile import Profile
from guilder.user.domain.session import Session
from guilder.user.domain.user import User


class UserRepository(Protocol):
    """Everybody who has an account."""

    async def get_by_id(self, user_id: UserId) -> User | None:
        """The user, if there is one."""

    async def find_by_email(self, email: EmailAddress) -> User | None:
        """The user with this address, however its capitals are written."""

    def create(self, user: User, password_hash: str) -> None:
        """Save a new user. That his address is taken meanwhile is a `ConflictError` at the unit's end."""

    def save(self, user: User) -> None: ...
    def tell(self, event: Event) -> None:
        """Save a fact about a user that changes nothing of him."""


class UserReader(Protocol):
    """Looks at users, and changes nothing."""

    async def get_user(self, user_id: UserId) -> User | None: ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against."""

    user: User
    password_hash: str = field(repr=False)


class CredentialRepository(Protocol):
    """The hashes of passwords; users themselves do not carry them."""

    async def of(self, email: EmailAddress) -> Credentials | None:
        """Those of the user with this address."""

    def keep(self, user_id: UserId, password_hash: str) -> None:
        """From now on this hash counts."""


class PasswordCheckBusyError(UnavailableError):
    """Too many passwords wait to be checked; nothing was done, try again in a moment."""

    code = "password_check_busy"


class PasswordHasher(Protocol):
    """Makes passwords unreadable, slowly, and never where others wait for it."""

    async def hash(self, password: Password) -> str:
        """Raises `PasswordCheckBusyError` when too many wait."""

    async def verify(self, password: Password, password_hash: str | None) -> bool:
        """Whether the hash is that of the password; without a hash the answer is no, and takes as long.

        Raises:
            PasswordCheckBusyError: too many wait.
        """

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with less effort than is made today."""


class ProfileRepository(Protocol):
    """Every user's taste."""

    async def of(self, user_id: UserId) -> Profile:
        """His profile; the default when he never chose."""

    def save(self, profile: Profile) -> None: ...


class TimeZones(Protocol):
    """The time zones of the IANA database."""

    def is_known(self, name: str) -> bool: ...


class ActivationTokenRepository(Protocol):
    """Every activation token ever made."""

    async def find(self, token_hash: bytes) -> ActivationToken | None:
        """The token with this hash."""

    async def has_any(self, user_id: UserId) -> bool:
        """Whether a token was ever made for this id."""

    def save(self, token: ActivationToken) -> None: ...


class SessionRepository(Protocol):
    """Every sign-in."""

    async def find(self, token_hash: bytes) -> Session | None:
        """The session whose token has this hash."""

    def save(self, session: Session) -> None: ...


class ApiKeyRepository(Protocol):
    """Every API key."""

    async def get(self, key_id: KeyId) -> ApiKey | None:
        """The key, revoked or not."""

    async def of_user(self, user_id: UserId) -> Sequence[ApiKey]:
        """A user's keys that are not revoked, oldest first."""

    def save(self, key: ApiKey) -> None: ...


@dataclass(frozen=True, slots=True)
class KnownSession:
    """Whose session it is, and how long."""

    identity: Identity
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KnownKey:
    """Whose key it is, and the hash of its secret."""

    identity: Identity
    secret_hash: bytes = field(repr=False)


class IdentityReader(Protocol):
    """Answers, for each request, who signed it; active users, what is not revoked. So it must be quick."""

    async def by_token_hash(self, token_hash: bytes) -> KnownSession | None:
        """The session whose token has this hash."""

    async def by_key_id(self, key_id: KeyId) -> KnownKey | None:
        """The key with this id."""
