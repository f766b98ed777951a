"""All stores of the user room, over one and the same ground."""

from __future__ import annotations

from dataclasses import dataclass

from guilder.core.unit_of_work import UnitOfWork
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
