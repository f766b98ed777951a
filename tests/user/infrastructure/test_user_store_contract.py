"""What every store of users keeps, wherever it keeps it."""

from __future__ import annotations

import pytest

from guilder.shared.errors import ConflictError
from guilder.user.domain.email_address import EmailAddress
from guilder.user.domain.user import User, UserRole
from guilder.user.infrastructure.tables import metadata
from tests.testing.databases import POSTGRES, SQLITE, a_database
from tests.user.builders import ADA, BOB, HOUR, NOON, a_new_user
from tests.user.infrastructure.stores import Stores, stores_in


def everything(user: User | None) -> tuple[object, ...]:
    assert user is not None
    return (
        *(user.id, user.email.text, user.name, user.is_active, user.roles),
        *(user.registered_at, user.activated_at, user.version),
    )


async def test_a_created_user_is_read_back_whole(stores: Stores) -> None:
    created = User.register(
        ADA, EmailAddress("Ada.L@Example.com"), "Zoë 李", at=NOON, roles=[UserRole.ADMIN, UserRole.AUDITOR]
    )

    await stores.create(created)

    found = await stores.users.get_by_id(ADA)
    assert everything(found) == everything(created)
    assert everything(found)[-1] == 1
    assert found is not None
    assert not found.is_changed


async def test_the_reader_sees_the_same(stores: Stores) -> None:
    created = a_new_user()

    await stores.create(created)

    assert everything(await stores.reader.get_user(ADA)) == everything(created)
    assert await stores.reader.get_user(BOB) is None


async def test_there_is_nobody_where_nobody_was_saved(stores: Stores) -> None:
    assert await stores.users.get_by_id(ADA) is None
    assert await stores.users.find_by_email(EmailAddress("ada@example.com")) is None
    assert await stores.credentials.of(EmailAddress("ada@example.com")) is None


async def test_a_user_is_found_by_address_however_its_capitals_are_written(stores: Stores) -> None:
    await stores.create(a_new_user(email="Ada@example.com"))

    found = await stores.users.find_by_email(EmailAddress("aDA@Example.com"))

    assert found is not None
    assert found.id == ADA
    assert str(found.email) == "Ada@example.com"


async def test_a_changed_user_is_read_back_changed(stores: Stores) -> None:
    await stores.create(a_new_user())

    async with stores.work:
        user = await stores.users.get_by_id(ADA)
        assert user is not None
        user.activate(NOON + HOUR)
        stores.users.save(user)

    assert everything(await stores.users.get_by_id(ADA)) == everything(user)
    assert user.activated_at == NOON + HOUR
    assert user.version == 2


async def test_a_user_found_by_address_can_be_changed(stores: Stores) -> None:
    await stores.create(a_new_user())

    async with stores.work:
        user = await stores.users.find_by_email(EmailAddress("ada@example.com"))
        assert user is not None
        user.activate(NOON)
        stores.users.save(user)

    found = await stores.users.get_by_id(ADA)
    assert found is not None
    assert found.is_active


async def test_no_two_users_have_one_address(stores: Stores) -> None:
    await stores.create(a_new_user(ADA, "ada@example.com"))

    with pytest.raises(ConflictError):
        await stores.create(a_new_user(BOB, "ADA@example.com"))

    assert await stores.users.get_by_id(BOB) is None


async def test_who_saves_what_another_changed_meanwhile_is_refused(stores: Stores) -> None:
    await stores.create(a_new_user())
    early, late = await stores.users.get_by_id(ADA), await stores.users.get_by_id(ADA)
    assert early is not None
    assert late is not None
    async with stores.work:
        early.activate(NOON)
        stores.users.save(early)

    with pytest.raises(ConflictError):
        async with stores.work:
            late.activate(NOON + HOUR)
            stores.users.save(late)

    found = await stores.users.get_by_id(ADA)
    assert found is not None
    assert found.activated_at == NOON


async def test_what_a_failed_unit_saved_is_not_there(stores: Stores) -> None:
    with pytest.raises(RuntimeError, match="no"):
        async with stores.work:
            stores.users.create(a_new_user(), "a hash")
            raise RuntimeError("no")

    assert await stores.users.get_by_id(ADA) is None
    assert await stores.credentials.of(EmailAddress("ada@example.com")) is None


async def test_credentials_are_a_user_and_the_hash_of_her_password(stores: Stores) -> None:
    await stores.create(a_new_user(), a_new_user(BOB, "bob@example.com", "Bob"))

    found = await stores.credentials.of(EmailAddress("BOB@example.com"))

    assert found is not None
    assert (found.user.id, found.password_hash) == (BOB, "hash of Bob")
    assert "hash of Bob" not in repr(found)


async def test_a_new_password_hash_takes_the_place_of_the_old(stores: Stores) -> None:
    await stores.create(a_new_user())

    async with stores.work:
        stores.credentials.keep(ADA, "a new hash")

    found = await stores.credentials.of(EmailAddress("ada@example.com"))
    assert found is not None
    assert found.password_hash == "a new hash"


@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_a_user_is_read_back_equal_after_a_restart(request: pytest.FixtureRequest, kind: str) -> None:
    created = a_new_user()
    async with a_database(kind, request, metadata) as database:
        await stores_in(database).create(created)

    async with a_database(kind, request, metadata) as database:
        found = await stores_in(database).users.get_by_id(ADA)

    assert everything(found) == everything(created)
