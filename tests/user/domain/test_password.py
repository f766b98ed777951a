"""The rules of passwords."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.user.domain.common_passwords import COMMON_PASSWORDS
from guilder.user.domain.password import Password, password_problems

TOO_COMMON = "is among those that are guessed first"


def problems(password: str, email: str = "ada@example.com", name: str = "Ada Lovelace") -> list[str]:
    return password_problems(password, email=email, name=name)


@pytest.mark.parametrize(
    "password", ["a long and lonely road", "x7!kQ2pZ", "ünïcödé!", "пароль-Ады", "🐎🔋📎🪐🐎🔋📎🧷"]
)
def test_any_characters_make_a_good_password_if_there_are_enough(password: str) -> None:
    assert problems(password) == []


def test_a_password_of_64_characters_is_taken() -> None:
    assert problems("The quick brown fox jumps over 13 lazy dogs, and never looks back"[:64]) == []


def test_a_password_has_at_least_8_characters() -> None:
    assert problems("x7!kQ2p") == ["has fewer than 8 characters"]


def test_a_password_has_at_most_1024_characters() -> None:
    assert problems("ab1" * 341 + "x") == []
    assert problems("ab1" * 341 + "xy") == ["has more than 1024 characters"]


def test_a_missing_password_is_called_missing() -> None:
    assert problems("") == ["is required"]


@pytest.mark.parametrize("password", ["password123", "Password1", "QWERTYUIOP", "iloveyou", "Welcome1", "letmein1"])
def test_a_password_that_everybody_would_guess_is_refused_however_its_capitals_are(password: str) -> None:
    assert problems(password) == [TOO_COMMON]


@pytest.mark.parametrize("password", ["aaaaaaaa", "12345678", "87654321", "bcdefghij", "89012345", "lkjhgfdsa"])
def test_one_character_over_and_over_and_runs_of_neighbours_are_refused(password: str) -> None:
    assert problems(password) == [TOO_COMMON]


def test_a_run_inside_a_longer_password_does_no_harm() -> None:
    assert problems("12345678 lonely roads") == []


@pytest.mark.parametrize("password", ["ada@example.com", "ADA@EXAMPLE.COM", "Ada Lovelace", "adalovelace"])
def test_the_address_and_the_name_are_no_passwords(password: str) -> None:
    assert problems(password) == ["is the mail address or the name"]


def test_the_mailbox_is_no_password() -> None:
    assert problems("countess.ada", email="countess.ada@example.com") == ["is the mail address or the name"]


def test_all_problems_are_named_at_once() -> None:
    assert problems("aaaa", name="aaaa") == [
        "has fewer than 8 characters",
        TOO_COMMON,
        "is the mail address or the name",
    ]


def test_halves_of_characters_are_no_text() -> None:
    assert problems("abc\ud800defghi") == ["has characters that are not text"]


def test_the_list_holds_only_what_the_length_would_let_through() -> None:
    assert {password for password in COMMON_PASSWORDS if len(password) < 8} == set()
    assert {password for password in COMMON_PASSWORDS if password != password.casefold()} == set()


def test_a_password_is_the_same_however_its_characters_were_encoded() -> None:
    assert Password("café au lait").encoded == Password("cafe\u0301 au lait").encoded


def test_a_password_is_never_shown() -> None:
    assert "lonely" not in repr(Password("a long and lonely road"))


@given(st.text(st.characters()))
def test_whatever_is_typed_can_be_hashed(text: str) -> None:
    assert isinstance(Password(text).encoded, bytes)
