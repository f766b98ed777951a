"""Shows users to themselves."""

from __future__ import annotations

from guilder.core.caller import Caller
from guilder.published.user import UserNotFoundError
from guilder.shared.ids import UserId
from guilder.user.application.access import check_may_see
from guilder.user.application.ports import ProfileRepository, UserReader
from guilder.user.application.user_profile import UserProfile


class UserDisplayService:
    """Reads, and changes nothing: so it is handed a reader, and no repository of users."""

    def __init__(self, reader: UserReader, profiles: ProfileRepository, caller: Caller) -> None:
        self._reader = reader
        self._profiles = profiles
        self._caller = caller

    async def get_user_profile(self, user_id: UserId) -> UserProfile:
        """One's own page, or anybody's for an admin.

        Raises:
            NotSignedInError: nobody is signed in.
            UserNotFoundError: there is no such user, or it is somebody else.
        """
        check_may_see(self._caller, user_id)
        user = await self._reader.get_user(user_id)
        if user is None:
            raise UserNotFoundError
        return UserProfile.from_user(user, await self._profiles.of(user_id))
