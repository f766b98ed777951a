"""Activating accounts."""

from __future__ import annotations

from uuid import UUID

import pytest

from guilder.core.caller import NotAllowedError, NotSignedInError, Role
from guilder.published.user import UserActivated, UserNotFoundError
from guilder.shared.errors import ConflictError
from guilder.shared.ids import UserId
from guilder.user.domain.activation_token import TOKEN_LIFE, InvalidActivationTokenError
from tests.user.builders import ADA, NOON, data
from tests.user.house import UserRoom, as_user

NOBODYS_ID = UserId(UUID(int=404))


async def test_whoever_has_the_mailed_token_activates_the_account(room: UserRoom) -> None:
    user, token = await room.mailed_token()

    activated = await room.service().activate_user(user.id, token)

    kept = await room.users.get_by_id(user.id)
    assert activated.is_active
    assert kept is not None
    assert kept.is_active


async def test_activating_is_told_and_audited_once(room: UserRoom) -> None:
    user, token = await room.mailed_token()

    await room.service().activate_user(user.id, token)
    await room.service().activate_user(user.id, token)

    told = [event for event in room.work.events if isinstance(event, UserActivated)]
    assert told == [UserActivated(user_id=user.id, activated_at=NOON)]
    assert room.audit.actions == ["user_created", "user_activated"]


async def test_the_same_token_again_gives_the_same_answer_and_changes_nothing(room: UserRoom) -> None:
    user, token = await room.mailed_token()
    first = await room.service().activate_user(user.id, token)
    room.clock.advance(2 * TOKEN_LIFE)

    second = await room.service().activate_user(user.id, token)

    assert second == first
    assert second.version == first.version
    assert second.activated_at == NOON


async def test_an_admin_activates_without_a_token(room: UserRoom) -> None:
    user = await room.registered()

    assert (await room.service(as_user(ADA, Role.ADMIN)).activate_user(user.id)).is_active


async def test_without_a_token_nobody_but_an_admin_activates(room: UserRoom) -> None:
    user = await room.registered()

    with pytest.raises(NotSignedInError):
        await room.service().activate_user(user.id)
    with pytest.raises(NotAllowedError):
        await room.service(as_user(ADA)).activate_user(user.id)


async def test_whether_there_is_such_a_user_is_not_told_to_those_who_may_not_activate(room: UserRoom) -> None:
    with pytest.raises(NotAllowedError):
        await room.service(as_user(ADA)).activate_user(NOBODYS_ID)


async def test_an_unknown_token_is_refused(room: UserRoom) -> None:
    user, _ = await room.mailed_token()

    with pytest.raises(InvalidActivationTokenError):
        await room.service().activate_user(user.id, "guessed")


async def test_an_expired_token_is_refused(room: UserRoom) -> None:
    user, token = await room.mailed_token()
    room.clock.advance(TOKEN_LIFE)

    with pytest.raises(InvalidActivationTokenError):
        await room.service().activate_user(user.id, token)


async def test_the_token_of_one_account_activates_no_other(room: UserRoom) -> None:
    _, token = await room.mailed_token()
    bob = await room.registered(data("bob@example.com", "Bob"))

    with pytest.raises(InvalidActivationTokenError):
        await room.service().activate_user(bob.id, token)

    kept = await room.users.get_by_id(bob.id)
    assert kept is not None
    assert not kept.is_active


async def test_there_is_nothing_to_activate_where_there_is_no_user(room: UserRoom) -> None:
    with pytest.raises(UserNotFoundError):
        await room.service().activate_user(NOBODYS_ID, "guessed")
    with pytest.raises(UserNotFoundError):
        await room.service(as_user(ADA, Role.ADMIN)).activate_user(NOBODYS_ID)


async def test_of_two_who_activate_at_once_the_second_gets_the_same_answer(room: UserRoom) -> None:
    user, token = await room.mailed_token()
    room.work.faults.fail_next(ConflictError())

    assert (await room.service().activate_user(user.id, token)).is_active
