"""Activation tokens in the database."""

from __future__ import annotations

from sqlalchemy import select

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.shared.ids import UserId
from guilder.user.domain.activation_token import ActivationToken, ActivationTokenId
from guilder.user.infrastructure.loading import resident
from guilder.user.infrastructure.tables import activation_tokens


class SqlActivationTokenRepository:
    """`ActivationTokenRepository`, found by their hashes."""

    def __init__(self, unit: Unit, database: Database) -> None:
        self._unit = unit
        self._database = database

    async def find(self, token_hash: bytes) -> ActivationToken | None:
        row = await self._database.fetch_one(
            select(activation_tokens).where(activation_tokens.c.token_hash == token_hash)
        )
        if row is None:
            return None
        token = ActivationToken(
            ActivationTokenId(row.id),
            UserId(row.user_id),
            bytes(row.token_hash),
            expires_at=row.expires_at,
            used_at=row.used_at,
            version=row.version,
        )
        return await resident(self._unit, token)

    async def has_any(self, user_id: UserId) -> bool:
        query = select(activation_tokens.c.id).where(activation_tokens.c.user_id == user_id).limit(1)
        return await self._database.fetch_one(query) is not None

    def save(self, token: ActivationToken) -> None:
        self._unit.put(
            activation_tokens,
            token,
            {
                "id": token.id,
                "user_id": token.user_id,
                "token_hash": token.token_hash,
                "expires_at": token.expires_at,
                "used_at": token.used_at,
            },
        )
