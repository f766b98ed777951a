"""What every `EmailService` keeps, the fake of `guilder.testing` included."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from guilder.notification.domain.mail import InvalidMailError
from guilder.notification.infrastructure.file_email_service import FileEmailService
from guilder.notification.infrastructure.smtp_config import SMTPConfig
from guilder.notification.infrastructure.smtp_email_service import SMTPEmailService
from guilder.published.notification import EmailService
from guilder.testing import FakeClock, MockEmailService, SequentialIds
from tests.notification.mail_server import a_mail_server

Letter = tuple[str, str, str]
"""Address, subject and body of a mail, as its reader sees them."""


@dataclass(frozen=True)
class Post:
    """One way to send mails, and a look at what arrived."""

    mails: EmailService
    arrived: Callable[[], list[Letter]]


@pytest.fixture(params=["mock", "file", "smtp"])
async def post(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Post]:
    clock, ids = FakeClock(), SequentialIds()
    match request.param:
        case "mock":
            mock = MockEmailService()
            yield Post(mock, lambda: [(sent["to"], sent["subject"], sent["body"]) for sent in mock.sent_emails])
        case "file":
            folder = tmp_path / "mail"
            yield Post(FileEmailService(folder, clock, ids), lambda: [_letter(mail) for mail in _mails_in(folder)])
        case _:
            async with a_mail_server() as server:
                config = SMTPConfig("127.0.0.1", server.port)
                yield Post(SMTPEmailService(config, clock, ids), lambda: [_letter(mail) for mail in server.mails])


def _mails_in(folder: Path) -> list[EmailMessage]:
    files = sorted(folder.glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=default) for file in files]


def _letter(mail: EmailMessage) -> Letter:
    return str(mail["To"]), str(mail["Subject"]), mail.get_content().replace("\r\n", "\n")


async def test_a_mail_arrives_once_with_address_subject_and_body(post: Post) -> None:
    await post.mails.send_email("anna@example.org", "Welcome!", "Welcome Anna!\n")

    assert post.arrived() == [("anna@example.org", "Welcome!", "Welcome Anna!\n")]


async def test_mails_arrive_in_their_order(post: Post) -> None:
    for number in range(5):
        await post.mails.send_email("anna@example.org", f"Mail {number}", "Hello\n")

    assert [subject for _, subject, _ in post.arrived()] == [f"Mail {number}" for number in range(5)]


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Grüße aus Zürich — 株 👋", "Zoë Ōtani 株 👋\n"),
        ("A subject " + "of many words " * 13, "short\n"),
        ("x" * 200, "x" * 5_000 + "\n"),
        ("ü" * 150, "ü" * 600 + "\n"),
        ("= =3D ?=", "=?utf-8?q?not_encoded?= =3D =\n"),
        ("Dots", ".\n..\n.end\n\nFrom here\n"),
        ("To: bert@example.org", "Subject: another\nBcc: bert@example.org\n"),
    ],
    ids=["abroad", "many words", "long words", "long words abroad", "codes", "dots", "looks like a header"],
)
async def test_whatever_is_written_is_read_so(post: Post, subject: str, body: str) -> None:
    await post.mails.send_email("anna@example.org", subject.strip(), body)

    assert post.arrived() == [("anna@example.org", subject.strip(), body)]


async def test_line_ends_that_hide_in_an_encoded_word_stay_hidden(post: Post) -> None:
    await post.mails.send_email("anna@example.org", "=?utf-8?q?Hello=0D=0ABcc:_bert@example.org?=", "Hello\n")

    assert post.arrived() == [("anna@example.org", "= ?utf-8?q?Hello=0D=0ABcc:_bert@example.org?=", "Hello\n")]


async def test_a_body_without_a_last_line_end_gets_one_at_most(post: Post) -> None:
    await post.mails.send_email("anna@example.org", "Hello", "Hello")

    assert post.arrived()[0][2].removesuffix("\n") == "Hello"


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("anna@example.org\r\nBcc: bert@example.org", "Hello"),
        ("anna@example.org, bert@example.org", "Hello"),
        ("anna@example.org\n", "Hello"),
        ("Anna <anna@example.org>", "Hello"),
        ("anna", "Hello"),
        ("", "Hello"),
        ("=?utf-8?q?anna=0D=0ABcc:_bert?=@example.org", "Hello"),
        ("anna@=?utf-8?q?example=0D=0A?=.org", "Hello"),
        ("anna@example.org", "Hello\r\nBcc: bert@example.org"),
        ("anna@example.org", "Hello\n\nAnother body"),
        ("anna@example.org", "Hello\0"),
        ("anna@example.org", ""),
    ],
)
async def test_what_smuggles_a_header_or_a_recipient_is_refused_and_nothing_arrives(
    post: Post, to: str, subject: str
) -> None:
    with pytest.raises(InvalidMailError):
        await post.mails.send_email(to, subject, "Hello")

    assert post.arrived() == []
