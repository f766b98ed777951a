"""Which mail service stands behind the port, decided by the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from guilder.core.settings import SecretUrl, Settings
from guilder.notification.domain.mail import InvalidMailError
from guilder.notification.infrastructure.file_email_service import FileEmailService
from guilder.notification.infrastructure.smtp_config import InvalidSMTPConfigError
from guilder.notification.infrastructure.smtp_email_service import SMTPEmailService
from guilder.notification.wiring import email_service_for
from guilder.published.notification import EmailService
from guilder.testing import FakeClock, SequentialIds
from tests.notification.mail_server import a_mail_server


def the_service(**chosen: Any) -> EmailService:
    return email_service_for(Settings(**chosen), FakeClock(), SequentialIds())


async def test_without_a_mail_server_mails_become_files_of_the_data_directory(tmp_path: Path) -> None:
    service = the_service(data_dir=tmp_path, mail_from="The House <house@guilder.example>")

    await service.send_email("anna@example.org", "Hello", "Hello Anna\n")

    assert isinstance(service, FileEmailService)
    text = _only_mail(tmp_path / "mail")
    assert "From: The House <house@guilder.example>\n" in text
    assert "To: anna@example.org\n" in text
    assert text.endswith("\n\nHello Anna\n")


async def test_with_a_mail_server_mails_go_there() -> None:
    async with a_mail_server() as server:
        service = the_service(smtp_url=SecretUrl(f"smtp://127.0.0.1:{server.port}"), mail_from="house@guilder.example")

        await service.send_email("anna@example.org", "Hello", "Hello Anna\n")

        assert isinstance(service, SMTPEmailService)
        assert [str(mail["From"]) for mail in server.mails] == ["house@guilder.example"]


@pytest.mark.parametrize(
    "sender", ["a@b@c", "Anna <anna@example..org>", "<@>", " , @ ,", "anna@example.org, bert@example.org"]
)
def test_a_sender_that_is_none_is_refused_at_the_start(sender: str) -> None:
    with pytest.raises(InvalidMailError):
        the_service(mail_from=sender)


def test_a_mail_server_that_is_none_is_refused_at_the_start() -> None:
    with pytest.raises(InvalidSMTPConfigError):
        the_service(smtp_url=SecretUrl("smtp://host/path"))


async def test_a_senders_name_cannot_smuggle_a_header(tmp_path: Path) -> None:
    hidden = "=?utf-8?q?House=0D=0ABcc=3Abert?= <house@guilder.example>"

    await the_service(data_dir=tmp_path, mail_from=hidden).send_email("anna@example.org", "Hello", "")

    assert "\nBcc:" not in _only_mail(tmp_path / "mail")


def _only_mail(folder: Path) -> str:
    (file,) = folder.iterdir()
    return file.read_text()
