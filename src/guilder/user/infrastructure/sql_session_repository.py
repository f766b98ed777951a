"""Sessions in the database."""

from __future__ import annotations

from sqlalchemy import select

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.shared.ids import UserId
from guilder.user.domain.session import Session, SessionId
from guilder.user.infrastructure.identity_cache import IdentityCache
from guilder.user.infrastructure.loading import resident
from guilder.user.infrastructure.tables import sessions


class SqlSessionRepository:
    """`SessionRepository`, found by the hashes of their tokens."""

    def __init__(self, unit: Unit, database: Database, cache: IdentityCache) -> None:
        self._unit = unit
        self._database = database
        self._cache = cache

    async def find(self, token_hash: bytes) -> Session | None:
        row = await self._database.fetch_one(select(sessions).where(sessions.c.token_hash == token_hash))
        if row is None:
            return None
        session = Session(
            SessionId(row.id),
            UserId(row.user_id),
            bytes(row.token_hash),
            opened_at=row.opened_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            version=row.version,
        )
        return await resident(self._unit, session)

    def save(self, session: Session) -> None:
        self._unit.put(
            sessions,
            session,
            {
                "id": session.id,
                "user_id": session.user_id,
                "token_hash": session.token_hash,
                "opened_at": session.opened_at,
                "expires_at": session.expires_at,
                "revoked_at": session.revoked_at,
            },
        )
        if session.revoked_at is not None:
            self._unit.when_queued(lambda: self._cache.bar(session.token_hash))
