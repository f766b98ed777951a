"""Writes into the audit trail what happens to accounts."""

from __future__ import annotations

from guilder.published.audit import AuditLogger
from guilder.user.domain.api_key import ApiKey
from guilder.user.domain.session import Session
from guilder.user.domain.user import User


class UserAuditor:
    """One action a method, in the commit of the change itself: ids and roles, never an address, a name or a secret."""

    def __init__(self, logger: AuditLogger) -> None:
        self._logger = logger

    async def log_creation(self, user: User) -> None:
        """An account was opened."""
        await self._logger.log_action(user.id, "user_created", {"roles": ",".join(sorted(user.roles))})

    async def log_repeated_registration(self, user: User) -> None:
        """Somebody tried to open an account with the address of this user."""
        await self._logger.log_action(user.id, "registration_repeated", {})

    async def log_activation(self, user: User) -> None:
        """An account became active."""
        await self._logger.log_action(user.id, "user_activated", {})

    async def log_sign_in(self, session: Session) -> None:
        """A user signed in."""
        await self._logger.log_action(session.user_id, "signed_in", {"session": str(session.id)})

    async def log_sign_in_by_operator(self, session: Session) -> None:
        """Who works on the machine itself acts as a user for a while."""
        await self._logger.log_action(session.user_id, "signed_in_by_operator", {"session": str(session.id)})

    async def log_sign_out(self, session: Session) -> None:
        """A user signed out."""
        await self._logger.log_action(session.user_id, "signed_out", {"session": str(session.id)})

    async def log_key_creation(self, key: ApiKey) -> None:
        """A user got a key for his programs."""
        await self._logger.log_action(key.user_id, "api_key_created", {"key": str(key.id)})

    async def log_key_revocation(self, key: ApiKey) -> None:
        """A key was made useless."""
        await self._logger.log_action(key.user_id, "api_key_revoked", {"key": str(key.id)})
