"""A mail as RFC 5322 has it: what goes over the wire, and into files."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, getaddresses
from typing import Final, Literal
from uuid import UUID

from guilder.notification.domain.mail import InvalidMailError, Mail, is_address
from guilder.notification.domain.text import one_line

_LONGEST_LINE: Final = 998
"""Octets a line may have on its way, its end not counted (RFC 5322, 2.1.1)."""


SENDER: Final = Address("Guilder", "guilder", "localhost")


def sender_of(text: str) -> Address:
    """Who mails come from: `Guilder <guilder@example.org>`, or the address alone.

    Raises:
        InvalidMailError: it is no such sender.
    """
    found = getaddresses([text])
    name, address = found[0] if len(found) == 1 else ("", "")
    if not is_address(address):
        raise InvalidMailError(f"{text[:80]!r} is no sender: write Guilder <guilder@example.org>")
    plain = _address(address)
    return Address(one_line(name, 100).replace("=?", "= ?"), plain.username, plain.domain)


def mail_message(mail: Mail, sender: Address, sent_at: datetime, message_id: UUID) -> EmailMessage:
    """The message with its headers; the header classes of the standard library quote what needs it.

    Raises:
        InvalidMailError: the address does not parse as exactly one.
    """
    to = _address(mail.to)
    message = EmailMessage(policy=SMTP if to.addr_spec.isascii() else SMTPUTF8)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = f"<{message_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, cte=_transfer_encoding(mail.body))
    return message


def _address(text: str) -> Address:
    """One address; a host in letters of the world becomes the form that mail servers look up."""
    local, _, host = text.rpartition("@")
    try:
        return Address(username=local, domain=host.encode("idna").decode("ascii"))
    except ValueError as problem:
        raise InvalidMailError(f"{text[:80]!r} is not one mail address") from problem


def _transfer_encoding(body: str) -> Literal["7bit", "8bit", "quoted-printable"]:
    """The plainest that carries the body: a person who opens the file should read it as it is."""
    if any(len(line) > _LONGEST_LINE for line in body.encode().split(b"\n")):
        return "quoted-printable"
    return "7bit" if body.isascii() else "8bit"
