"""Gives users keys for their programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from guilder.core.caller import Caller, Role
from guilder.core.clock import Clock
from guilder.core.ids import IdSource, SecretSource
from guilder.core.unit_of_work import UnitOfWork
from guilder.shared.ids import UserId
from guilder.user.application.ports import ApiKeyRepository
from guilder.user.application.user_auditor import UserAuditor
from guilder.user.domain.api_key import MOST_KEYS, ApiKey, ApiKeyNotFoundError, KeyId, TooManyApiKeysError
from guilder.user.domain.secret_hash import hash_of


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key together with its secret, which is shown this once; here only its hash is kept."""

    key: ApiKey
    secret: str = field(repr=False)


class ApiKeyService:
    """Keys last until they are revoked."""

    def __init__(
        self,
        work: UnitOfWork,
        keys: ApiKeyRepository,
        auditor: UserAuditor,
        ids: IdSource,
        secrets: SecretSource,
        clock: Clock,
        caller: Caller,
    ) -> None:
        self._work = work
        self._keys = keys
        self._auditor = auditor
        self._ids = ids
        self._secrets = secrets
        self._clock = clock
        self._caller = caller

    async def create_api_key(self, name: str) -> NewApiKey:
        """A key of one's own.

        Raises:
            NotSignedInError: nobody is signed in.
            InvalidNameError: the name is blank, too long, or more than one line.
            TooManyApiKeysError: there are 100 already.
        """
        return await self._create(self._caller.require_user(), name)

    async def create_api_key_for(self, user_id: UserId, name: str) -> NewApiKey:
        """A key for somebody else: only who works on the machine itself may do that, since it lets him act as the user.

        Raises:
            NotAllowedError, NotSignedInError: this is not the machine itself.
            InvalidNameError, TooManyApiKeysError: as for a key of one's own.
        """
        self._caller.require_role(Role.SYSTEM)
        return await self._create(user_id, name)

    async def list_api_keys(self) -> Sequence[ApiKey]:
        """One's own keys that are not revoked, oldest first. Raises `NotSignedInError`."""
        return await self._keys.of_user(self._caller.require_user())

    async def get_api_key(self, key_id: KeyId) -> ApiKey:
        """One of these. Raises `NotSignedInError`, or `ApiKeyNotFoundError`, also when it is revoked."""
        for key in await self.list_api_keys():
            if key.id == key_id:
                return key
        raise ApiKeyNotFoundError

    async def revoke_api_key(self, key_id: KeyId) -> None:
        """Make a key of one's own useless, at once and for good; the second time changes nothing.

        Raises:
            NotSignedInError: nobody is signed in.
            ApiKeyNotFoundError: the caller has no such key.
        """
        user_id = self._caller.require_user()
        async with self._work:
            key = await self._keys.get(key_id)
            if key is None or key.user_id != user_id:
                raise ApiKeyNotFoundError
            key.revoke(self._clock.now())
            if key.is_changed:
                self._keys.save(key)
                await self._auditor.log_key_revocation(key)

    async def _create(self, user_id: UserId, name: str) -> NewApiKey:
        secret = self._secrets.new()
        key = ApiKey(KeyId(self._ids.new()), user_id, name, hash_of(secret), created_at=self._clock.now())
        async with self._work:
            if len(await self._keys.of_user(user_id)) >= MOST_KEYS:
                raise TooManyApiKeysError
            self._keys.save(key)
            await self._auditor.log_key_creation(key)
        return NewApiKey(key, secret)
