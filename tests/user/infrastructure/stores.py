"""All stores of the user room, over one and the same ground."""

from __future__ import annotations

from dataclasses import dataclass

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.core.unit_of_work import UnitOfWork
from guilder.testing import FakeClock, InMemoryUnitOfWork
from guilder.user.application.ports import (
    ActivationTokenRepository,
    ApiKeyRepository,
    CredentialRepository,
    IdentityReader,
    ProfileRepository,
    SessionRepository,
    UserReader,
    UserRepository,
)
from guilder.user.domain.user import User
from guilder.user.infrastructure.identity_cache import IdentityCache
from guilder.user.infrastructure.sql_activation_token_repository import SqlActivationTokenRepository
from guilder.user.infrastructure.sql_api_key_repository import SqlApiKeyRepository
from guilder.user.infrastructure.sql_credential_repository import SqlCredentialRepository
from guilder.user.infrastructure.sql_identity_reader import SqlIdentityReader
from guilder.user.infrastructure.sql_profile_repository import SqlProfileRepository
from guilder.user.infrastructure.sql_session_repository import SqlSessionRepository
from guilder.user.infrastructure.sql_user_repository import SqlUserRepository
from tests.testing.databases import plain_work
from tests.user.builders import NOON
from tests.user.fakes import (
    FakeActivationTokens,
    FakeApiKeys,
    FakeIdentities,
    FakeProfiles,
    FakeSessions,
    FakeUsers,
)


@dataclass(frozen=True)
class Stores:
    """Where everything of the room is kept."""

    work: UnitOfWork
    users: UserRepository
    reader: UserReader
    credentials: CredentialRepository
    profiles: ProfileRepository
    tokens: ActivationTokenRepository
    sessions: SessionRepository
    keys: ApiKeyRepository
    identities: IdentityReader

    async def create(self, *users: User) -> None:
        """Save some new users, each with the password hash `hash of <name>`."""
        for user in users:
            async with self.work:
                self.users.create(user, f"hash of {user.name}")


def stores_in_memory() -> Stores:
    """The fakes."""
    users, sessions, keys = FakeUsers(), FakeSessions(), FakeApiKeys()
    return Stores(
        work=InMemoryUnitOfWork(),
        users=users,
        reader=users,
        credentials=users,
        profiles=FakeProfiles(),
        tokens=FakeActivationTokens(),
        sessions=sessions,
        keys=keys,
        identities=FakeIdentities(users, sessions, keys),
    )


def stores_in(database: Database) -> Stores:
    """The adapters, on a database with the tables of this room."""
    unit, clock = Unit(), FakeClock(NOON)
    cache = IdentityCache(clock)
    users = SqlUserRepository(unit, database)
    return Stores(
        work=plain_work(database, clock),
        users=users,
        reader=users,
        credentials=SqlCredentialRepository(unit, database),
        profiles=SqlProfileRepository(unit, database),
        tokens=SqlActivationTokenRepository(unit, database),
        sessions=SqlSessionRepository(unit, database, cache),
        keys=SqlApiKeyRepository(unit, database, cache),
        identities=SqlIdentityReader(database, cache),
    )
