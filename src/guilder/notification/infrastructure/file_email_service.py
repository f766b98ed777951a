"""Puts mails into a folder, for those who run Guilder without a mail server."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from email.headerregistry import Address
from pathlib import Path

from guilder.core.clock import Clock
from guilder.core.ids import IdSource
from guilder.notification.domain.mail import Mail
from guilder.notification.infrastructure.mail_message import SENDER, mail_message
from guilder.published.notification import MailNotSentError


class FileEmailService:
    """`EmailService` by files: each mail is one `.eml`, whole or not there; names sort by time.

    Mails hold tokens that open accounts, so folder and files are the owner's alone.
    """

    def __init__(self, folder: Path, clock: Clock, ids: IdSource, *, sender: Address = SENDER) -> None:
        self._folder = folder
        self._clock = clock
        self._ids = ids
        self._sender = sender

    async def send_email(self, to: str, subject: str, body: str) -> None:
        """Returns when the mail is on the disk.

        Raises:
            InvalidMailError: the address or the subject cannot stand in a mail.
            MailNotSentError: the folder or the disk does not take it.
        """
        sent_at, message_id = self._clock.now(), self._ids.new()
        message = mail_message(Mail(to, subject, body), self._sender, sent_at, message_id)
        name = f"{sent_at:%Y%m%dT%H%M%S.%fZ}-{message_id}.eml"
        try:
            content = message.as_bytes(policy=message.policy.clone(linesep="\n"))
            await asyncio.to_thread(_write, self._folder, name, content)
        except OSError as problem:
            raise MailNotSentError(f"The mail could not be written: {problem.strerror}") from problem


def _write(folder: Path, name: str, content: bytes) -> None:
    """Write under a name that nobody looks at, and give it its own name once it is safely on the disk."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = folder / f".{name}.part"
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(folder / name)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        raise
    _sync(folder)


def _sync(folder: Path) -> None:
    """The new name must survive a power cut, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
