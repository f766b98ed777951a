"""Activates accounts."""

from __future__ import annotations

from guilder.core.caller import Caller, Role
from guilder.core.clock import Clock
from guilder.core.unit_of_work import UnitOfWork
from guilder.published.user import UserNotFoundError
from guilder.shared.errors import ConflictError
from guilder.shared.ids import UserId
from guilder.user.application.ports import ActivationTokenRepository, UserRepository
from guilder.user.application.user_auditor import UserAuditor
from guilder.user.domain.activation_token import InvalidActivationTokenError
from guilder.user.domain.secret_hash import hash_of
from guilder.user.domain.user import User


class UserActivator:
    """Lets in who has the mailed token, and whom an admin vouches for. The second time changes nothing."""

    def __init__(
        self,
        work: UnitOfWork,
        users: UserRepository,
        tokens: ActivationTokenRepository,
        auditor: UserAuditor,
        clock: Clock,
        caller: Caller,
    ) -> None:
        self._work = work
        self._users = users
        self._tokens = tokens
        self._auditor = auditor
        self._clock = clock
        self._caller = caller

    async def activate_user(self, user_id: UserId, token: str | None) -> User:
        """With a token: whoever has it. Without one: an admin.

        Raises:
            NotSignedInError, NotAllowedError: there is no token, and the caller is no admin.
            InvalidActivationTokenError: the token is not for this account, or too old.
            UserNotFoundError: there is no such user.
        """
        if token is None:
            self._caller.require_role(Role.ADMIN)
        try:
            return await self._activate(user_id, token)
        except ConflictError:  # he was activated at this very moment, so this is the second time
            return await self._activate(user_id, token)

    async def _activate(self, user_id: UserId, token: str | None) -> User:
        async with self._work:
            user = await self._users.get_by_id(user_id)
            if user is None:
                raise await self._refusal(user_id, token)
            was_active = user.is_active
            if token is None:
                user.activate(self._clock.now())
            else:
                await self._redeem(token, user)
            if not was_active:
                self._users.save(user)
                await self._auditor.log_activation(user)
        return user

    async def _redeem(self, token: str, user: User) -> None:
        kept = await self._tokens.find(hash_of(token))
        if kept is None:
            raise InvalidActivationTokenError
        kept.redeem(user, self._clock.now())
        if kept.is_changed:
            self._tokens.save(kept)

    async def _refusal(self, user_id: UserId, token: str | None) -> Exception:
        """Ids that were handed out and belong to nobody look like new accounts to those without their token."""
        if token is not None and await self._tokens.has_any(user_id):
            return InvalidActivationTokenError()
        return UserNotFoundError()
