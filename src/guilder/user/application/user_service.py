"""What can be done with accounts."""

from __future__ import annotations

from collections.abc import Iterable

from guilder.core.caller import Caller, Role
from guilder.published.user import UserNotFoundError
from guilder.shared.errors import ConflictError
from guilder.shared.ids import UserId
from guilder.user.application.access import check_may_see
from guilder.user.application.ports import UserRepository
from guilder.user.application.repeated_registration import RepeatedRegistration
from guilder.user.application.user_activator import UserActivator
from guilder.user.application.user_create import UserCreate
from guilder.user.application.user_creator import UserCreator
from guilder.user.application.user_validator import UserValidator
from guilder.user.domain.email_address import EmailAddress
from guilder.user.domain.user import User, UserRole


class UserService:
    """Opens accounts, activates them and shows them.

    A new user is saved together with the audit note and the fact that he registered; whoever greets him hears of
    it afterwards (`WelcomeMailer`), so no mail server can spoil a registration.
    """

    def __init__(
        self,
        validator: UserValidator,
        creator: UserCreator,
        repeated: RepeatedRegistration,
        activator: UserActivator,
        users: UserRepository,
        caller: Caller,
    ) -> None:
        self._validator = validator
        self._creator = creator
        self._repeated = repeated
        self._activator = activator
        self._users = users
        self._caller = caller

    async def register_user(self, data: UserCreate) -> User:
        """Open an account for oneself. For an address that has one the answer looks the same, and means nothing.

        Raises:
            ValidationError: with all that is wrong with the data.
            PasswordCheckBusyError: too many register or sign in at this moment.
        """
        self._validator.validate_creation_data(data)
        try:
            return await self._creator.create_user(data)
        except ConflictError:
            nobody = await self._repeated.answer(data)
            if nobody is None:
                raise
            return nobody

    async def create_user(self, data: UserCreate, *, roles: Iterable[UserRole] = (), is_active: bool = False) -> User:
        """Open an account for somebody else, as an admin.

        Raises:
            NotSignedInError, NotAllowedError: the caller is no admin.
            ValidationError: with all that is wrong with the data.
            EmailTakenError: the address has an account.
        """
        self._caller.require_role(Role.ADMIN)
        self._validator.validate_creation_data(data)
        return await self._creator.create_user(data, roles=roles, is_active=is_active)

    async def activate_user(self, user_id: UserId, token: str | None = None) -> User:
        """Activate an account, by the token that was mailed or as an admin; the second time changes nothing.

        Raises:
            NotSignedInError, NotAllowedError: there is no token, and the caller is no admin.
            InvalidActivationTokenError: the token is not for this account, or too old.
            UserNotFoundError: there is no such user.
        """
        return await self._activator.activate_user(user_id, token)

    async def get_user(self, user_id: UserId) -> User:
        """Oneself, or anybody for an admin.

        Raises:
            NotSignedInError: nobody is signed in.
            UserNotFoundError: there is no such user, or it is somebody else.
        """
        check_may_see(self._caller, user_id)
        user = await self._users.get_by_id(user_id)
        if user is None:
            raise UserNotFoundError
        return user

    async def get_user_by_email(self, email: str) -> User:
        """Anybody, for an admin.

        Raises:
            NotSignedInError, NotAllowedError: the caller is no admin.
            InvalidEmailError: this is no address.
            UserNotFoundError: nobody has it.
        """
        self._caller.require_role(Role.ADMIN)
        user = await self._users.find_by_email(EmailAddress(email))
        if user is None:
            raise UserNotFoundError
        return user
