"""Opens accounts."""

from __future__ import annotations

from collections.abc import Iterable

from guilder.core.clock import Clock
from guilder.core.ids import IdSource
from guilder.core.unit_of_work import UnitOfWork
from guilder.shared.errors import ConflictError
from guilder.shared.ids import UserId
from guilder.user.application.ports import PasswordHasher, UserRepository
from guilder.user.application.user_auditor import UserAuditor
from guilder.user.application.user_create import UserCreate
from guilder.user.domain.email_address import EmailAddress
from guilder.user.domain.password import Password
from guilder.user.domain.user import User, UserRole


class EmailTakenError(ConflictError):
    """There is an account with this address. Said to admins only; the public is not told who has an account."""

    code = "email_taken"


class UserCreator:
    """Makes a user of data that is in order. The welcome goes out afterwards, when others hear of it."""

    def __init__(
        self,
        work: UnitOfWork,
        users: UserRepository,
        hasher: PasswordHasher,
        auditor: UserAuditor,
        ids: IdSource,
        clock: Clock,
    ) -> None:
        self._work = work
        self._users = users
        self._hasher = hasher
        self._auditor = auditor
        self._ids = ids
        self._clock = clock

    async def create_user(self, data: UserCreate, *, roles: Iterable[UserRole] = (), is_active: bool = False) -> User:
        """Hash the password, which takes its time, then save the user and the audit note together.

        Raises:
            EmailTakenError: the address has an account.
            ConflictError: somebody else opened one with it at the same moment.
            PasswordCheckBusyError: too many passwords wait to be hashed.
        """
        email = EmailAddress(data.email)
        password_hash = await self._hasher.hash(Password(data.password))
        async with self._work:
            if await self._users.find_by_email(email) is not None:
                raise EmailTakenError
            now = self._clock.now()
            user = User.register(UserId(self._ids.new()), email, data.name, at=now, roles=roles)
            if is_active:
                user.activate(now)
            self._users.create(user, password_hash)
            await self._auditor.log_creation(user)
        return user
