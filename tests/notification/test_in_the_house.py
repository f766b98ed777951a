"""What a user hears from the whole house: after signing up, after a fill, and with the mail server away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from guilder.bootstrap.house import House
from guilder.core.relay import Relay
from guilder.core.settings import SecretUrl
from tests.houses import PASSWORD, a_house, a_resident, settings_for
from tests.notification.mail_server import MailServer, a_mail_server


async def all_is_told(house: House) -> None:
    async with asyncio.timeout(30):
        await house.container.get(Relay).told()


async def test_after_signing_up_a_message_of_success_waits(tmp_path: Path) -> None:
    async with a_house(settings_for(tmp_path)) as house, a_resident(house) as ada:
        await all_is_told(house)

        (message,) = (await ada.get("/v1/notifications"))["items"]
        assert message["message"] == "Account created successfully"
        assert message["type"] == "success"
        assert message["read_at"] is None


@pytest.mark.parametrize("wants_mail", [True, False])
async def test_a_fill_is_told_inside_guilder_and_by_mail_to_those_who_asked(tmp_path: Path, wants_mail: bool) -> None:
    async with a_house(settings_for(tmp_path)) as house, a_resident(house) as ada:
        await ada.call("PUT", "/v1/notifications/preferences", 200, {"fill_mails": wants_mail})
        order = await ada.place(await ada.portfolio(), quantity="3")
        assert order["status"] == "filled"
        await all_is_told(house)

        newest = (await ada.get("/v1/notifications"))["items"][0]["message"]
        assert newest.startswith("Bought 3 AAPL at ")
        assert newest.endswith("; the order is complete")
        mails = [mail.read_text() for mail in ada.mails() if "Subject: Bought 3 AAPL" in mail.read_text()]
        assert len(mails) == (1 if wants_mail else 0)
        assert all(order["id"] in mail and "To: ada@example.com" in mail for mail in mails)


async def test_with_the_mail_server_away_people_register_and_get_their_mail_once_it_is_back(tmp_path: Path) -> None:
    async with a_mail_server() as server:
        settings = settings_for(tmp_path, smtp_url=SecretUrl(f"smtp://127.0.0.1:{server.port}"))

    async with a_house(settings) as house, a_resident(house, email=None) as ada:
        ticket = {"email": "ada@example.com", "name": "Ada", "password": PASSWORD}
        await ada.call("POST", "/v1/users", 201, ticket)
        assert await house.container.get(Relay).backlog() > 0

        async with a_mail_server(mails=server, port=server.port):
            await all_is_told(house)

    assert _letters(server) == [("ada@example.com", "Welcome!")]


async def test_a_name_cannot_smuggle_anything_into_the_welcome_mail(tmp_path: Path) -> None:
    name = "=?utf-8?q?Ada=0D=0ABcc:_bert@example.org?= <b>Ada</b>"

    async with a_mail_server() as server:
        settings = settings_for(tmp_path, smtp_url=SecretUrl(f"smtp://127.0.0.1:{server.port}"))
        async with a_house(settings) as house, a_resident(house, email=None) as ada:
            ticket = {"email": "ada@example.com", "name": name, "password": PASSWORD}
            await ada.call("POST", "/v1/users", 201, ticket)
            await all_is_told(house)

    (mail,) = server.mails
    assert mail["Bcc"] is None
    assert mail.get_content_type() == "text/plain"
    assert server.envelopes[0].rcpt_tos == ["ada@example.com"]
    assert name in mail.get_content()


def _letters(server: MailServer) -> list[tuple[str, str]]:
    return [(str(mail["To"]), str(mail["Subject"])) for mail in server.mails]
