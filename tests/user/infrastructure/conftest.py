"""The stores of the user room, in memory and in real databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.testing import FakeClock, InMemoryUnitOfWork
from guilder.user.infrastructure import tables
from guilder.user.infrastructure.identity_cache import IdentityCache
from guilder.user.infrastructure.sql_activation_token_repository import SqlActivationTokenRepository
from guilder.user.infrastructure.sql_api_key_repository import SqlApiKeyRepository
from guilder.user.infrastructure.sql_credential_repository import SqlCredentialRepository
from guilder.user.infrastructure.sql_identity_reader import SqlIdentityReader
from guilder.user.infrastructure.sql_profile_repository import SqlProfileRepository
from guilder.user.infrastructure.sql_session_repository import SqlSessionRepository
from guilder.user.infrastructure.sql_user_repository import SqlUserRepository
from tests.testing.databases import POSTGRES, SQLITE, a_database, plain_work
from tests.user.builders import NOON
from tests.user.fakes import (
    FakeActivationTokens,
    FakeApiKeys,
    FakeIdentities,
    FakeProfiles,
    FakeSessions,
    FakeUsers,
)
from tests.user.infrastructure.stores import Stores


def stores_in_memory() -> Stores:
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


@pytest.fixture(params=["memory", SQLITE, POSTGRES])
async def stores(request: pytest.FixtureRequest) -> AsyncIterator[Stores]:
    """The stores, each time somewhere else."""
    if request.param == "memory":
        yield stores_in_memory()
        return
    async with a_database(request.param, request, tables.metadata) as database:
        yield stores_in(database)
