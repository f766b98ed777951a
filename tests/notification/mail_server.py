"""A real mail server on a free port of this machine, in the test's own event loop."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class MailServer:
    """What the server has taken, and how it misbehaves."""

    def __init__(self) -> None:
        self.port = 0
        self.envelopes: list[Envelope] = []
        self.was_encrypted: list[bool] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.deaths_to_come = 0
        """How many more times it dies with a mail half delivered."""
        self.answer = "250 taken"
        self.password = b"right"

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails taken so far, as their readers see them."""
        contents = [cast(bytes, envelope.content) for envelope in self.envelopes]
        return [message_from_bytes(content, policy=default) for content in contents]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.deaths_to_come:
            self.deaths_to_come -= 1
            cast(asyncio.Transport, server.transport).abort()
            return "421 dying"
        if self.answer.startswith("250"):
            self.envelopes.append(envelope)
            self.was_encrypted.append(session.ssl is not None)
        return self.answer

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == self.password, handled=False)


@asynccontextmanager
async def a_mail_server(
    *,
    starttls: bool = False,
    tls: bool = False,
    wants_login: bool = False,
    mails: MailServer | None = None,
    port: int = 0,
) -> AsyncIterator[MailServer]:
    """A server that takes mails until the block is left; `mails` and `port` of an earlier one bring that one back."""
    server = mails or MailServer()
    context = _server_tls() if starttls or tls else None

    def protocol() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # it minds passwords on connections without encryption
            return SMTP(
                server,
                hostname="mail.test",
                enable_SMTPUTF8=True,
                tls_context=context if starttls else None,
                authenticator=server.login,
                auth_required=wants_login,
                auth_require_tls=False,
                loop=asyncio.get_running_loop(),
            )

    loop = asyncio.get_running_loop()
    listening = await loop.create_server(protocol, "127.0.0.1", port, ssl=context if tls else None)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()


def trusting_tls() -> ssl.SSLContext:
    """What believes the server of these tests, whose certificate names another host."""
    context = ssl.create_default_context()
    context.check_hostname = False
    with _certificate("server.crt") as path:
        context.load_verify_locations(path)
    return context


def _server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with _certificate("server.crt") as certificate, _certificate("server.key") as key:
        context.load_cert_chain(certificate, key)
    return context


def _certificate(name: str) -> Any:
    """A file of the certificate that comes with the mail server's own tests."""
    source: Path = cast(Path, files("aiosmtpd") / "tests" / "certs" / name)
    return as_file(source)
