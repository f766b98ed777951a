"""Users' wishes as rows."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.notification.domain.preferences import NotificationPreferences
from guilder.notification.infrastructure import tables
from guilder.shared.ids import UserId

_ONE: Final = select(tables.preferences).where(tables.preferences.c.id == bindparam("id"))


class SqlPreferencesRepository:
    """`PreferencesRepository` in the database."""

    def __init__(self, database: Database, unit: Unit) -> None:
        self._database = database
        self._unit = unit

    async def of(self, user_id: UserId) -> NotificationPreferences:
        async def load() -> NotificationPreferences | None:
            row = await self._database.fetch_one(_ONE.params(id=user_id))
            if row is None:
                return None
            return NotificationPreferences(user_id, fill_mails=row.fill_mails, version=row.version)

        known = await self._unit.find(NotificationPreferences, user_id, load)
        return known or NotificationPreferences(user_id)

    def save(self, preferences: NotificationPreferences) -> None:
        """Hand the wishes to the unit; a lost race is a `ConflictError` at its end."""
        values = {"id": preferences.id, "fill_mails": preferences.fill_mails}
        self._unit.put(tables.preferences, preferences, values)
