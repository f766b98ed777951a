"""API keys in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.shared.ids import UserId
from guilder.user.domain.api_key import ApiKey, KeyId
from guilder.user.infrastructure.identity_cache import IdentityCache
from guilder.user.infrastructure.tables import api_keys


class SqlApiKeyRepository:
    """`ApiKeyRepository`."""

    def __init__(self, unit: Unit, database: Database, cache: IdentityCache) -> None:
        self._unit = unit
        self._database = database
        self._cache = cache

    async def get(self, key_id: KeyId) -> ApiKey | None:
        return await self._unit.find(ApiKey, key_id, lambda: self._load(key_id))

    async def of_user(self, user_id: UserId) -> Sequence[ApiKey]:
        query = select(api_keys).where(api_keys.c.user_id == user_id, api_keys.c.revoked_at.is_(None))
        return [_key(row) for row in await self._database.fetch_all(query.order_by(api_keys.c.id))]

    def save(self, key: ApiKey) -> None:
        self._unit.put(
            api_keys,
            key,
            {
                "id": key.id,
                "user_id": key.user_id,
                "name": key.name,
                "secret_hash": key.secret_hash,
                "created_at": key.created_at,
                "revoked_at": key.revoked_at,
            },
        )
        if key.revoked_at is not None:
            self._unit.when_queued(lambda: self._cache.bar(key.id))

    async def _load(self, key_id: KeyId) -> ApiKey | None:
        row = await self._database.fetch_one(select(api_keys).where(api_keys.c.id == key_id))
        return None if row is None else _key(row)


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        KeyId(row.id),
        UserId(row.user_id),
        row.name,
        bytes(row.secret_hash),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        version=row.version,
    )
