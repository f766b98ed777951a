"""Changes how users like things shown."""

from __future__ import annotations

from guilder.core.caller import Caller
from guilder.core.unit_of_work import UnitOfWork
from guilder.published.user import UserNotFoundError
from guilder.shared.currency import Currency
from guilder.shared.ids import UserId
from guilder.user.application.access import check_may_see
from guilder.user.application.ports import ProfileRepository, TimeZones, UserReader
from guilder.user.application.user_profile import UserProfile
from guilder.user.domain.profile import UnknownTimezoneError


class ProfileService:
    """Everybody chooses for himself; an admin may help."""

    def __init__(
        self,
        work: UnitOfWork,
        reader: UserReader,
        profiles: ProfileRepository,
        timezones: TimeZones,
        caller: Caller,
    ) -> None:
        self._work = work
        self._reader = reader
        self._profiles = profiles
        self._timezones = timezones
        self._caller = caller

    async def change_profile(
        self,
        user_id: UserId,
        *,
        locale: str | None = None,
        timezone: str | None = None,
        base_currency: Currency | None = None,
    ) -> UserProfile:
        """Choose locale, time zone or base currency anew; None leaves one as it is.

        Raises:
            NotSignedInError: nobody is signed in.
            UserNotFoundError: there is no such user, or it is somebody else.
            InvalidLocaleError, UnknownTimezoneError: there is no such thing.
        """
        check_may_see(self._caller, user_id)
        if timezone is not None and not self._timezones.is_known(timezone):
            raise UnknownTimezoneError
        async with self._work:
            user = await self._reader.get_user(user_id)
            if user is None:
                raise UserNotFoundError
            profile = await self._profiles.of(user_id)
            profile.change(locale=locale, timezone=timezone, base_currency=base_currency)
            if profile.is_changed:
                self._profiles.save(profile)
        return UserProfile.from_user(user, profile)
