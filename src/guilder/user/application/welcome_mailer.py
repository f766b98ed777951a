"""Hears of registrations, and has the mails about them written."""

from __future__ import annotations

from guilder.published.user import RegistrationRepeated, UserRegistered
from guilder.user.application.ports import UserReader
from guilder.user.application.user_notifier import UserNotifier


class WelcomeMailer:
    """Delivers when it can: a mail server that is away delays a welcome, and never a registration."""

    def __init__(self, reader: UserReader, notifier: UserNotifier) -> None:
        self._reader = reader
        self._notifier = notifier

    async def on_user_registered(self, registered: UserRegistered) -> None:
        """Greet the new user. Raises `MailNotSentError`, and is told again later."""
        user = await self._reader.get_user(registered.user_id)
        if user is not None:
            await self._notifier.send_welcome_notification(user)

    async def on_registration_repeated(self, repeated: RegistrationRepeated) -> None:
        """Tell the owner of the address. Raises `MailNotSentError`, and is told again later."""
        user = await self._reader.get_user(repeated.user_id)
        if user is not None:
            await self._notifier.send_repeated_registration_notice(user)
