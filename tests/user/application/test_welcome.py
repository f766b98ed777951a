"""Mails about accounts."""

from __future__ import annotations

import pytest

from guilder.published.notification import MailNotSentError
from guilder.published.user import UserRegistered
from guilder.user.domain.secret_hash import hash_of
from tests.user.builders import ADA, NOON, data
from tests.user.house import UserRoom, token_in


async def test_a_new_user_is_welcomed_by_name_with_a_token(room: UserRoom) -> None:
    user = await room.registered(data("ada@example.com", "Ada"))

    await room.deliver()

    [mail] = room.mails.sent_emails
    assert mail["to"] == "ada@example.com"
    assert mail["subject"] == "Welcome!"
    assert mail["body"].startswith("Welcome Ada!\n")
    assert str(user.id) in mail["body"]


async def test_only_the_mail_has_the_token_and_only_its_hash_is_kept(room: UserRoom) -> None:
    user, token = await room.mailed_token()

    [kept] = room.tokens.tokens.stored.values()
    assert kept.token_hash == hash_of(token)
    assert kept.user_id == user.id


async def test_a_name_full_of_markup_is_just_a_name(room: UserRoom) -> None:
    await room.registered(data(name="{token} <script>%s"))

    await room.deliver()

    assert room.mails.sent_emails[0]["body"].startswith("Welcome {token} <script>%s!\n")


async def test_who_is_active_from_the_start_gets_no_token(room: UserRoom) -> None:
    await room.active()

    await room.deliver()

    assert "token" not in room.mails.sent_emails[0]["body"]
    assert room.tokens.tokens.stored == {}


async def test_while_the_mail_server_is_away_the_welcome_waits_and_no_token_is_kept(room: UserRoom) -> None:
    await room.registered()
    room.mails.go_down()
    with pytest.raises(MailNotSentError):
        await room.deliver()
    assert room.tokens.tokens.stored == {}

    room.mails.come_back()
    await room.deliver()

    assert len(room.mails.sent_emails) == 1


async def test_the_owner_of_an_active_account_hears_that_somebody_used_the_address_again(room: UserRoom) -> None:
    await room.active(data("ada@example.com", "Ada"))
    await room.registered(data("ada@example.com", "Eve"))

    await room.deliver()

    welcome, notice = room.mails.sent_to("ada@example.com")
    assert welcome["subject"] == "Welcome!"
    assert notice["subject"] == "You have an account already"
    assert notice["body"].startswith("Hello Ada,\n")
    assert "Eve" not in notice["body"]
    assert "token" not in notice["body"]


async def test_who_registers_again_before_activating_gets_a_new_token_that_works(room: UserRoom) -> None:
    user = await room.registered()
    await room.registered()
    await room.deliver()

    token = token_in(room.mails.sent_emails[-1]["body"])

    assert (await room.service().activate_user(user.id, token)).is_active


async def test_nobody_is_mailed_about_an_account_that_is_gone(room: UserRoom) -> None:
    await room.mailer.on_user_registered(UserRegistered(user_id=ADA, registered_at=NOON))

    assert room.mails.sent_emails == []
