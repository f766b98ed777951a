"""Mails over the wire: once, whole, encrypted where it can be, and never in silence lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.headerregistry import Address
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from guilder.notification.domain.mail import InvalidMailError
from guilder.notification.infrastructure.smtp_config import SMTPConfig
from guilder.notification.infrastructure.smtp_email_service import SMTPEmailService
from guilder.published.notification import MailNotSentError
from guilder.testing import FakeClock, SequentialIds
from guilder.testing.clocks import FIRST_INSTANT
from tests.notification.mail_server import MailServer, a_mail_server, trusting_tls


class FarAway(SMTPConfig):
    """A mail server that is reached over a network."""

    @property
    def must_upgrade(self) -> bool:
        return True


def the_service(server: MailServer, **said: Any) -> SMTPEmailService:
    tls = said.pop("tls", None)
    config = SMTPConfig("127.0.0.1", server.port, **said)
    return SMTPEmailService(config, FakeClock(), SequentialIds(), sender=SENDER, tls=tls)


SENDER = Address("The House", "house", "guilder.example")


async def send(service: SMTPEmailService, subject: str = "Hello", to: str = "anna@example.org") -> None:
    await service.send_email(to, subject, "Hello Anna\n")


async def test_the_headers_say_who_when_and_which_mail() -> None:
    async with a_mail_server() as server:
        await send(the_service(server))

        (mail,) = server.mails
        assert str(mail["From"]) == "The House <house@guilder.example>"
        assert str(mail["To"]) == "anna@example.org"
        assert parsedate_to_datetime(mail["Date"]) == FIRST_INSTANT
        assert mail["Message-ID"] == "<00000000-0001-7000-8000-000000000000@guilder.example>"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail.get_content_type() == "text/plain"


async def test_the_envelope_names_the_one_recipient() -> None:
    async with a_mail_server() as server:
        await send(the_service(server))

        assert server.envelopes[0].rcpt_tos == ["anna@example.org"]
        assert server.envelopes[0].mail_from == "house@guilder.example"


async def test_each_mail_has_an_id_of_its_own() -> None:
    async with a_mail_server() as server:
        service = the_service(server)
        await send(service)
        await send(service)

        assert len({mail["Message-ID"] for mail in server.mails}) == 2


async def test_many_mails_at_once_all_arrive() -> None:
    async with a_mail_server() as server:
        service = the_service(server)
        await asyncio.gather(*(send(service, f"Mail {number}") for number in range(20)))

        assert sorted(str(mail["Subject"]) for mail in server.mails) == sorted(f"Mail {n}" for n in range(20))


async def test_without_a_server_the_mail_is_not_sent() -> None:
    async with a_mail_server() as server:
        service = the_service(server)

    with pytest.raises(MailNotSentError):
        await send(service)


async def test_when_the_server_is_back_the_mail_arrives_once() -> None:
    async with a_mail_server() as server:
        service = the_service(server)
    with suppress(MailNotSentError):
        await send(service)

    async with a_mail_server(mails=server, port=server.port):
        await send(service)

    assert len(server.mails) == 1


async def test_a_server_that_dies_in_mid_delivery_has_not_taken_the_mail() -> None:
    async with a_mail_server() as server:
        service = the_service(server)
        server.deaths_to_come = 2

        for _ in range(2):
            with pytest.raises(MailNotSentError):
                await send(service)
        await send(service)

        assert len(server.mails) == 1


@pytest.mark.parametrize("answer", ["550 no such user", "451 come back later", "552 too much"])
async def test_a_mail_that_the_server_refuses_is_not_sent(answer: str) -> None:
    async with a_mail_server() as server:
        server.answer = answer

        with pytest.raises(MailNotSentError) as refusal:
            await send(the_service(server))

        assert answer[:3] in refusal.value.detail


async def test_a_server_that_never_answers_is_not_waited_for_forever() -> None:
    async with _a_server_that_says() as port:
        service = SMTPEmailService(SMTPConfig("127.0.0.1", port, timeout_seconds=0.1), FakeClock(), SequentialIds())

        with pytest.raises(MailNotSentError):
            await send(service)


async def test_a_server_that_talks_nonsense_has_not_taken_the_mail() -> None:
    async with _a_server_that_says(b"HTTP/1.1 400 Bad Request\r\n\r\n\xff\xfe\r\n") as port:
        service = SMTPEmailService(SMTPConfig("127.0.0.1", port, timeout_seconds=1), FakeClock(), SequentialIds())

        with pytest.raises(MailNotSentError):
            await send(service)


async def test_a_server_that_hangs_up_after_taking_the_mail_has_taken_it() -> None:
    lines = [b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 taken\r\n"]
    async with _a_server_that_says(*lines) as port:
        service = SMTPEmailService(SMTPConfig("127.0.0.1", port, timeout_seconds=1), FakeClock(), SequentialIds())

        await send(service)


async def test_a_connection_is_encrypted_when_the_server_offers_it() -> None:
    async with a_mail_server(starttls=True) as server:
        await send(the_service(server, tls=trusting_tls()))

        assert server.was_encrypted == [True]


async def test_smtps_is_encrypted_from_the_first_byte() -> None:
    async with a_mail_server(tls=True) as server:
        await send(the_service(server, is_tls=True, tls=trusting_tls()))

        assert len(server.mails) == 1


async def test_a_server_that_cannot_prove_who_it_is_gets_no_mail() -> None:
    async with a_mail_server(starttls=True) as server:
        with pytest.raises(MailNotSentError):
            await send(the_service(server))

        assert server.mails == []


async def test_user_and_password_are_shown_to_the_server() -> None:
    async with a_mail_server(wants_login=True) as server:
        await send(the_service(server, username="house", password="right"))

        assert server.logins == [(b"house", b"right")]
        assert len(server.mails) == 1


async def test_a_wrong_password_sends_nothing_and_stands_in_no_message() -> None:
    async with a_mail_server(wants_login=True) as server:
        with pytest.raises(MailNotSentError) as refusal:
            await send(the_service(server, username="house", password="wr0ng-secret"))

        assert server.mails == []
        assert "wr0ng-secret" not in refusal.value.detail


async def test_a_password_never_crosses_a_network_in_the_clear() -> None:
    async with a_mail_server(wants_login=True) as server:
        config = FarAway("127.0.0.1", server.port, username="house", password="right")
        with pytest.raises(MailNotSentError):
            await send(SMTPEmailService(config, FakeClock(), SequentialIds()))

        assert server.logins == []


async def test_a_host_in_letters_of_the_world_is_written_as_mail_servers_want_it() -> None:
    async with a_mail_server() as server:
        await send(the_service(server), to="anna@exämple.org")

        assert server.envelopes[0].rcpt_tos == ["anna@xn--exmple-cua.org"]


async def test_a_name_in_letters_of_the_world_reaches_servers_that_know_them() -> None:
    async with a_mail_server() as server:
        await send(the_service(server), to="änne@example.org")

        assert server.envelopes[0].rcpt_tos == ["änne@example.org"]


@pytest.mark.parametrize("address", ["a..b@example.org", "a@example..org", "a@" + "x" * 64 + ".org"])
async def test_an_address_that_no_server_could_read_is_refused(address: str) -> None:
    async with a_mail_server() as server:
        with pytest.raises(InvalidMailError):
            await send(the_service(server), to=address)


@asynccontextmanager
async def _a_server_that_says(*lines: bytes) -> AsyncIterator[int]:
    """A server that says its lines in turn, each but the first in answer to something, and hangs up; its port.

    Without any line it says nothing, and waits for the other side to hang up.
    """
    talks: list[asyncio.Task[None]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            for line in lines:
                writer.write(line)
                await reader.readuntil(b"\r\n.\r\n" if line.startswith(b"354") else b"\r\n")
            if not lines:
                await reader.read()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def start(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.ensure_future(talk(reader, writer)))

    server = await asyncio.start_server(start, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.gather(*talks)
