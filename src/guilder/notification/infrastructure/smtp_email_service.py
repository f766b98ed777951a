"""Hands mails to a mail server."""

from __future__ import annotations

from contextlib import suppress
from email.headerregistry import Address
from ssl import SSLContext

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from guilder.core.clock import Clock
from guilder.core.ids import IdSource
from guilder.notification.domain.mail import Mail
from guilder.notification.infrastructure.mail_message import SENDER, mail_message
from guilder.notification.infrastructure.smtp_config import SMTPConfig
from guilder.published.notification import MailNotSentError


class SMTPEmailService:
    """`EmailService` by SMTP: a connection a mail, with TLS whenever the server offers it.

    A mail counts as sent once the server has said so after its last line; what fails later changes nothing.
    When the connection breaks in between, nobody can know: it counts as not sent.
    """

    def __init__(
        self,
        config: SMTPConfig,
        clock: Clock,
        ids: IdSource,
        *,
        sender: Address = SENDER,
        tls: SSLContext | None = None,
    ) -> None:
        """`tls` says which servers are believed to be themselves; by default, whom the system believes."""
        self._config = config
        self._tls = tls
        self._clock = clock
        self._ids = ids
        self._sender = sender

    async def send_email(self, to: str, subject: str, body: str) -> None:
        """Returns when the server has taken the mail.

        Raises:
            InvalidMailError: the address or the subject cannot stand in a mail.
            MailNotSentError: the server is away, too slow, or refused the mail.
        """
        message = mail_message(Mail(to, subject, body), self._sender, self._clock.now(), self._ids.new())
        server = self._server()
        try:
            await server.connect()
            await server.send_message(message)
            with suppress(SMTPException, OSError):
                await server.quit()
        except (SMTPException, OSError, ValueError) as problem:
            raise MailNotSentError(f"The mail server {self._where} {_what(problem)}") from problem
        finally:
            server.close()

    def _server(self) -> SMTP:
        config = self._config
        return SMTP(
            hostname=config.host,
            port=config.port,
            username=config.username,
            password=config.password,
            use_tls=config.is_tls,
            start_tls=False if config.is_tls else (True if config.must_upgrade else None),
            local_hostname=self._sender.domain,
            timeout=config.timeout_seconds,
            tls_context=self._tls,
        )

    @property
    def _where(self) -> str:
        return f"{self._config.host}:{self._config.port}"


def _what(problem: Exception) -> str:
    """What went wrong, without what was said: answers of servers may repeat addresses and passwords."""
    if isinstance(problem, SMTPResponseException):
        return f"refused with {problem.code}"
    return f"did not take the mail ({type(problem).__name__})"
