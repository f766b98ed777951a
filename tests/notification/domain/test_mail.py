"""Mails cannot be made to carry what their sender did not mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.notification.domain.mail import LONGEST_SUBJECT, InvalidMailError, Mail
from guilder.notification.domain.text import is_control, one_line, plain_text


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.org",
        "anna.maria+trading@mail.example.co.uk",
        "o'brien@example.org",
        "anna@localhost",
        "änne@exämple.org",
        "a" * 200 + "@example.org",
    ],
)
def test_an_everyday_address_is_taken(address: str) -> None:
    assert Mail(address, "Hello", "").to == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@example.org",
        "anna@",
        "anna@example.org\r\nBcc: bert@example.org",
        "anna@example.org\nBcc: bert@example.org",
        "anna@example.org\0",
        "anna@example.org, bert@example.org",
        "anna@example.org bert@example.org",
        "anna@example.org;bert@example.org",
        "Anna <anna@example.org>",
        "anna@bert@example.org",
        '"anna"@example.org',
        "friends: anna@example.org",
        "anna@[127.0.0.1]",
        "a..b@example.org",
        ".a@example.org",
        "a@example..org",
        "=?utf-8?q?anna=0D=0ABcc:_bert?=@example.org",
        "anna\u2028@example.org",
        "anna@example.org\u202e",
        "anna@example\udc80.org",
        "a" * 250 + "@example.org",
    ],
)
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidMailError):
        Mail(address, "Hello", "")


@pytest.mark.parametrize(
    "subject",
    [
        "Hello\r\nBcc: bert@example.org",
        "Hello\nthere",
        "Hello\rthere",
        "Hello\0",
        "Hello\x1b[31m",
        "Hello\u2029there",
        "",
        "  ",
        "x" * (LONGEST_SUBJECT + 1),
    ],
)
def test_a_subject_is_one_line_without_controls(subject: str) -> None:
    with pytest.raises(InvalidMailError):
        Mail("anna@example.org", subject, "")


def test_a_body_keeps_its_lines_and_loses_its_controls() -> None:
    mail = Mail("anna@example.org", "Hello", "one\r\ntwo\rthree\x1b[31m\0\n\nfour\tfive  \n")

    assert mail.body == "one\ntwo\nthree[31m\n\nfour five\n"


def test_a_name_with_line_ends_becomes_one_line() -> None:
    assert one_line("Anna\r\nBcc: bert@example.org", 100) == "Anna Bcc: bert@example.org"


def test_a_long_name_is_cut_with_an_ellipsis() -> None:
    assert one_line("A" * 500, 20) == "A" * 19 + "…"


def test_letters_of_the_world_are_left_alone() -> None:
    assert one_line("Zoë Ōtani 株 👩‍🚀", 100) == "Zoë Ōtani 株 👩‍🚀"


@given(st.text())
def test_no_text_steers_anything_once_it_is_one_line(text: str) -> None:
    line = one_line(text, 50)

    assert len(line) <= 50
    assert not any(is_control(character) for character in line)


@given(st.text())
def test_making_text_plain_twice_changes_nothing_more(text: str) -> None:
    once = plain_text(text)

    assert plain_text(once) == once
    assert not any(is_control(character) for character in once if character != "\n")
