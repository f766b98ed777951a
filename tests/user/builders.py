"""People and their things, as tests need them: what does not matter is chosen here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from guilder.shared.ids import UserId
from guilder.user.application.user_create import UserCreate
from guilder.user.domain.activation_token import TOKEN_LIFE, ActivationToken, ActivationTokenId
from guilder.user.domain.api_key import ApiKey, KeyId
from guilder.user.domain.email_address import EmailAddress
from guilder.user.domain.secret_hash import hash_of
from guilder.user.domain.session import Session, SessionId
from guilder.user.domain.user import User, UserRole

NOON: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)

ADA: Final = UserId(UUID(int=0xADA))
BOB: Final = UserId(UUID(int=0xB0B))
GOOD_PASSWORD: Final = "a long and lonely road"


def a_user(
    user_id: UserId = ADA,
    email: str = "ada@example.com",
    name: str = "Ada",
    *,
    is_active: bool = True,
    roles: Iterable[UserRole] = (),
) -> User:
    """Somebody who has had an account for a while: nothing of hers waits to be saved."""
    return User(
        user_id,
        EmailAddress(email),
        name,
        registered_at=NOON - DAY,
        activated_at=NOON - HOUR if is_active else None,
        roles=roles,
        version=1,
    )


def a_new_user(user_id: UserId = ADA, email: str = "ada@example.com", name: str = "Ada") -> User:
    """Somebody who registers right now."""
    return User.register(user_id, EmailAddress(email), name, at=NOON)


def data(email: str = "ada@example.com", name: str = "Ada", password: str = GOOD_PASSWORD) -> UserCreate:
    """What somebody types who wants an account."""
    return UserCreate(email, name, password)


def a_token(secret: str = "token", user_id: UserId = ADA, expires_at: datetime = NOON + TOKEN_LIFE) -> ActivationToken:
    """An activation token that nobody has used."""
    return ActivationToken(ActivationTokenId(UUID(int=1)), user_id, hash_of(secret), expires_at=expires_at)


def a_session(token: str = "token", user_id: UserId = ADA, number: int = 1) -> Session:
    """A session that was opened at noon."""
    return Session(SessionId(UUID(int=number)), user_id, hash_of(token), opened_at=NOON)


def an_api_key(secret: str = "secret", user_id: UserId = ADA, number: int = 1, name: str = "bot") -> ApiKey:
    """A key that was made at noon."""
    return ApiKey(KeyId(UUID(int=number)), user_id, name, hash_of(secret), created_at=NOON)


@dataclass(frozen=True)
class Thing:
    """Something that somebody owns."""

    owner: UserId
    is_public: bool = False
