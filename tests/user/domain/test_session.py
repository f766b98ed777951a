"""The rules of sessions."""

from __future__ import annotations

from tests.user.builders import HOUR, NOON, a_session


def test_a_session_lasts_12_hours() -> None:
    assert a_session().expires_at == NOON + 12 * HOUR


def test_revoking_a_session_again_changes_nothing() -> None:
    session = a_session()
    session.revoke(NOON)
    session.release_events()

    session.revoke(NOON + HOUR)

    assert session.revoked_at == NOON
    assert not session.is_changed


def test_a_session_does_not_know_its_token() -> None:
    assert a_session(token="the token").token_hash != b"the token"
    assert len(a_session().token_hash) == 32
