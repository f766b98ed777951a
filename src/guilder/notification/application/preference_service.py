"""What users want to be told."""

from __future__ import annotations

from guilder.core.caller import Caller
from guilder.core.unit_of_work import UnitOfWork
from guilder.notification.application.ports import PreferencesRepository
from guilder.notification.domain.preferences import NotificationPreferences


class PreferenceService:
    """The caller's own wishes."""

    def __init__(self, work: UnitOfWork, preferences: PreferencesRepository, caller: Caller) -> None:
        self._work = work
        self._preferences = preferences
        self._caller = caller

    async def show(self) -> NotificationPreferences:
        """What I asked for. Raises `NotSignedInError`."""
        return await self._preferences.of(self._caller.require_user())

    async def choose(self, *, fill_mails: bool) -> NotificationPreferences:
        """Say whether I want a mail for each fill. Raises `NotSignedInError`."""
        user_id = self._caller.require_user()
        async with self._work:
            preferences = await self._preferences.of(user_id)
            preferences.choose_fill_mails(fill_mails)
            if preferences.is_changed:
                self._preferences.save(preferences)
        return preferences
