"""Mails owners of orders that shares changed hands."""

from __future__ import annotations

from guilder.notification.application.ports import PreferencesRepository
from guilder.notification.domain.fills import fill_mail
from guilder.published.notification import EmailService
from guilder.published.trading import OrderFilled
from guilder.published.user import Contacts, UserNotFoundError


class FillMailer:
    """Hears of every fill; whoever asked for it gets a mail.

    It listens apart from `FillNotifier`, so that nobody waits for a message while the mail server is away.
    """

    def __init__(self, preferences: PreferencesRepository, contacts: Contacts, mails: EmailService) -> None:
        self._preferences = preferences
        self._contacts = contacts
        self._mails = mails

    async def on_order_filled(self, fill: OrderFilled) -> None:
        """Mail the owner, if he wants it and still is with us.

        Raises:
            MailNotSentError: the mail server is away; the fill is told again later.
        """
        wishes = await self._preferences.of(fill.owner)
        if not wishes.fill_mails:
            return
        try:
            contact = await self._contacts.contact(fill.owner)
        except UserNotFoundError:
            return
        mail = fill_mail(fill, contact)
        await self._mails.send_email(mail.to, mail.subject, mail.body)
