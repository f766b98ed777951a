"""Sessions: being signed in, for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NewType
from uuid import UUID

from guilder.shared.errors import NotFoundError, UnauthenticatedError
from guilder.shared.events import Aggregate
from guilder.shared.ids import UserId

SessionId = NewType("SessionId", UUID)

SESSION_LIFE: Final = timedelta(hours=12)


class BadCredentialsError(UnauthenticatedError):
    """The address or the password is wrong, or the account is not active."""

    code = "bad_credentials"


class SessionNotFoundError(NotFoundError):
    """You are not signed in by a session token, so there is no session to end."""

    code = "session_not_found"


class Session(Aggregate):
    """One sign-in. Its token is known to the user only; here is its hash."""

    __slots__ = ("_expires_at", "_id", "_opened_at", "_revoked_at", "_token_hash", "_user_id")

    def __init__(
        self,
        session_id: SessionId,
        user_id: UserId,
        token_hash: bytes,
        *,
        opened_at: datetime,
        expires_at: datetime | None = None,
        revoked_at: datetime | None = None,
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self._id = session_id
        self._user_id = user_id
        self._token_hash = token_hash
        self._opened_at = opened_at
        self._expires_at = expires_at or opened_at + SESSION_LIFE
        self._revoked_at = revoked_at

    @property
    def id(self) -> SessionId:
        return self._id

    @property
    def user_id(self) -> UserId:
        return self._user_id

    @property
    def token_hash(self) -> bytes:
        return self._token_hash

    @property
    def opened_at(self) -> datetime:
        return self._opened_at

    @property
    def expires_at(self) -> datetime:
        return self._expires_at

    @property
    def revoked_at(self) -> datetime | None:
        return self._revoked_at

    def revoke(self, at: datetime) -> None:
        """End it now, for good. The first time counts."""
        if self._revoked_at is None:
            self._revoked_at = at
            self.record()
