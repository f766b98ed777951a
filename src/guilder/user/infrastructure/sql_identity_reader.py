"""Looks up who signed a request: one indexed query, or none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from guilder.core.database import Database
from guilder.published.user import Identity
from guilder.shared.ids import UserId
from guilder.user.application.ports import KnownKey, KnownSession
from guilder.user.domain.api_key import KeyId
from guilder.user.infrastructure.identity_cache import IdentityCache
from guilder.user.infrastructure.tables import api_keys, sessions, users


class SqlIdentityReader:
    """`IdentityReader` that remembers its last answers for some seconds."""

    def __init__(self, database: Database, cache: IdentityCache) -> None:
        self._database = database
        self._cache = cache

    async def by_token_hash(self, token_hash: bytes) -> KnownSession | None:
        known = self._cache.find(token_hash)
        if isinstance(known, KnownSession):
            return known
        row = await self._database.fetch_one(
            select(users.c.id, users.c.roles, sessions.c.expires_at)
            .join_from(sessions, users)
            .where(sessions.c.token_hash == token_hash, sessions.c.revoked_at.is_(None))
            .where(users.c.activated_at.is_not(None))
        )
        if row is None:
            return None
        known = KnownSession(_identity(row), row.expires_at)
        self._cache.remember(token_hash, known)
        return known

    async def by_key_id(self, key_id: KeyId) -> KnownKey | None:
        known = self._cache.find(key_id)
        if isinstance(known, KnownKey):
            return known
        row = await self._database.fetch_one(
            select(users.c.id, users.c.roles, api_keys.c.secret_hash)
            .join_from(api_keys, users)
            .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
            .where(users.c.activated_at.is_not(None))
        )
        if row is None:
            return None
        known = KnownKey(_identity(row), bytes(row.secret_hash))
        self._cache.remember(key_id, known)
        return known


def _identity(row: Row[Any]) -> Identity:
    return Identity(UserId(row.id), frozenset(row.roles))
