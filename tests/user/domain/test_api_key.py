"""The rules of API keys."""

from __future__ import annotations

import pytest

from guilder.user.domain.name import InvalidNameError
from guilder.user.domain.secret_hash import hash_of, is_secret_of
from tests.user.builders import HOUR, NOON, an_api_key


def test_a_key_knows_the_hash_of_its_secret_only() -> None:
    key = an_api_key(secret="the secret")

    assert key.secret_hash == hash_of("the secret")
    assert is_secret_of("the secret", key.secret_hash)
    assert not is_secret_of("another", key.secret_hash)


def test_revoking_a_key_again_changes_nothing() -> None:
    key = an_api_key()
    key.revoke(NOON)
    key.release_events()

    key.revoke(NOON + HOUR)

    assert key.revoked_at == NOON
    assert not key.is_changed


def test_the_name_of_a_key_is_one_line() -> None:
    with pytest.raises(InvalidNameError):
        an_api_key(name="bot\nbot")
