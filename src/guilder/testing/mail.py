"""A mail service that keeps what it is given."""

from __future__ import annotations

from guilder.notification.domain.mail import Mail
from guilder.published.notification import MailNotSentError
from guilder.testing.faults import Faults


class MockEmailService:
    """`EmailService` for tests: mails stand in `sent_emails`, in the order in which they were sent.

    It refuses what the real ones refuse, and fails when told to: once by `mails.faults.fail_next(error)`, or
    all the time from `mails.go_down()` until `mails.come_back()`.
    """

    def __init__(self) -> None:
        self.sent_emails: list[dict[str, str]] = []
        self.faults = Faults()

    async def send_email(self, to: str, subject: str, body: str) -> None:
        """Keep the mail. Raises `InvalidMailError`, or the failure that was planned."""
        mail = Mail(to, subject, body)
        self.faults.strike()
        self.sent_emails.append({"to": mail.to, "subject": mail.subject, "body": mail.body})

    def sent_to(self, address: str) -> list[dict[str, str]]:
        """The mails to one address, in order."""
        return [mail for mail in self.sent_emails if mail["to"] == address]

    def go_down(self) -> None:
        """From now on no mail is taken."""
        self.faults.fail_always(MailNotSentError("The mail server is away"))

    def come_back(self) -> None:
        """From now on mails are taken again."""
        self.faults.recover()
