"""Password hashes in the database."""

from __future__ import annotations

from sqlalchemy import select

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.shared.ids import UserId
from guilder.user.application.ports import Credentials
from guilder.user.domain.email_address import EmailAddress
from guilder.user.infrastructure.sql_user_repository import user_of
from guilder.user.infrastructure.tables import passwords, users


class SqlCredentialRepository:
    """`CredentialRepository` by a table of its own, so that no other query comes across a hash."""

    def __init__(self, unit: Unit, database: Database) -> None:
        self._unit = unit
        self._database = database

    async def of(self, email: EmailAddress) -> Credentials | None:
        query = select(users, passwords.c.hash.label("password_hash")).join(passwords)
        row = await self._database.fetch_one(query.where(users.c.email_key == email.key))
        return None if row is None else Credentials(user_of(row), row.password_hash)

    def keep(self, user_id: UserId, password_hash: str) -> None:
        self._unit.keep(passwords, {"user_id": user_id}, {"hash": password_hash})
