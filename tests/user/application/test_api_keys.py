"""Keys for programs."""

from __future__ import annotations

from uuid import UUID

import pytest

from guilder.core.caller import SYSTEM, NotAllowedError, NotSignedInError, Role
from guilder.published.user import Identity
from guilder.user.domain.api_key import MOST_KEYS, ApiKeyNotFoundError, KeyId, TooManyApiKeysError
from guilder.user.domain.name import InvalidNameError
from guilder.user.domain.secret_hash import hash_of
from tests.user.builders import ADA, BOB, data
from tests.user.house import UserRoom, as_user


async def test_a_key_signs_for_its_owner(room: UserRoom) -> None:
    user = await room.active()

    new = await room.api_key_service(as_user(user.id)).create_api_key("bot")

    assert await room.identification.by_api_key(str(new.key.id), new.secret) == Identity(user.id, frozenset())


async def test_only_the_hash_of_the_secret_is_kept_and_no_log_shows_it(room: UserRoom) -> None:
    new = await room.api_key_service(as_user(ADA)).create_api_key("bot")

    [kept] = room.keys.keys.stored.values()
    assert kept.secret_hash == hash_of(new.secret)
    assert new.secret not in repr(new)
    assert new.secret not in str(room.audit.logged)


@pytest.mark.parametrize("key_id", ["", "bot", "00000000-0000-0000-0000-000000000000", "\u0661"])
async def test_an_unknown_key_is_nobody(room: UserRoom, key_id: str) -> None:
    assert await room.identification.by_api_key(key_id, "secret") is None


async def test_a_key_with_the_secret_of_another_is_nobody(room: UserRoom) -> None:
    user = await room.active()
    one = await room.api_key_service(as_user(user.id)).create_api_key("one")
    other = await room.api_key_service(as_user(user.id)).create_api_key("other")

    assert await room.identification.by_api_key(str(one.key.id), other.secret) is None


async def test_a_key_of_an_inactive_user_is_nobody(room: UserRoom) -> None:
    user = await room.registered()
    new = await room.api_key_service(as_user(user.id)).create_api_key("bot")

    assert await room.identification.by_api_key(str(new.key.id), new.secret) is None


async def test_a_revoked_key_is_nobody_and_no_longer_listed(room: UserRoom) -> None:
    user = await room.active()
    keys = room.api_key_service(as_user(user.id))
    new = await keys.create_api_key("bot")

    await keys.revoke_api_key(new.key.id)

    assert await room.identification.by_api_key(str(new.key.id), new.secret) is None
    assert await keys.list_api_keys() == []


async def test_revoking_a_key_again_changes_nothing(room: UserRoom) -> None:
    keys = room.api_key_service(as_user(ADA))
    new = await keys.create_api_key("bot")
    await keys.revoke_api_key(new.key.id)

    await keys.revoke_api_key(new.key.id)

    assert room.audit.actions == ["api_key_created", "api_key_revoked"]


async def test_everybody_sees_his_own_keys_only_oldest_first(room: UserRoom) -> None:
    mine = room.api_key_service(as_user(ADA))
    await mine.create_api_key("one")
    await mine.create_api_key("two")
    await room.api_key_service(as_user(BOB)).create_api_key("bob's")

    assert [key.name for key in await mine.list_api_keys()] == ["one", "two"]


async def test_the_key_of_another_does_not_exist(room: UserRoom) -> None:
    new = await room.api_key_service(as_user(ADA)).create_api_key("bot")
    bob = room.api_key_service(as_user(BOB, Role.ADMIN))

    for key_id in (new.key.id, KeyId(UUID(int=404))):
        with pytest.raises(ApiKeyNotFoundError):
            await bob.revoke_api_key(key_id)


async def test_who_is_not_signed_in_has_no_keys(room: UserRoom) -> None:
    keys = room.api_key_service()

    with pytest.raises(NotSignedInError):
        await keys.create_api_key("bot")
    with pytest.raises(NotSignedInError):
        await keys.list_api_keys()
    with pytest.raises(NotSignedInError):
        await keys.revoke_api_key(KeyId(UUID(int=1)))


async def test_nobody_has_more_than_100_keys_at_a_time(room: UserRoom) -> None:
    keys = room.api_key_service(as_user(ADA))
    made = [await keys.create_api_key("bot") for _ in range(MOST_KEYS)]
    with pytest.raises(TooManyApiKeysError):
        await keys.create_api_key("bot")

    await keys.revoke_api_key(made[0].key.id)

    await keys.create_api_key("another bot")

    assert len(await keys.list_api_keys()) == MOST_KEYS


async def test_a_key_has_a_readable_name(room: UserRoom) -> None:
    with pytest.raises(InvalidNameError):
        await room.api_key_service(as_user(ADA)).create_api_key("bot\n")


async def test_only_the_machine_itself_makes_keys_for_others(room: UserRoom) -> None:
    user = await room.active(data())
    with pytest.raises(NotAllowedError):
        await room.api_key_service(as_user(BOB, Role.ADMIN)).create_api_key_for(user.id, "bot")

    new = await room.api_key_service(SYSTEM).create_api_key_for(user.id, "bot")

    assert await room.identification.by_api_key(str(new.key.id), new.secret) == Identity(user.id, frozenset())
