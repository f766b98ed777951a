"""Tells who signed a request."""

from __future__ import annotations

from uuid import UUID

from guilder.core.clock import Clock
from guilder.published.user import Identity
from guilder.user.application.ports import IdentityReader
from guilder.user.domain.api_key import KeyId
from guilder.user.domain.secret_hash import hash_of, is_secret_of


class UserIdentification:
    """`Identification` by sessions and API keys."""

    def __init__(self, identities: IdentityReader, clock: Clock) -> None:
        self._identities = identities
        self._clock = clock

    async def by_token(self, token: str) -> Identity | None:
        known = await self._identities.by_token_hash(hash_of(token))
        if known is None or self._clock.now() >= known.expires_at:
            return None
        return known.identity

    async def by_api_key(self, key_id: str, secret: str) -> Identity | None:
        try:
            key = KeyId(UUID(key_id))
        except ValueError:
            return None
        known = await self._identities.by_key_id(key)
        if known is None or not is_secret_of(secret, known.secret_hash):
            return None
        return known.identity
