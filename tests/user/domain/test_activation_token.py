"""The rules of activation tokens."""

from __future__ import annotations

import pytest

from guilder.user.domain.activation_token import TOKEN_LIFE, InvalidActivationTokenError
from tests.user.builders import BOB, DAY, NOON, a_token, a_user


def test_the_token_activates_its_user_and_is_used_up() -> None:
    user, token = a_user(is_active=False), a_token()

    token.redeem(user, NOON)

    assert user.activated_at == NOON
    assert token.used_at == NOON


def test_a_token_is_good_for_7_days_and_not_a_moment_longer() -> None:
    token = a_token(expires_at=NOON)

    with pytest.raises(InvalidActivationTokenError):
        token.redeem(a_user(is_active=False), NOON)

    assert TOKEN_LIFE == 7 * DAY


def test_the_same_token_again_changes_nothing() -> None:
    user, token = a_user(is_active=False), a_token()
    token.redeem(user, NOON)
    for changed in (user, token):
        changed.release_events()

    token.redeem(user, NOON + DAY)

    assert not user.is_changed
    assert not token.is_changed


def test_the_same_token_again_is_fine_even_when_it_has_expired() -> None:
    user, token = a_user(is_active=False), a_token()
    token.redeem(user, NOON)

    token.redeem(user, NOON + 8 * DAY)

    assert user.activated_at == NOON


def test_a_used_token_does_not_bring_back_a_user_who_was_made_inactive() -> None:
    token = a_token()
    token.redeem(a_user(is_active=False), NOON)

    with pytest.raises(InvalidActivationTokenError):
        token.redeem(a_user(is_active=False), NOON)


def test_a_token_activates_nobody_else() -> None:
    stranger = a_user(BOB, is_active=False)

    with pytest.raises(InvalidActivationTokenError):
        a_token().redeem(stranger, NOON)

    assert not stranger.is_active


def test_a_second_token_of_an_active_user_changes_nothing() -> None:
    token = a_token()

    token.redeem(a_user(is_active=True), NOON)

    assert token.used_at is None
