"""The ports of the user room in memory. They pass the same contract tests as the adapters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, Generic, TypeVar

from guilder.core.resident import Root
from guilder.core.unit import Unit
from guilder.published.user import Identity
from guilder.shared.errors import ConflictError
from guilder.shared.events import Event
from guilder.shared.ids import UserId
from guilder.user.application.ports import Credentials, KnownKey, KnownSession, PasswordCheckBusyError
from guilder.user.domain.activation_token import ActivationToken
from guilder.user.domain.api_key import ApiKey, KeyId
from guilder.user.domain.email_address import EmailAddress
from guilder.user.domain.password import Password
from guilder.user.domain.profile import Profile
from guilder.user.domain.session import Session
from guilder.user.domain.user import User

A = TypeVar("A", bound=Root)


class Store(Generic[A]):
    """What is stored, once the unit is over; a unit that comes to nothing leaves nothing."""

    def __init__(self) -> None:
        self.stored: dict[Any, A] = {}
        self._unit = Unit()

    def find(self, wanted: Callable[[A], bool]) -> A | None:
        """A copy of the one that is wanted."""
        return next((copy(one) for one in self.stored.values() if wanted(one)), None)

    def save(self, aggregate: A) -> None:
        """Raises `ConflictError` when it was changed since it was read."""
        before = self.stored.get(aggregate.id)
        if aggregate.version != (0 if before is None else before.version):
            raise ConflictError
        aggregate.version += 1
        self._unit.emit(aggregate.release_events())
        after = copy(aggregate)
        self._unit.when_queued(lambda: self.stored.update({after.id: after}))
        self._unit.when_failed(lambda: self._restore(after.id, before))

    def _restore(self, key: Any, before: A | None) -> None:
        del self.stored[key]
        if before is not None:
            self.stored[key] = before


class FakeUsers:
    """`UserRepository`, `UserReader` and `CredentialRepository`."""

    def __init__(self) -> None:
        self.users = Store[User]()
        self.hashes: dict[UserId, str] = {}
        self._unit = Unit()

    async def get_by_id(self, user_id: UserId) -> User | None:
        return self.users.find(lambda user: user.id == user_id)

    async def get_user(self, user_id: UserId) -> User | None:
        return await self.get_by_id(user_id)

    async def find_by_email(self, email: EmailAddress) -> User | None:
        return self.users.find(lambda user: user.email == email)

    def create(self, user: User, password_hash: str) -> None:
        self._unit.when_queued(lambda: self._check_is_free(user.email))
        self.save(user)
        self.keep(user.id, password_hash)

    def save(self, user: User) -> None:
        self.users.save(user)

    def tell(self, event: Event) -> None:
        self._unit.emit([event])

    async def of(self, email: EmailAddress) -> Credentials | None:
        user = await self.find_by_email(email)
        return None if user is None else Credentials(user, self.hashes[user.id])

    def keep(self, user_id: UserId, password_hash: str) -> None:
        self._unit.when_queued(lambda: self.hashes.update({user_id: password_hash}))

    def _check_is_free(self, email: EmailAddress) -> None:
        if self.users.find(lambda user: user.email == email) is not None:
            raise ConflictError


class FakeActivationTokens:
    """`ActivationTokenRepository`."""

    def __init__(self) -> None:
        self.tokens = Store[ActivationToken]()

    async def find(self, token_hash: bytes) -> ActivationToken | None:
        return self.tokens.find(lambda token: token.token_hash == token_hash)

    async def has_any(self, user_id: UserId) -> bool:
        return self.tokens.find(lambda token: token.user_id == user_id) is not None

    def save(self, token: ActivationToken) -> None:
        self.tokens.save(token)


class FakeProfiles:
    """`ProfileRepository`."""

    def __init__(self) -> None:
        self.profiles = Store[Profile]()

    async def of(self, user_id: UserId) -> Profile:
        return self.profiles.find(lambda profile: profile.id == user_id) or Profile(user_id)

    def save(self, profile: Profile) -> None:
        self.profiles.save(profile)


class FakeSessions:
    """`SessionRepository`."""

    def __init__(self) -> None:
        self.sessions = Store[Session]()

    async def find(self, token_hash: bytes) -> Session | None:
        return self.sessions.find(lambda session: session.token_hash == token_hash)

    def save(self, session: Session) -> None:
        self.sessions.save(session)


class FakeApiKeys:
    """`ApiKeyRepository`."""

    def __init__(self) -> None:
        self.keys = Store[ApiKey]()

    async def get(self, key_id: KeyId) -> ApiKey | None:
        return self.keys.find(lambda key: key.id == key_id)

    async def of_user(self, user_id: UserId) -> Sequence[ApiKey]:
        mine = [copy(key) for key in self.keys.stored.values() if key.user_id == user_id and key.revoked_at is None]
        return sorted(mine, key=lambda key: key.id)

    def save(self, key: ApiKey) -> None:
        self.keys.save(key)


class FakeIdentities:
    """`IdentityReader` over the other fakes."""

    def __init__(self, users: FakeUsers, sessions: FakeSessions, keys: FakeApiKeys) -> None:
        self._users = users
        self._sessions = sessions
        self._keys = keys

    async def by_token_hash(self, token_hash: bytes) -> KnownSession | None:
        session = await self._sessions.find(token_hash)
        if session is None or session.revoked_at is not None:
            return None
        identity = await self._identity(session.user_id)
        return None if identity is None else KnownSession(identity, session.expires_at)

    async def by_key_id(self, key_id: KeyId) -> KnownKey | None:
        key = await self._keys.get(key_id)
        if key is None or key.revoked_at is not None:
            return None
        identity = await self._identity(key.user_id)
        return None if identity is None else KnownKey(identity, key.secret_hash)

    async def _identity(self, user_id: UserId) -> Identity | None:
        user = await self._users.get_by_id(user_id)
        if user is None or not user.is_active:
            return None
        return Identity(user.id, frozenset(role.value for role in user.roles))


class PlainHasher:
    """`PasswordHasher` for tests that count passwords instead of waiting for them."""

    def __init__(self) -> None:
        self.hashed = 0
        self.checked = 0
        self.effort = 1
        self.is_busy = False

    async def hash(self, password: Password) -> str:
        self._count()
        self.hashed += 1
        return f"{self.effort}:{password.text}"

    async def verify(self, password: Password, password_hash: str | None) -> bool:
        self._count()
        self.checked += 1
        return password_hash is not None and password_hash.partition(":")[2] == password.text

    def is_outdated(self, password_hash: str) -> bool:
        return int(password_hash.partition(":")[0]) < self.effort

    def _count(self) -> None:
        if self.is_busy:
            raise PasswordCheckBusyError


class ThreeTimeZones:
    """`TimeZones` of a small world."""

    def is_known(self, name: str) -> bool:
        return name in {"UTC", "Europe/Amsterdam", "America/New_York"}
