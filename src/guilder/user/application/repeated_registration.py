"""Registrations of addresses that have an account already."""

from __future__ import annotations

from guilder.core.clock import Clock
from guilder.core.ids import IdSource, SecretSource
from guilder.core.unit_of_work import UnitOfWork
from guilder.published.user import RegistrationRepeated
from guilder.shared.ids import UserId
from guilder.user.application.ports import ActivationTokenRepository, UserRepository
from guilder.user.application.user_auditor import UserAuditor
from guilder.user.application.user_create import UserCreate
from guilder.user.domain.activation_token import TOKEN_LIFE, ActivationToken, ActivationTokenId
from guilder.user.domain.email_address import EmailAddress
from guilder.user.domain.secret_hash import hash_of
from guilder.user.domain.user import User


class RepeatedRegistration:
    """Answers them like any other, so that nobody learns who has an account; the owner of the address is told.

    The id in the answer belongs to nobody. A token that nobody ever saw is kept for it, so that an attempt to
    activate it is refused with the same words as for a new account.
    """

    def __init__(
        self,
        work: UnitOfWork,
        users: UserRepository,
        tokens: ActivationTokenRepository,
        auditor: UserAuditor,
        ids: IdSource,
        secrets: SecretSource,
        clock: Clock,
    ) -> None:
        self._work = work
        self._users = users
        self._tokens = tokens
        self._auditor = auditor
        self._ids = ids
        self._secrets = secrets
        self._clock = clock

    async def answer(self, data: UserCreate) -> User | None:
        """A user who does not exist, to be shown as if he did; None when the address turns out to be free."""
        email = EmailAddress(data.email)
        now = self._clock.now()
        nobody = User(UserId(self._ids.new()), email, data.name, registered_at=now)
        async with self._work:
            owner = await self._users.find_by_email(email)
            if owner is None:
                return None
            self._users.tell(RegistrationRepeated(user_id=owner.id, attempted_at=now))
            self._tokens.save(self._unseen_token(nobody))
            await self._auditor.log_repeated_registration(owner)
        return nobody

    def _unseen_token(self, nobody: User) -> ActivationToken:
        return ActivationToken(
            ActivationTokenId(self._ids.new()),
            nobody.id,
            hash_of(self._secrets.new()),
            expires_at=nobody.registered_at + TOKEN_LIFE,
        )
