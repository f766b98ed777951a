"""Signs users in and out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from guilder.core.caller import Caller, Role
from guilder.core.clock import Clock
from guilder.core.ids import IdSource, SecretSource
from guilder.core.unit_of_work import UnitOfWork
from guilder.shared.ids import UserId
from guilder.user.application.authenticator import Authenticator
from guilder.user.application.ports import SessionRepository
from guilder.user.application.user_auditor import UserAuditor
from guilder.user.domain.secret_hash import hash_of
from guilder.user.domain.session import Session, SessionId, SessionNotFoundError

OPERATOR_SESSION_LIFE: Final = timedelta(minutes=5)
"""Long enough for one command."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A token that stands for its user until it expires. It is shown once; here only its hash is kept."""

    token: str = field(repr=False)
    expires_at: datetime
    user_id: UserId


class SessionService:
    """Sessions begin with a password and end when they are over, or when their user says so."""

    def __init__(
        self,
        work: UnitOfWork,
        authenticator: Authenticator,
        sessions: SessionRepository,
        auditor: UserAuditor,
        ids: IdSource,
        secrets: SecretSource,
        clock: Clock,
        caller: Caller,
    ) -> None:
        self._work = work
        self._authenticator = authenticator
        self._sessions = sessions
        self._auditor = auditor
        self._ids = ids
        self._secrets = secrets
        self._clock = clock
        self._caller = caller

    async def sign_in(self, email: str, password: str) -> SignedIn:
        """Open a session.

        Raises:
            BadCredentialsError: the address or the password is wrong, or the account is not active.
            PasswordCheckBusyError: too many sign in at this moment.
        """
        user = await self._authenticator.check(email, password)
        token = self._secrets.new()
        session = Session(SessionId(self._ids.new()), user.id, hash_of(token), opened_at=self._clock.now())
        async with self._work:
            self._sessions.save(session)
            await self._auditor.log_sign_in(session)
        return SignedIn(token, session.expires_at, user.id)

    async def sign_in_as(self, user_id: UserId) -> SignedIn:
        """Open a session of a few minutes for somebody else: only who works on the machine itself may do that.

        Raises:
            NotAllowedError, NotSignedInError: this is not the machine itself.
            ConflictError: there is no such user.
        """
        self._caller.require_role(Role.SYSTEM)
        token, now = self._secrets.new(), self._clock.now()
        expires_at = now + OPERATOR_SESSION_LIFE
        session = Session(SessionId(self._ids.new()), user_id, hash_of(token), opened_at=now, expires_at=expires_at)
        async with self._work:
            self._sessions.save(session)
            await self._auditor.log_sign_in_by_operator(session)
        return SignedIn(token, expires_at, user_id)

    async def sign_out(self, token: str) -> None:
        """End the session of this token; when this returns it opens nothing any more.

        Raises:
            NotSignedInError: nobody is signed in.
            SessionNotFoundError: the caller has no such session.
        """
        user_id = self._caller.require_user()
        async with self._work:
            session = await self._sessions.find(hash_of(token))
            if session is None or session.user_id != user_id:
                raise SessionNotFoundError
            session.revoke(self._clock.now())
            if session.is_changed:
                self._sessions.save(session)
                await self._auditor.log_sign_out(session)
