"""The rules of users."""

from __future__ import annotations

import pytest

from guilder.published.user import UserActivated, UserRegistered
from guilder.user.domain.name import InvalidNameError
from guilder.user.domain.user import User, UserRole
from tests.user.builders import ADA, BOB, HOUR, NOON, Thing, a_new_user, a_user


def test_a_new_user_is_not_active() -> None:
    assert not a_new_user().is_active


def test_registering_is_told() -> None:
    assert a_new_user().release_events() == [UserRegistered(user_id=ADA, registered_at=NOON)]


def test_activating_makes_a_user_active_and_is_told() -> None:
    user = a_user(is_active=False)

    user.activate(NOON)

    assert user.is_active
    assert user.activated_at == NOON
    assert user.release_events() == [UserActivated(user_id=ADA, activated_at=NOON)]


def test_activating_again_changes_nothing_and_tells_nothing() -> None:
    user = a_user(is_active=False)
    user.activate(NOON)
    user.release_events()

    user.activate(NOON + HOUR)

    assert user.activated_at == NOON
    assert not user.is_changed
    assert user.release_events() == []


def test_an_inactive_user_can_access_nothing() -> None:
    user = a_user(is_active=False)

    assert not user.can_access_resource(Thing(owner=ADA))
    assert not user.can_access_resource(Thing(owner=BOB, is_public=True))


def test_an_active_user_can_access_what_is_public() -> None:
    assert a_user().can_access_resource(Thing(owner=BOB, is_public=True))


def test_an_active_user_can_access_her_own_private_things() -> None:
    assert a_user().can_access_resource(Thing(owner=ADA))


def test_an_active_user_cannot_access_private_things_of_others() -> None:
    assert not a_user().can_access_resource(Thing(owner=BOB))


def test_users_with_the_same_id_are_the_same_user() -> None:
    assert a_user(name="Ada") == a_user(name="Ada Lovelace")
    assert hash(a_user(name="Ada")) == hash(a_user(name="Ada Lovelace"))


def test_users_with_different_ids_are_different_users() -> None:
    assert a_user(ADA) != a_user(BOB)


@pytest.mark.parametrize("field", ["id", "email", "name", "is_active", "roles", "registered_at", "activated_at"])
def test_nobody_assigns_to_a_user(field: str) -> None:
    with pytest.raises(AttributeError):
        setattr(a_user(), field, None)


def test_nothing_can_be_added_to_a_user() -> None:
    with pytest.raises(AttributeError):
        a_user().nickname = "Countess"  # type: ignore[attr-defined]


def test_a_user_does_not_save_itself() -> None:
    assert not hasattr(User, "save")


def test_a_user_does_not_show_who_it_is_in_logs() -> None:
    assert "example.com" not in repr(a_user())
    assert "Ada" not in repr(a_user())


def test_a_name_of_several_lines_is_refused() -> None:
    with pytest.raises(InvalidNameError):
        a_user(name="Ada\r\nBcc: everybody@example.com")


def test_there_is_no_role_by_which_a_user_becomes_the_system() -> None:
    assert set(UserRole) == {"admin", "auditor"}
