"""Profiles in the database."""

from __future__ import annotations

from sqlalchemy import select

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.shared.currency import Currency
from guilder.shared.ids import UserId
from guilder.user.domain.profile import Profile
from guilder.user.infrastructure.tables import profiles


class SqlProfileRepository:
    """`ProfileRepository`. Who never chose has no row."""

    def __init__(self, unit: Unit, database: Database) -> None:
        self._unit = unit
        self._database = database

    async def of(self, user_id: UserId) -> Profile:
        found = await self._unit.find(Profile, user_id, lambda: self._load(user_id))
        return found or Profile(user_id)

    def save(self, profile: Profile) -> None:
        self._unit.put(
            profiles,
            profile,
            {
                "id": profile.id,
                "locale": profile.locale,
                "timezone": profile.timezone,
                "base_currency": profile.base_currency.code,
            },
        )

    async def _load(self, user_id: UserId) -> Profile | None:
        row = await self._database.fetch_one(select(profiles).where(profiles.c.id == user_id))
        if row is None:
            return None
        return Profile(
            user_id,
            locale=row.locale,
            timezone=row.timezone,
            base_currency=Currency.of(row.base_currency),
            version=row.version,
        )
