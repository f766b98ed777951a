"""The rules of mail addresses."""

from __future__ import annotations

import pytest

from guilder.user.domain.email_address import EmailAddress, InvalidEmailError

LONGEST = "a" * 64 + "@" + ".".join(["b" * 62, "c" * 61, "d" * 61, "ee"])


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.com",
        "ada.lovelace@example.com",
        "ada+bots@mail.example.co.uk",
        "o'hara@example.com",
        "x@xn--mnchen-3ya.example",
        "a@1.example",
        LONGEST,
    ],
)
def test_plain_addresses_are_taken(text: str) -> None:
    assert str(EmailAddress(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "ada@example",
        "ada@example.",
        "ada@.example.com",
        "ada@example..com",
        "ada@-example.com",
        "ada@example-.com",
        "ada@192.168.0.1",
        "ada@[192.168.0.1]",
        "ada@@example.com",
        "ada@bob@example.com",
        ".ada@example.com",
        "ada.@example.com",
        "a..da@example.com",
        '"ada"@example.com',
        "Ada <ada@example.com>",
        "ada@example.com,bob@example.com",
        " ada@example.com",
        "ada@example.com ",
        "a da@example.com",
        "ada@exam ple.com",
        "ada@example.com\n",
        "ada@example.com\r\nBcc: bob@example.com",
        "ada\x00@example.com",
        "ådå@example.com",
        "=?utf-8?q?ada=0d=0aBcc:bob?=@example.com",
        "=?utf-8?q?ada?=@example.com",
        "ada@exämple.com",
        "ada@example.com\u2028",
        "a" * 65 + "@example.com",
        "ada@" + "b" * 64 + ".com",
        "a" + LONGEST,
        "\ud800@example.com",
    ],
)
def test_what_is_not_one_plain_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidEmailError):
        EmailAddress(text)


def test_an_address_of_254_characters_is_the_longest() -> None:
    assert len(LONGEST) == 254


def test_addresses_that_differ_only_in_capitals_are_the_same() -> None:
    assert EmailAddress("Ada@Example.COM") == EmailAddress("ada@example.com")
    assert hash(EmailAddress("Ada@Example.COM")) == hash(EmailAddress("ada@example.com"))


def test_the_mailbox_keeps_its_spelling_and_the_domain_does_not() -> None:
    assert str(EmailAddress("Ada@Example.COM")) == "Ada@example.com"
