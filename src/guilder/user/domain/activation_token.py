"""Activation tokens: whoever reads the mail proves that the address is his."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NewType
from uuid import UUID

from guilder.shared.errors import InvalidError
from guilder.shared.events import Aggregate
from guilder.shared.ids import UserId
from guilder.user.domain.user import User

ActivationTokenId = NewType("ActivationTokenId", UUID)

TOKEN_LIFE: Final = timedelta(days=7)


class InvalidActivationTokenError(InvalidError):
    """This token does not activate this account: it is not the one that was mailed, or it is too old."""

    code = "invalid_activation_token"
    field = "token"


class ActivationToken(Aggregate):
    """One mailed token; the mail has it, here is its hash."""

    __slots__ = ("_expires_at", "_id", "_token_hash", "_used_at", "_user_id")

    def __init__(
        self,
        token_id: ActivationTokenId,
        user_id: UserId,
        token_hash: bytes,
        *,
        expires_at: datetime,
        used_at: datetime | None = None,
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self._id = token_id
        self._user_id = user_id
        self._token_hash = token_hash
        self._expires_at = expires_at
        self._used_at = used_at

    @property
    def id(self) -> ActivationTokenId:
        return self._id

    @property
    def user_id(self) -> UserId:
        return self._user_id

    @property
    def token_hash(self) -> bytes:
        return self._token_hash

    @property
    def expires_at(self) -> datetime:
        return self._expires_at

    @property
    def used_at(self) -> datetime | None:
        return self._used_at

    def redeem(self, user: User, at: datetime) -> None:
        """Activate its user. Once he is active the same token does nothing, and does no harm.

        Raises:
            InvalidActivationTokenError: it was mailed to somebody else, is too old, or was used up before.
        """
        if self._user_id != user.id:
            raise InvalidActivationTokenError
        if user.is_active and self._used_at is not None:
            return
        if self._used_at is not None or at >= self._expires_at:
            raise InvalidActivationTokenError
        if user.is_active:
            return
        user.activate(at)
        self._used_at = at
        self.record()
