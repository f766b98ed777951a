"""Tells whether somebody is who he says he is."""

from __future__ import annotations

from guilder.core.unit_of_work import UnitOfWork
from guilder.user.application.ports import CredentialRepository, Credentials, PasswordHasher
from guilder.user.domain.email_address import EmailAddress, InvalidEmailError
from guilder.user.domain.password import Password
from guilder.user.domain.session import BadCredentialsError
from guilder.user.domain.user import User


class Authenticator:
    """Checks addresses and passwords. All refusals are one, and take one time: none tells who has an account."""

    def __init__(self, work: UnitOfWork, credentials: CredentialRepository, hasher: PasswordHasher) -> None:
        self._work = work
        self._credentials = credentials
        self._hasher = hasher

    async def check(self, email: str, password: str) -> User:
        """The user whose address and password these are.

        Raises:
            BadCredentialsError: nobody has the address, the password is not his, or he is not active.
            PasswordCheckBusyError: too many wait to be checked.
        """
        typed = Password(password)
        known = await self._known(email)
        is_right = await self._hasher.verify(typed, None if known is None else known.password_hash)
        if known is None or not is_right or not known.user.is_active:
            raise BadCredentialsError
        if self._hasher.is_outdated(known.password_hash):
            await self._hash_anew(known.user, typed)
        return known.user

    async def _known(self, email: str) -> Credentials | None:
        try:
            address = EmailAddress(email)
        except InvalidEmailError:
            return None
        return await self._credentials.of(address)

    async def _hash_anew(self, user: User, password: Password) -> None:
        password_hash = await self._hasher.hash(password)
        async with self._work:
            self._credentials.keep(user.id, password_hash)
