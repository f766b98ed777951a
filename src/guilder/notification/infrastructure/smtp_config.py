"""Where mails are handed over, and as whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from guilder.shared.errors import InvalidError

_PORTS: Final = {"smtp": 25, "smtps": 465}
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class InvalidSMTPConfigError(InvalidError):
    """A mail server is written smtp://user:password@host:port, or smtps://… for TLS from the first byte."""

    code = "invalid_smtp_config"


@dataclass(frozen=True, slots=True)
class SMTPConfig:
    """A mail server. Its password is in no representation of this."""

    host: str
    port: int
    is_tls: bool = False
    """TLS from the first byte; else the connection is upgraded when the server offers that."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout_seconds: float = 10
    """For connecting, and for each command."""

    @classmethod
    def parse(cls, url: str) -> Self:
        """What stands in `GUILDER_SMTP_URL`: `smtp://user:password@host:port`, user and password %-encoded.

        Raises:
            InvalidSMTPConfigError: it is no such address.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise InvalidSMTPConfigError from None
        if parts.scheme not in _PORTS or not host or parts.path.strip("/") or parts.query or parts.fragment:
            raise InvalidSMTPConfigError
        if (parts.username is None) is not (parts.password is None):
            raise InvalidSMTPConfigError("A mail server's address has user and password, or neither")
        return cls(
            host,
            port or _PORTS[parts.scheme],
            is_tls=parts.scheme == "smtps",
            username=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
        )

    @property
    def must_upgrade(self) -> bool:
        """Whether an unencrypted connection is refused: a password never crosses a network in the clear."""
        return not self.is_tls and self.password is not None and self.host not in _LOOPBACK
