"""API keys: how programs sign their requests for a user."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NewType
from uuid import UUID

from guilder.shared.errors import NotFoundError, RefusedError
from guilder.shared.events import Aggregate
from guilder.shared.ids import UserId
from guilder.user.domain.name import proper_name

KeyId = NewType("KeyId", UUID)

MOST_KEYS: Final = 100
"""So many keys may one user have at a time."""


class ApiKeyNotFoundError(NotFoundError):
    """You have no such key."""

    code = "api_key_not_found"


class TooManyApiKeysError(RefusedError):
    """You have 100 keys; revoke one that you no longer need."""

    code = "too_many_api_keys"


class ApiKey(Aggregate):
    """A public key id and a secret, of which only the hash is here. It does what its owner may do, until revoked.

    Raises:
        InvalidNameError: the name is blank, too long, or more than one line.
    """

    __slots__ = ("_created_at", "_id", "_name", "_revoked_at", "_secret_hash", "_user_id")

    def __init__(
        self,
        key_id: KeyId,
        user_id: UserId,
        name: str,
        secret_hash: bytes,
        *,
        created_at: datetime,
        revoked_at: datetime | None = None,
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self._id = key_id
        self._user_id = user_id
        self._name = proper_name(name)
        self._secret_hash = secret_hash
        self._created_at = created_at
        self._revoked_at = revoked_at

    @property
    def id(self) -> KeyId:
        return self._id

    @property
    def user_id(self) -> UserId:
        return self._user_id

    @property
    def name(self) -> str:
        return self._name

    @property
    def secret_hash(self) -> bytes:
        return self._secret_hash

    @property
    def created_at(self) -> datetime:
        return self._created_at

    @property
    def revoked_at(self) -> datetime | None:
        return self._revoked_at

    def revoke(self, at: datetime) -> None:
        """It opens nothing any more. The first time counts."""
        if self._revoked_at is None:
            self._revoked_at = at
            self.record()
