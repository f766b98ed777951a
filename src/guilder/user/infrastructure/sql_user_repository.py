"""Users in the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.shared.events import Event
from guilder.shared.ids import UserId
from guilder.user.domain.email_address import EmailAddress
from guilder.user.domain.user import User, UserRole
from guilder.user.infrastructure.loading import resident
from guilder.user.infrastructure.tables import passwords, users


class SqlUserRepository:
    """`UserRepository` and `UserReader`. A unique index sees to it that no two users have one address."""

    def __init__(self, unit: Unit, database: Database) -> None:
        self._unit = unit
        self._database = database

    async def get_by_id(self, user_id: UserId) -> User | None:
        return await self._unit.find(User, user_id, lambda: self.get_user(user_id))

    async def get_user(self, user_id: UserId) -> User | None:
        row = await self._database.fetch_one(select(users).where(users.c.id == user_id))
        return None if row is None else user_of(row)

    async def find_by_email(self, email: EmailAddress) -> User | None:
        row = await self._database.fetch_one(select(users).where(users.c.email_key == email.key))
        return None if row is None else await resident(self._unit, user_of(row))

    def create(self, user: User, password_hash: str) -> None:
        self.save(user)
        self._unit.keep(passwords, {"user_id": user.id}, {"hash": password_hash})

    def save(self, user: User) -> None:
        self._unit.put(
            users,
            user,
            {
                "id": user.id,
                "email": user.email.text,
                "email_key": user.email.key,
                "name": user.name,
                "roles": sorted(user.roles),
                "registered_at": user.registered_at,
                "activated_at": user.activated_at,
            },
        )

    def tell(self, event: Event) -> None:
        self._unit.emit([event])


def user_of(row: Row[Any]) -> User:
    """The user that a row of `user_users` tells of."""
    return User(
        UserId(row.id),
        EmailAddress(row.email),
        row.name,
        registered_at=row.registered_at,
        activated_at=row.activated_at,
        roles=map(UserRole, row.roles),
        version=row.version,
    )
