"""How the address of a mail server is written."""

from __future__ import annotations

import pytest

from guilder.notification.infrastructure.smtp_config import InvalidSMTPConfigError, SMTPConfig


@pytest.mark.parametrize(
    ("url", "config"),
    [
        ("smtp://localhost", SMTPConfig("localhost", 25)),
        ("smtp://localhost:1025", SMTPConfig("localhost", 1025)),
        ("smtp://localhost:1025/", SMTPConfig("localhost", 1025)),
        ("smtps://mail.example.org", SMTPConfig("mail.example.org", 465, is_tls=True)),
        ("smtp://anna:s3cret@mail.example.org:587", SMTPConfig("mail.example.org", 587, False, "anna", "s3cret")),
        ("smtp://anna%40example.org:p%3A%2F%40@[::1]:25", SMTPConfig("::1", 25, False, "anna@example.org", "p:/@")),
    ],
)
def test_an_address_says_host_port_encryption_and_login(url: str, config: SMTPConfig) -> None:
    assert SMTPConfig.parse(url) == config


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:25",
        "http://localhost",
        "smtp://",
        "smtp://:25",
        "smtp://host:port",
        "smtp://host:99999",
        "smtp://host/path",
        "smtp://host?tls=1",
        "smtp://anna@host",
        "smtp://[::1",
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(InvalidSMTPConfigError):
        SMTPConfig.parse(url)


def test_a_refused_address_is_not_repeated_since_it_may_hold_a_password() -> None:
    with pytest.raises(InvalidSMTPConfigError) as refusal:
        SMTPConfig.parse("smtp://anna:s3cret@host/path")

    assert "s3cret" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_password_stands_in_no_representation() -> None:
    assert "s3cret" not in repr(SMTPConfig.parse("smtp://anna:s3cret@host"))


@pytest.mark.parametrize(
    ("url", "must_upgrade"),
    [
        ("smtp://mail.example.org", False),
        ("smtp://anna:s3cret@mail.example.org", True),
        ("smtp://anna:s3cret@localhost", False),
        ("smtps://anna:s3cret@mail.example.org", False),
    ],
)
def test_a_password_for_another_machine_asks_for_encryption(url: str, must_upgrade: bool) -> None:
    assert SMTPConfig.parse(url).must_upgrade is must_upgrade
